// A small search over the samples, so that the panel works without a core. Development and tests only.
import type { Commands, EntryView, SpanView } from "$shared/types";
import { nameOf } from "../words/people";
import { iso } from "./entries";
import type { Sample } from "./sample";

type Request = Commands["search"]["request"];
type Answer = Commands["search"]["response"];
type Hit = Answer["hits"][number];

const DATE = /^\d{4}-\d\d-\d\d$/;

export function find(samples: readonly Sample[], { query, limit, hub }: Request, reachable: boolean): Answer {
  const words: string[] = [];
  const rules: ((sample: Sample, entry: EntryView) => boolean)[] = [];
  let hint: string | null = null;
  for (const [, quoted, word = ""] of query.toLowerCase().matchAll(/"([^"]+)"?|(\S+)/g)) {
    const [operator, value = ""] = word.split(":");
    if (quoted) words.push(quoted);
    else if (operator === "from") rules.push(({ view }, { by }) => (value === "me" ? nameOf(by, view.row.name, "maya") === "You" : `${by.kind} ${"name" in by ? by.name : view.row.name}`.toLowerCase().includes(value)));
    else if (operator === "in") rules.push(({ view }) => value === "all" || view.row.id === value || view.row.channel.replace("_", "") === value);
    else if (operator === "is") {
      const is: Record<string, (sample: Sample) => boolean> = { open: ({ view }) => view.row.inProgress, completed: ({ view }) => !view.row.inProgress, waiting: ({ view }) => view.row.wait !== null, help: ({ view }) => view.row.help !== null };
      const rule = is[value];
      if (rule) rules.push(rule);
      else hint = "is: needs open, completed, waiting or help.";
    } else if (operator === "tag") rules.push(({ view }) => view.row.tags.some((tag) => tag.toLowerCase().startsWith(value)));
    else if (operator === "agent") rules.push(({ view }) => view.row.engaged.some((by) => by.kind === "agent" && (value === "me" ? by.user === "maya" : by.name.toLowerCase().includes(value))));
    else if (operator === "language") rules.push(({ view }) => view.row.language === value);
    else if (operator === "has") rules.push((_, { body }) => body.type === value);
    else if (operator === "before" || operator === "after") {
      if (!DATE.test(value)) hint = `${operator}: needs a date like 2026-11-03`;
      else rules.push((_, { time }) => (operator === "before" ? time < value : time.slice(0, 10) > value));
    } else words.push(word);
  }
  const hits: Hit[] = [];
  for (const sample of samples) {
    if (hits.length >= limit) break;
    const { row } = sample.view;
    const about = { conversation: row.id, name: row.name, channel: row.channel, brand: row.tellsBrand ? row.brand : null, attachment: false };
    if (rules.length === 0 && words.every((word) => row.name.toLowerCase().split(" ").some((part) => part.startsWith(word)))) {
      hits.push({ ...about, key: "", time: row.updated, by: null, kind: "customer", snippet: spans(row.name, words) });
    }
    for (const entry of sample.entries) {
      if (hits.length >= limit) break;
      const { body } = entry;
      if (!("text" in body) || body.type === "system" || body.type === "suggestion") continue;
      const file = body.type === "attachment" ? body.media.name : "";
      const text = [body.text, file].filter(Boolean).join(" · ");
      if (!words.every((word) => begins(text.toLowerCase(), word) >= 0) || !rules.every((rule) => rule(sample, entry))) continue;
      hits.push({ ...about, key: entry.key, time: entry.time, by: entry.by, kind: body.type === "note" ? "note" : "turn", attachment: file !== "", snippet: spans(text, words) });
    }
  }
  hits.sort((a, b) => b.time.localeCompare(a.time));
  if (hub && reachable && words.length > 0) hits.push(away(words));
  return { hits: hits.slice(0, limit), hint, hub: !hub ? "not_asked" : reachable ? "answered" : "unreachable" };
}

/** Where a word with this prefix begins. */
function begins(text: string, word: string, from = 0): number {
  let at = text.indexOf(word, from);
  while (at > 0 && /[\p{L}\p{N}]/u.test(text[at - 1] ?? "")) at = text.indexOf(word, at + 1);
  return at;
}

function spans(text: string, words: readonly string[]): SpanView[] {
  const low = text.toLowerCase();
  const found: SpanView[] = [];
  let at = 0;
  while (at < text.length) {
    const next = words.map((word) => ({ word, at: begins(low, word, at) })).filter((hit) => hit.word && hit.at >= 0).sort((a, b) => a.at - b.at)[0];
    if (!next) break;
    if (next.at > at) found.push({ text: text.slice(at, next.at), hit: false });
    found.push({ text: text.slice(next.at, next.at + next.word.length), hit: true });
    at = next.at + next.word.length;
  }
  if (at < text.length) found.push({ text: text.slice(at), hit: false });
  return found;
}

/** A hit that only the hub has. */
function away(words: readonly string[]): Hit {
  const snippet = [{ text: "A year ago somebody also wrote about ", hit: false }, { text: words.join(" "), hit: true }, { text: ", and it was solved on the phone.", hit: false }];
  const time = iso(Date.now() - 370 * 86_400_000);
  return { key: "left:3", conversation: "left", name: "Sofia Lindgren", channel: "imported", brand: null, time, by: { kind: "agent", user: "priya", name: "Priya Nair" }, kind: "note", attachment: false, snippet };
}
