// The library while one writes: where a slash begins a search, and gaps.
import type { Audience, ItemState, ItemUsage, LibraryBrand, OfferView, QuestionKind } from "$shared/types";
import { languageName, number, t } from "./catalogue.svelte";

export interface Begun {
  /** Where the typed text begins, the slash included. */
  at: number;
  /** Without the slash. */
  typed: string;
  /** 1 with a slash, 0 if it was opened by key. */
  lead: 0 | 1;
}

/** A longer text is no search. */
const LONGEST = 60;
const GAP = /⟦[^⟦⟧]+⟧/;

/** The text between a slash at the start of a word and the caret. */
export function begun(text: string, caret: number): Begun | null {
  const at = text.lastIndexOf("/", caret - 1);
  if (at === -1 || caret - at > LONGEST || (at > 0 && !/\s/.test(text.charAt(at - 1)))) return null;
  const typed = text.slice(at + 1, caret);
  return /\n|^\s/.test(typed) ? null : { at, typed, lead: 1 };
}

/** Where the first gap stands. */
export function gapIn(text: string): { from: number; to: number } | null {
  const found = GAP.exec(text);
  return found ? { from: found.index, to: found.index + found[0].length } : null;
}

/** Which language an item is in, where that is not the conversation's. */
export function spoken({ language, wanted }: Pick<OfferView, "language" | "wanted">, conversation: string | null): string | null {
  if (wanted || conversation === null) return null;
  return t("composer-other-language", { language: languageName(language), wanted: languageName(conversation) });
}

export const STATES: readonly ItemState[] = ["draft", "active", "retired"];
export const KINDS: readonly QuestionKind[] = ["menu", "review", "confirm"];

/** The texts of an item without those in one language. */
export function without<T>(texts: Record<string, T>, tag: string): Record<string, T> {
  return Object.fromEntries(Object.entries(texts).filter(([other]) => other !== tag));
}

export function whoSees(scope: Audience, brands: readonly LibraryBrand[]): string {
  if (scope.type === "mine") return t("sees-mine");
  if (scope.type === "everybody") return t("sees-everybody");
  return scope.brands.map((key) => brands.find((brand) => brand.key === key)?.name ?? key).join(", ");
}

/** "12 uses, 25 % changed, answered after 1 min 5 s, rated 4.5". */
export function usageOf({ uses, editedShare, replyToAnswerMs, csat }: ItemUsage): string {
  const seconds = replyToAnswerMs === null ? null : Math.round(replyToAnswerMs / 1000);
  return [
    t("usage.count", { count: uses }),
    editedShare === null ? null : t("usage.changed", { percent: Math.round(editedShare * 100) }),
    seconds === null ? null : t("usage.answered", { time: seconds < 60 ? t("time-seconds", { count: seconds }) : t("time-minutes-seconds", { minutes: Math.floor(seconds / 60), seconds: seconds % 60 }) }),
    csat === null ? null : t("usage.rated", { score: number(csat, 1) }),
  ]
    .filter(Boolean)
    .join(", ");
}

/** Whether what follows needs a space before it. */
export function endsWord(text: string): boolean {
  return /[\p{L}\p{N}\p{Pe}.,;:!?]$/u.test(text);
}
