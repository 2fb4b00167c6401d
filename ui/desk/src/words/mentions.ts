// Mentions in a note: the names in its text, and a name being typed after an @.
import type { EntryBody, Mention, UserId } from "$shared/types";
import { t } from "./catalogue.svelte";

export interface Stretch {
  text: string;
  /** The mentioned user, if any. */
  user: UserId | null;
}

/** Why an entry was navigated to. */
export function whyGoneTo(body: EntryBody, me: UserId | null): string {
  const mentioned = body.type === "note" && body.mentions.some(({ user }) => user === me);
  return t(mentioned ? "entry-mentioned" : "entry-from-search");
}

const LETTER = /[\p{L}\p{N}]/u;
/** A longer text after an @ is not the beginning of a name. */
const LONGEST = 60;

/** The text with mentioned names set apart; the longest name wins. */
export function stretches(text: string, mentions: readonly Mention[]): Stretch[] {
  const found: Stretch[] = [];
  const longestFirst = mentions.toSorted((a, b) => b.name.length - a.name.length);
  let from = 0;
  for (let at = text.indexOf("@"); at !== -1; at = text.indexOf("@", at + 1)) {
    if (at < from || (at > 0 && LETTER.test(text.charAt(at - 1)))) continue;
    const mention = longestFirst.find(({ name }) => stands(text, at + 1, name));
    if (!mention) continue;
    const end = at + 1 + mention.name.length;
    if (at > from) found.push({ text: text.slice(from, at), user: null });
    found.push({ text: text.slice(at, end), user: mention.user });
    from = end;
  }
  if (from < text.length) found.push({ text: text.slice(from), user: null });
  return found;
}

function stands(text: string, at: number, name: string): boolean {
  const same = text.slice(at, at + name.length).toLocaleLowerCase() === name.toLocaleLowerCase();
  return same && !LETTER.test(text.charAt(at + name.length));
}

/** The text between the last @ and the caret, if a name may be typed there. */
export function beginning(text: string, caret: number): { at: number; typed: string } | null {
  const at = text.lastIndexOf("@", caret - 1);
  if (at === -1 || caret - at > LONGEST || (at > 0 && LETTER.test(text.charAt(at - 1)))) return null;
  const typed = text.slice(at + 1, caret);
  return /[\n@]|^\s/.test(typed) ? null : { at, typed };
}

/** People with a name, or a later word of it, that begins with the typed text; those whose name begins so come first. */
export function matching<T extends { name: string }>(people: readonly T[], typed: string): T[] {
  const wanted = typed.toLocaleLowerCase();
  const first = ({ name }: T): boolean => name.toLocaleLowerCase().startsWith(wanted);
  const later = ({ name }: T): boolean => name.toLocaleLowerCase().split(/\s+/).some((word) => word.startsWith(wanted));
  return [...people.filter(first), ...people.filter((one) => !first(one) && later(one))];
}
