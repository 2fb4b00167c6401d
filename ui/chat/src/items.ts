// The view's list: the timeline, followed by the outbox. Pure.
import { waitsForUpload, type Pending } from "./outbox";
import { type Stage, type Timeline } from "./timeline";
import { isOwn, type Accepted, type Choice, type Entry, type EntryKind, type From, type Review } from "./wire";

export interface ShownMedia {
  /** The id to fetch it by; null while it is in the outbox. */
  id: string | null;
  name: string;
  contentType: string;
  bytes: number;
  /** Grants access for a while. */
  right: string | null;
}

export interface Item {
  id: string;
  from: From;
  name: string | null;
  kind: EntryKind;
  text: string;
  timeMs: number;
  choices: readonly Choice[];
  picked: string | null;
  media: ShownMedia | null;
  review: Review | null;
  /** Written by the viewer. */
  own: boolean;
  /** Only for own items. */
  stage: Stage | null;
  /** Code of the refusal; the hub's message is for developers. */
  failure: string | null;
  /** Bytes sent of a waiting or uploading file. */
  uploaded: number | null;
  /** Belongs to a conversation before the current one. */
  earlier: boolean;
}

export function itemsOf(timeline: Timeline, pending: readonly Pending[], pendingStage: Stage, self: From): Item[] {
  const picks = picksOf([...timeline.earlierEntries(), ...timeline.entries()], pending);
  const shown = (entry: Entry, earlier: boolean): Item => {
    const stage = isOwn(entry) ? timeline.stageOf(entry) : null;
    return fromEntry(entry, picks.get(entry.id) ?? null, stage, earlier);
  };
  return [
    ...timeline.earlierEntries().map((entry) => shown(entry, true)),
    ...timeline.entries().map((entry) => shown(entry, false)),
    ...pending.filter((item) => !timeline.has(item.id)).map((item) => fromPending(item, pendingStage, self)),
  ];
}

/** The customer's last choice per question. If an answer does not name its question, its text identifies it. */
export function picksOf(entries: readonly Entry[], pending: readonly Pending[]): Map<string, string> {
  const picks = new Map<string, string>();
  entries.forEach((entry, at) => {
    if (entry.from !== "customer" || entry.kind !== "answer") return;
    if (entry.answer) {
      picks.set(entry.answer.question, entry.answer.choice);
      return;
    }
    for (let before = at - 1; before >= 0; before -= 1) {
      const question = entries[before];
      const choice = question?.choices?.find(({ label }) => label.trim() === entry.text.trim());
      if (!question || !choice) continue;
      picks.set(question.id, choice.id);
      return;
    }
  });
  for (const { answer, failed } of pending) if (answer && !failed) picks.set(answer.question, answer.choice);
  return picks;
}

/** An accepted message until the feed brings the hub's copy. */
export function entryOf(item: Pending, { conversation, position }: Accepted, self: From): Entry {
  return {
    conversation,
    position,
    id: item.id,
    time: new Date(item.atMs).toISOString(),
    from: self,
    own: true,
    kind: item.answer ? "answer" : item.file ? "attachment" : "text",
    text: item.text ?? item.label ?? "",
    answer: item.answer ?? null,
    media: item.file && item.media !== undefined ? { id: item.media, ...item.file } : null,
  };
}

function fromEntry(entry: Entry, picked: string | null, stage: Stage | null, earlier: boolean): Item {
  const timeMs = Date.parse(entry.time);
  return {
    id: entry.id,
    from: entry.from,
    name: entry.name ?? null,
    kind: entry.kind,
    text: entry.text,
    timeMs: Number.isNaN(timeMs) ? 0 : timeMs,
    choices: entry.choices ?? [],
    picked,
    review: entry.review ?? null,
    media: entry.media ? { ...entry.media, right: entry.right ?? null } : null,
    own: isOwn(entry),
    stage,
    failure: null,
    uploaded: null,
    earlier,
  };
}

function fromPending(item: Pending, stage: Stage, self: From): Item {
  return {
    id: item.id,
    from: self,
    name: null,
    kind: item.answer ? "answer" : item.file ? "attachment" : "text",
    text: item.text ?? item.label ?? "",
    timeMs: item.atMs,
    choices: [],
    picked: null,
    review: null,
    media: item.file ? { id: null, right: null, ...item.file } : null,
    own: true,
    stage: item.failed ? "failed" : stage,
    failure: item.failed?.code ?? null,
    uploaded: !item.failed && waitsForUpload(item) ? 0 : null,
    earlier: false,
  };
}
