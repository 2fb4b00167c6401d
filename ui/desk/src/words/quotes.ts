// What a turn says, as one that quotes it shows it.
import type { EntryView, QuoteView, TurnId } from "$shared/types";

/** Maximum length of a quote, in characters. */
const MOST = 160;

/** The turn of an entry that went to the customer or came from them; null for notes and lines of the transcript. */
export function turnOf({ body, position }: EntryView): TurnId | null {
  if (position === null || body.type === "note" || body.type === "suggestion") return null;
  return "turn" in body ? body.turn : null;
}

export function quoteOf(entry: EntryView): QuoteView | null {
  const turn = turnOf(entry);
  const { body } = entry;
  if (turn === null) return null;
  const words = [...((("text" in body && body.text) || ("media" in body && body.media.name)) || "")];
  return { turn, by: entry.by, text: words.length > MOST ? `${words.slice(0, MOST).join("").trimEnd()}…` : words.join("") };
}

/** The customer's newest turn among these. */
export function lastOfCustomer(entries: readonly EntryView[], conversation: string): EntryView | null {
  return entries.findLast((entry) => entry.conversation === conversation && entry.by.kind === "customer" && turnOf(entry) !== null) ?? null;
}

/** How long the channel keeps a customer's file. */
const KEPT_MS = 7 * 24 * 3_600_000;

/** Whether it stands for a file that could not be fetched, and that the channel still has. */
export function mayCome({ about, time }: EntryView, now: number): boolean {
  return about?.owed === true && now - Date.parse(time) < KEPT_MS;
}
