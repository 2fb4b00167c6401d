// A customer who writes Portuguese, and what a translator makes of it. Development and tests only.
import type { ConversationView, EntryView, TranslatedReplyView } from "$shared/types";
import type { Sample } from "./sample";

/** Line by line, in place of what Carmen wrote. */
const LINES: readonly [words: string, translation: string | null][] = [
  ["É possível levar uma segunda mala no NW-20418?", "Is it possible to take a second bag on NW-20418?"],
  ["Sim, por favor 🙂", "Yes, please 🙂"],
  // Dialect that the translator gives up on.
  ["Ena pá, era mesmo à maneira!", null],
  ["Olá, preciso de mudar a minha viagem para um dia da próxima semana.\nSerá que dá?", "Hello, I need to move my trip to some day next week.\nWould that work?"],
];

const REPLY = "Boas notícias: o voo das 09:40 de quinta-feira ainda tem lugar à janela.";

/** `on`: she is read in translation; `made`: the translations have come. */
export function foreignScene(samples: Sample[], on: boolean, made: boolean): void {
  const carmen = samples.find(({ view }) => view.row.id === "carmen");
  if (!carmen) return;
  let line = 0;
  for (const { by, body } of carmen.entries) {
    if (by.kind === "customer" && body.type === "text") body.text = LINES[line++]?.[0] ?? body.text;
  }
  carmen.view.row.language = "pt";
  carmen.view.suggestion = null;
  carmen.view.translating = { from: "pt", to: "en", on, foreign: true };
  if (!on) return;
  readTranslated(carmen.entries, true);
  if (made) translate(carmen.entries, carmen.entries.flatMap(({ body }) => ("turn" in body ? [body.turn] : [])));
}

function isTheirs(entry: EntryView): boolean {
  return entry.by.kind === "customer" && entry.body.type === "text";
}

export function readTranslated(entries: EntryView[], on: boolean): void {
  for (const entry of entries.filter(isTheirs)) entry.translation = on ? { is: "wanted" } : null;
}

/** The turns that could not be translated. */
export function translate(entries: EntryView[], turns: readonly string[]): string[] {
  const untranslated: string[] = [];
  for (const entry of entries) {
    const { body } = entry;
    if (body.type !== "text" || !turns.includes(body.turn) || entry.translation?.is !== "wanted") continue;
    const text = LINES.find(([words]) => words === body.text)?.[1];
    if (text) entry.translation = { is: "made", text, from: "pt", by: "model" };
    else untranslated.push(body.turn);
  }
  return untranslated;
}

export function translateReply({ translating }: ConversationView, text: string): TranslatedReplyView {
  if (!translating?.from) throw { code: "translate.language", message: "The customer's language is not known yet." };
  return { text: text.trim() === "" ? "" : REPLY, to: translating.from, by: "model" };
}
