// The loaded part of a journey, and how each page from the core joins it.
import type { EntriesView, EntryView } from "$shared/types";

export interface Stretch {
  entries: readonly EntryView[];
  /** Something older exists. */
  more: boolean;
  /** Something newer exists: the part does not reach the end. */
  later: boolean;
  /** Entries were added in front. */
  prepended: boolean;
  /** A part is being fetched to this machine. */
  loading: boolean;
}

export const EMPTY: Stretch = { entries: [], more: false, later: false, prepended: false, loading: false };

/** Replaces everything by this page. */
export function only({ entries, more, later, loading }: EntriesView): Stretch {
  return { entries, more, later, prepended: false, loading };
}

/** Whether a newest page continues the loaded part without a gap. */
export function meets(held: Stretch, page: EntriesView): boolean {
  return held.entries.length === 0 || !page.more || placeOf(page.entries[0], held.entries) !== -1 || placeOf(held.entries[0], page.entries) !== -1;
}

/** The newest page replaces everything from its first entry on; older loaded entries stay, and no older ones come. */
export function withNewest(held: Stretch, page: EntriesView): Stretch {
  const before = placeOf(held.entries[0], page.entries);
  if (before > 0 && held.more) return only({ ...page, entries: page.entries.slice(before), more: true });
  const at = placeOf(page.entries[0], held.entries);
  if (at <= 0) return only(page);
  const entries = [...held.entries.slice(0, at), ...page.entries];
  return { entries, more: held.more, later: page.later, prepended: false, loading: page.loading };
}

export function withOlder(held: Stretch, page: EntriesView): Stretch {
  const older = unknownTo(held, page);
  return { ...held, entries: [...older, ...held.entries], more: page.more, prepended: true, loading: page.loading };
}

export function withLater(held: Stretch, page: EntriesView): Stretch {
  const later = unknownTo(held, page);
  return { ...held, entries: [...held.entries, ...later], later: page.later, prepended: false, loading: page.loading };
}

/** Updates loaded entries; none is added, removed or moved. */
export function updated(held: Stretch, page: EntriesView): Stretch {
  const now = new Map(page.entries.map((entry) => [entry.key, entry]));
  return { ...held, entries: held.entries.map((entry) => now.get(entry.key) ?? entry), prepended: false, loading: page.loading };
}

function placeOf(wanted: EntryView | undefined, entries: readonly EntryView[]): number {
  return wanted ? entries.findIndex((entry) => entry.key === wanted.key) : -1;
}

function unknownTo(held: Stretch, page: EntriesView): EntryView[] {
  const known = new Set(held.entries.map((entry) => entry.key));
  return page.entries.filter((entry) => !known.has(entry.key));
}
