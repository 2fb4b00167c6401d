// Emoji by their names: what stands after a colon while one writes, and what it may mean.
import type { Spoken } from "./catalogue.svelte";

export interface Emoji {
  emoji: string;
  /** Its English names, as after a colon. */
  names: readonly string[];
  /** In the language of the window. */
  label: string;
  /** All words that find it, folded. */
  words: readonly string[];
}

/** Between the colon and the caret. */
export interface Begun {
  /** Where the colon stands. */
  at: number;
  typed: string;
}

const SHORTEST = 2;
const TYPED = /(?<![\p{L}\p{N}:/]):([\p{L}\p{N}_+-]{1,40})$/u;
const CLOSED = /(?<![\p{L}\p{N}:/]):([a-z0-9_+-]{1,40}):$/u;
/** Offered before anything is typed. */
const FIRST = ["+1", "slightly_smiling_face", "tada", "pray", "heart", "white_check_mark", "wave", "sweat_smile"];

const FILES: Record<Spoken, () => Promise<{ default: readonly [string, string, string, string][] }>> = {
  en: () => import("virtual:emoji/en"),
  de: () => import("virtual:emoji/de"),
};
const read: Partial<Record<Spoken, Promise<readonly Emoji[]>>> = {};

/** All emoji in the standard's order, read once for each language. */
export function emoji(language: Spoken): Promise<readonly Emoji[]> {
  return (read[language] ??= FILES[language]().then(({ default: found }) =>
    found.map(([emoji, names, label, more]) => ({ emoji, names: names.split(" "), label, words: fold(`${names.replaceAll("_", " ")} ${label} ${more}`).split(/[^\p{L}\p{N}+-]+/u) })),
  ));
}

/** A colon and two letters at the start of a word; a clock or an address begins none. */
export function begun(text: string, caret: number): Begun | null {
  const found = TYPED.exec(text.slice(Math.max(0, caret - 50), caret));
  const typed = found?.[1] ?? "";
  return typed.length < SHORTEST ? null : { at: caret - typed.length - 1, typed };
}

/** An emoji whose whole name stands between two colons before the caret. */
export function closed(text: string, caret: number, all: readonly Emoji[]): { at: number; emoji: string } | null {
  const name = CLOSED.exec(text.slice(Math.max(0, caret - 50), caret))?.[1];
  const found = name === undefined ? undefined : all.find(({ names }) => names.includes(name));
  return found && name !== undefined ? { at: caret - name.length - 2, emoji: found.emoji } : null;
}

/** What fits, best first: by its name, by the beginning of it, by a word. */
export function fitting(all: readonly Emoji[], typed: string, most: number): Emoji[] {
  if (typed === "") return FIRST.flatMap((name) => all.find(({ names }) => names.includes(name)) ?? []).slice(0, most);
  const name = typed.toLowerCase();
  const wanted = fold(typed).split("_").filter(Boolean);
  const rank = ({ names, label, words }: Emoji): number => {
    if (names.includes(name)) return 0;
    const begins = names.filter((one) => one.startsWith(name)).map(({ length }) => length);
    // The shorter, the more of it was typed.
    if (begins.length > 0) return 1 + Math.min(...begins) / 100;
    if (wanted.length === 0 || !wanted.every((part) => words.some((word) => word.startsWith(part)))) return NaN;
    return fold(label).startsWith(wanted[0] ?? "") ? 2 : 3;
  };
  return all
    .map((one) => ({ one, rank: rank(one) }))
    .filter((found) => !Number.isNaN(found.rank))
    .toSorted((a, b) => a.rank - b.rank)
    .slice(0, most)
    .map(({ one }) => one);
}

/** Lower case, without accents: nobody types them in a search. */
function fold(words: string): string {
  return words.normalize("NFD").replaceAll(/\p{M}/gu, "").toLowerCase();
}
