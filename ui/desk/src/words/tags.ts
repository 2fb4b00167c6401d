// Which tags are offered for what was typed.
import type { UsedTagView } from "$shared/types";

/** The longest tag that an agent may write, in characters. */
export const LONGEST = 60;
/** Maximum tags of a conversation. */
export const MOST = 50;

export interface TagOffer {
  tag: string;
  /** The conversation has it: choosing it takes it away. */
  on: boolean;
  /** No conversation on this machine has it yet. */
  fresh: boolean;
  uses: number;
}

/** One line without spaces at its ends, as the core keeps it. */
export function oneLine(text: string): string {
  return text.split(/\s+/).filter(Boolean).join(" ");
}

const same = (one: string, other: string): boolean => one.toLowerCase() === other.toLowerCase();

/**
 * The conversation's own tags first, then those in use, the most frequent first. With typed words, what is chosen without
 * looking adds: only their very tag is taken away at once, and what merely contains them comes after the words themselves.
 */
export function tagOffers(own: readonly string[], used: readonly UsedTagView[], typed: string): TagOffer[] {
  const words = oneLine(typed);
  const uses = (tag: string): number => used.find((one) => same(one.tag, tag))?.uses ?? 0;
  const all = [
    ...own.map((tag) => ({ tag, on: true, fresh: false, uses: uses(tag) })),
    ...used.filter(({ tag }) => !own.some((one) => same(one, tag))).map(({ tag, uses }) => ({ tag, on: false, fresh: false, uses })),
  ];
  if (words === "") return all;
  const has = (tag: string): boolean => tag.toLowerCase().includes(words.toLowerCase());
  const rank = ({ tag, on }: TagOffer): number => {
    if (same(tag, words)) return 0;
    if (on) return 4;
    return tag.toLowerCase().startsWith(words.toLowerCase()) ? 1 : 3;
  };
  const found = all.filter(({ tag }) => has(tag));
  const fresh = { tag: words, on: false, fresh: true, uses: 0 };
  if (found.some(({ tag }) => same(tag, words))) return found.toSorted((a, b) => rank(a) - rank(b));
  return [...found, fresh].toSorted((a, b) => (a.fresh ? 2 : rank(a)) - (b.fresh ? 2 : rank(b)));
}
