// The grades of a handover packet, with their keys.
import type { Grade } from "$shared/types";

export const GRADES: readonly { grade: Grade; label: string; key: string }[] = [
  { grade: "helpful", label: "Helpful", key: "H" },
  { grade: "incomplete", label: "Incomplete", key: "I" },
  { grade: "wrong", label: "Wrong", key: "W" },
];
