// Batches changes that come together, so that a burst costs one round of requests.
import type { Change, CommandId, ConversationId } from "$shared/types";

type Of<T extends Change["type"]> = Extract<Change, { type: T }>;

export interface Typing extends Of<"typing"> {
  /** Sent after the conversation had changed: it concerns what comes next. */
  late: boolean;
}

export interface Batch {
  app: boolean;
  lists: boolean;
  everything: boolean;
  conversations: Set<ConversationId>;
  /** Conversations whose alerts changed. */
  alerts: Set<ConversationId>;
  typing: Typing[];
  watched: Of<"watched">[];
  /** Bytes sent. */
  uploads: Map<CommandId, number>;
  open: Of<"open"> | null;
  /** Conversations whose own window comes to the front. */
  raised: Set<ConversationId>;
  wanted: boolean;
  toasts: Of<"toast">[];
  /** A call that was lost in a notification. */
  taken: Of<"taken"> | null;
}

export function coalesce(changes: readonly Change[]): Batch {
  const batch: Batch = {
    app: false,
    lists: false,
    everything: false,
    conversations: new Set(),
    alerts: new Set(),
    typing: [],
    watched: [],
    uploads: new Map(),
    open: null,
    raised: new Set(),
    wanted: false,
    toasts: [],
    taken: null,
  };
  for (const change of changes) {
    switch (change.type) {
      case "app":
        batch.app = true;
        break;
      case "lists":
        batch.lists = true;
        break;
      case "everything":
        batch.everything = true;
        break;
      case "conversation":
        batch.conversations.add(change.id);
        break;
      case "alerts":
        batch.alerts.add(change.id);
        break;
      case "typing":
        batch.typing.push({ ...change, late: batch.conversations.has(change.id) });
        break;
      case "watched":
        batch.watched.push(change);
        break;
      case "upload":
        batch.uploads.set(change.command, change.sent);
        break;
      case "open":
        batch.open = change;
        break;
      case "raise":
        batch.raised.add(change.id);
        break;
      case "wanted":
        batch.wanted = true;
        break;
      case "taken":
        batch.taken = change;
        break;
      case "toast":
        batch.toasts.push(change);
        break;
    }
  }
  return batch;
}

/** Delivers changes as soon as the page has time, together with those that have come by then. */
export function together(deliver: (batch: Batch) => void, schedule = soon): (changes: Change[]) => void {
  let waiting: Change[] = [];
  return (changes) => {
    const first = waiting.length === 0;
    waiting.push(...changes);
    if (!first || waiting.length === 0) return;
    schedule(() => {
      const batch = coalesce(waiting);
      waiting = [];
      deliver(batch);
    });
  };
}

/** Not with the next frame: that would draw one for changes that are not shown, and make what is shown wait for it. */
function soon(run: () => void): void {
  setTimeout(run, 0);
}
