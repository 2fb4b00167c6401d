// The sections and their texts.
import type { CountsView, Section } from "$shared/types";

export interface SectionWords {
  id: Section;
  title: string;
  empty: string;
  emptyWhy: string;
  /** What the list can show offline. */
  offline: string;
}

const EVERY: readonly SectionWords[] = [
  {
    id: "my",
    title: "My Conversations",
    empty: "Nothing on your hands",
    emptyWhy: "Conversations that you join, and those that you are invited to, stand here.",
    offline: "You are offline: what you write is queued and goes out by itself.",
  },
  {
    id: "help",
    title: "Help Needed",
    empty: "Nobody needs help",
    emptyWhy: "When a conversation needs a person, it appears here and you are notified.",
    offline: "You are offline: who needs help now cannot be seen from here.",
  },
  {
    id: "left",
    title: "Recently Left",
    empty: "Nothing left lately",
    emptyWhy: "Conversations that you were in during the last days stay here, also without a network.",
    offline: "You are offline: these stay on this machine.",
  },
  {
    id: "all",
    title: "All Live Conversations",
    empty: "All is quiet",
    emptyWhy: "Every conversation in progress stands here, also those that Your Logic handles alone.",
    offline: "You are offline: others may have gone on since.",
  },
];

/** The user's sections, in the order of the rail. */
export function sectionsOf(counts: CountsView | null): readonly SectionWords[] {
  return EVERY.filter((section) => section.id !== "all" || (counts !== null && counts.all !== null));
}

export function wordsOf(section: Section): SectionWords {
  return EVERY.find((known) => known.id === section) as SectionWords;
}
