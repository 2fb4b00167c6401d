// The grades of a handover packet, with their keys.
import type { Grade } from "$shared/types";
import { t, type PlainId } from "./catalogue.svelte";

/** The parts of a packet, by their names on the wire. */
const PARTS: Record<string, PlainId> = { Wish: "handover-wish", Checked: "handover-checked", Tried: "handover-tried", Open: "handover-open", Risk: "handover-risk" };

export function partName(label: string): string {
  const id = PARTS[label];
  return id ? t(id) : label;
}

export const GRADES: readonly { grade: Grade; key: string }[] = [
  { grade: "helpful", key: "H" },
  { grade: "incomplete", key: "I" },
  { grade: "wrong", key: "W" },
];
