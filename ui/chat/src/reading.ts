// Reads the current conversation without gaps: catches up by cursor while holding the live feed, notices when the hub
// has moved to another conversation, and remembers the customer's read position.
import type { Door } from "./api";
import { entryOf } from "./items";
import type { Memory } from "./memory";
import type { Pending } from "./outbox";
import { Timeline } from "./timeline";
import type { Accepted, Conversation, Entry, Known, Status } from "./wire";

export interface ReadingHooks {
  took(entry: Entry): void;
  changed(): void;
  /** A gap could not be closed. */
  lost(): void;
}

export class Reading {
  readonly timeline = new Timeline();
  private conversation: { id: string; status: Status } | null = null;
  private seenUpTo = 0;
  // While set, the feed is held: the timeline must not run ahead of catch-up.
  private held: Entry[] | null = [];

  constructor(
    private readonly api: Door,
    private readonly memory: Memory,
    private readonly hooks: ReadingHooks,
  ) {}

  /** The shown conversation; none before the first message. */
  get id(): string | null {
    return this.conversation?.id ?? null;
  }

  get status(): Status | null {
    return this.conversation?.status ?? null;
  }

  get unread(): number {
    return this.timeline.unreadAfter(this.seenUpTo);
  }

  get known(): Known {
    return { conversation: this.id, after: this.timeline.cursor };
  }

  /** A new connection begins: what the old one held is read again. */
  hold(): void {
    this.held = [];
  }

  /** Re-reads from `position`: addresses of files expire. */
  async again(position: number): Promise<void> {
    const { token } = this.memory;
    if (token === null) return;
    const page = await this.api.entries(token, { conversation: this.id, after: position - 1 });
    if (page.conversation?.id !== this.id) return;
    for (const entry of page.entries) if (this.timeline.has(entry.id)) this.timeline.feed(entry);
    this.hooks.changed();
  }

  async catchUp(): Promise<void> {
    for (let { known } = this; ; ) {
      const { token } = this.memory;
      if (token === null) return;
      const page = await this.api.entries(token, known);
      // The customer started a new conversation; until their first message the hub knows only the previous one.
      if (this.id === null && page.conversation && this.timeline.isEarlier(page.conversation.id)) return;
      this.meet(page.conversation);
      for (const entry of page.entries) this.take(entry);
      this.hooks.changed();
      const isSame = page.conversation?.id === known.conversation;
      if (!page.more || (isSame && page.upTo <= known.after)) return;
      known = { conversation: this.id, after: page.upTo };
    }
  }

  /** Compares the hub's current conversation with ours. True if it differs: then reading starts from its beginning. */
  meet(conversation: Conversation | null): boolean {
    const { id } = this;
    const isOther = id !== null && id !== conversation?.id;
    if (isOther) {
      this.timeline.leave(id);
      this.seenUpTo = 0;
      this.conversation = null;
    }
    if (conversation) {
      if (this.timeline.isEarlier(conversation.id)) this.timeline.goBackTo(conversation.id);
      this.conversation = { id: conversation.id, status: conversation.status };
      const { seen } = this.memory;
      if (seen?.conversation === conversation.id) this.seenUpTo = Math.max(this.seenUpTo, seen.upTo);
      else if (this.seenUpTo > 0) this.memory.seen = { conversation: conversation.id, upTo: this.seenUpTo };
    }
    return isOther;
  }

  ready(conversation: Conversation | null): void {
    if (!this.meet(conversation)) return this.release();
    this.reread();
  }

  live(entry: Entry): void {
    if (this.held) this.held.push(entry);
    else this.sort(entry);
  }

  statusIs(conversation: string, status: Status): void {
    if (conversation === this.id) this.conversation = { id: conversation, status };
  }

  /** The hub accepted one of our messages. */
  accepted(item: Pending, accepted: Accepted): void {
    const entry = entryOf(item, accepted, this.api.self);
    if (this.timeline.isEarlier(accepted.conversation)) return this.timeline.feedLate(entry);
    // The hub writes into the current conversation: if it is not ours, ours is over.
    const isOther = this.id !== accepted.conversation;
    if (isOther) this.meet({ id: accepted.conversation, status: "in_progress", position: accepted.position });
    this.timeline.accepted(entry);
    if (isOther) this.reread();
  }

  /** The customer is viewing the conversation. */
  saw(): number {
    const last = this.timeline.lastOfOthers();
    if (last > this.seenUpTo) {
      this.seenUpTo = last;
      this.memory.seen = { conversation: this.id, upTo: last };
    }
    return last;
  }

  private reread(): void {
    this.hold();
    this.catchUp().then(
      () => this.release(),
      () => this.hooks.lost(),
    );
  }

  private release(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const entry of held) this.sort(entry);
    this.hooks.changed();
  }

  /** Puts an entry from the feed where it belongs. */
  private sort(entry: Entry): void {
    if (this.held) this.held.push(entry);
    else if (entry.conversation === this.id) this.take(entry);
    else if (this.timeline.isEarlier(entry.conversation)) {
      this.timeline.feedLate(entry);
      this.hooks.took(entry);
    } else this.reread();
  }

  private take(entry: Entry): void {
    this.timeline.feed(entry);
    this.hooks.took(entry);
  }
}
