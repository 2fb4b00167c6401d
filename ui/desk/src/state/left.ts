// Words that left the field and are not known to be in the journey: which of its entries they became.
import type { ConversationId, EntryView, Participant } from "$shared/types";
import type { Mode } from "./composer.svelte";

export interface Left {
  key: string;
  mode: Mode;
  text: string;
  at: string;
  /** What the journey had by then, and what became of the words before these. */
  known: Set<string>;
}

let count = 0;

export function leave(mode: Mode, text: string, journey: readonly EntryView[]): Left {
  return { key: `leaving-${++count}`, mode, text, at: new Date().toISOString(), known: new Set(journey.map(({ key }) => key)) };
}

/** Which words the journey has, under which key: what was sent first is there first. */
export function arrived(all: readonly Left[], journey: readonly EntryView[]): Map<Left, string> {
  const found = new Map<Left, string>();
  const taken = new Set<string>();
  for (const left of all) {
    const entry = journey.find((one) => !left.known.has(one.key) && !taken.has(one.key) && isIt(one, left));
    if (!entry) continue;
    found.set(left, entry.key);
    taken.add(entry.key);
  }
  return found;
}

function isIt({ by, body }: EntryView, { mode, text }: Left): boolean {
  return by.kind === "agent" && (body.type === "note") === (mode === "note") && "text" in body && body.text === text;
}

/** As the transcript shows them. */
export function entryOf({ key, mode, text, at }: Left, conversation: ConversationId, by: Participant): EntryView {
  const body: EntryView["body"] = mode === "note" ? { type: "note", turn: key, text, mentions: [] } : { type: "text", turn: key, text, silent: false };
  const stages: EntryView["stages"] = mode === "note" ? [] : [{ stage: "queued", at, reason: null }];
  return { key, conversation, position: null, command: null, time: at, by, body, stages, heldUntil: null, upload: null, about: null, translation: null };
}
