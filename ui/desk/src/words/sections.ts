// The sections.
import type { CountsView, Section } from "$shared/types";

/** Where an empty list leads. */
export type Lead = "help" | "search" | "tryOut";

const EVERY: readonly Section[] = ["my", "help", "left", "all"];

export const LEADS: Record<Section, Lead> = { my: "help", help: "tryOut", left: "search", all: "search" };

/** The user's sections, in the order of the rail. */
export function sectionsOf(counts: CountsView | null): readonly Section[] {
  return EVERY.filter((section) => section !== "all" || (counts !== null && counts.all !== null));
}
