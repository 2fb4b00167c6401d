// The sections and their texts.
import type { CountsView, Section } from "$shared/types";

export interface SectionWords {
  id: Section;
  title: string;
  empty: string;
  emptyWhy: string;
  /** Where an empty list leads. */
  leads: "help" | "search" | "tryOut";
  /** What the list can show offline. */
  offline: string;
}

const EVERY: readonly SectionWords[] = [
  {
    id: "my",
    title: "My Conversations",
    empty: "No conversations of yours",
    emptyWhy: "Conversations that you join or are invited to appear here. Take one from Help Needed.",
    leads: "help",
    offline: "You are offline: what you write is queued and sent later.",
  },
  {
    id: "help",
    title: "Help Needed",
    empty: "No one needs help",
    emptyWhy: "When a conversation needs a person, it appears here and you are notified. Check that notifications reach you.",
    leads: "tryOut",
    offline: "You are offline: new calls for help do not arrive.",
  },
  {
    id: "left",
    title: "Recently Left",
    empty: "No recent conversations",
    emptyWhy: "Conversations that you left or completed in the last days stay here, also offline. Older ones are found by searching.",
    leads: "search",
    offline: "You are offline: these are kept on this machine.",
  },
  {
    id: "all",
    title: "All Live Conversations",
    empty: "All is quiet",
    emptyWhy: "Every conversation in progress appears here, including those that Your Logic handles alone. Past ones are found by searching.",
    leads: "search",
    offline: "You are offline: others may have continued since.",
  },
];

/** The user's sections, in the order of the rail. */
export function sectionsOf(counts: CountsView | null): readonly SectionWords[] {
  return EVERY.filter((section) => section.id !== "all" || (counts !== null && counts.all !== null));
}

export function wordsOf(section: Section): SectionWords {
  return EVERY.find((known) => known.id === section) as SectionWords;
}
