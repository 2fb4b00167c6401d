// The conversations that were open a while ago, and the one that the next key probably opens: it is read before the key comes,
// so that the key shows it at once.
import type { ConversationId } from "$shared/types";
import type { OpenConversation } from "./conversation.svelte";

/** Conversations whose drafts stay in memory when another one is opened. */
const KEEP_OPEN = 20;

export class Held {
  /** The last viewed is last. */
  #held: OpenConversation[] = [];
  #ahead: OpenConversation | null = null;

  constructor(private readonly make: (id: ConversationId) => OpenConversation) {}

  find(id: ConversationId): OpenConversation | null {
    return this.#held.find((held) => held.id === id) ?? null;
  }

  /** The conversation that is opened now. */
  take(id: ConversationId): OpenConversation {
    const open = this.find(id) ?? (this.#ahead?.id === id ? this.#ahead : this.make(id));
    this.#ahead = null;
    this.#held = [...this.#held.filter((held) => held !== open), open].slice(-KEEP_OPEN);
    return open;
  }

  /** Reads a conversation that may be opened next. */
  readAhead(id: ConversationId): void {
    if (this.find(id) || this.#ahead?.id === id) return;
    this.#ahead = this.make(id);
    void this.#ahead.refresh();
  }

  /** Conversations have changed: what is held of them is older. */
  heard(everything: boolean, changed: ReadonlySet<ConversationId>): void {
    for (const held of this.#ahead ? [...this.#held, this.#ahead] : this.#held) if (everything || changed.has(held.id)) held.current = false;
  }

  clear(): void {
    this.#held = [];
    this.#ahead = null;
  }
}
