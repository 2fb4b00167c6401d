// Keeps the loaded stretch of a journey in step with a freshly answered newest page.
import type { EntriesView, EntryView } from "$shared/types";

export interface Stretch {
  entries: readonly EntryView[];
  more: boolean;
  /** Entries were put in front of those that were there. */
  prepended: boolean;
  /** A part is on its way to this machine. */
  loading: boolean;
}

export const EMPTY: Stretch = { entries: [], more: false, prepended: false, loading: false };

/** The newest page replaces everything from its first entry on; older entries that are loaded stay. */
export function withNewest(held: Stretch, page: EntriesView): Stretch {
  const first = page.entries[0];
  const meets = first ? held.entries.findIndex((entry) => entry.key === first.key) : -1;
  if (meets <= 0) {
    return { entries: page.entries, more: page.more, prepended: false, loading: page.loading };
  }
  const entries = [...held.entries.slice(0, meets), ...page.entries];
  return { entries, more: held.more, prepended: false, loading: page.loading };
}

export function withOlder(held: Stretch, page: EntriesView): Stretch {
  const known = new Set(held.entries.map((entry) => entry.key));
  const older = page.entries.filter((entry) => !known.has(entry.key));
  return { entries: [...older, ...held.entries], more: page.more, prepended: true, loading: page.loading };
}
