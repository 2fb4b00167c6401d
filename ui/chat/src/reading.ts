// Reads the current conversation without gaps: catches up by cursor, holds the live feed back meanwhile, notices when the hub
// has moved on to another conversation, and remembers how far the customer has seen.
import type { Door } from "./api";
import { entryOf } from "./items";
import type { Memory } from "./memory";
import type { Pending } from "./outbox";
import { Timeline } from "./timeline";
import type { Conversation, Entry, Status } from "./wire";

export interface ReadingHooks {
  took(entry: Entry): void;
  changed(): void;
  /** A gap could not be closed. */
  lost(): void;
}

export class Reading {
  readonly timeline = new Timeline();
  /** Set while the customer waits for a fresh conversation; the hub's next `ready` grants it. */
  wantsNew = false;
  /** The id stays null between our first message and the hub naming the conversation. */
  private conversation: { id: string | null; status: Status } | null = null;
  private seenUpTo = 0;
  // While set, the feed is kept here: the timeline may not run ahead of what catching up still has to bring.
  private held: Entry[] | null = [];

  constructor(
    private readonly api: Door,
    private readonly memory: Memory,
    private readonly hooks: ReadingHooks,
  ) {}

  get status(): Status | null {
    return this.conversation?.status ?? null;
  }

  get unread(): number {
    return this.timeline.unreadAfter(this.seenUpTo);
  }

  /** A new connection begins: whatever the old one still held is read again. */
  hold(): void {
    this.held = [];
  }

  /** Reads once more what stands from `position` on: addresses of files expire. */
  async again(position: number): Promise<void> {
    const { token } = this.memory;
    if (token === null) return;
    const page = await this.api.entries(token, position - 1);
    if (page.conversation?.id !== this.conversation?.id) return;
    for (const entry of page.entries) if (this.timeline.has(entry.id)) this.timeline.feed(entry);
    this.hooks.changed();
  }

  async catchUp(): Promise<void> {
    for (let after = this.timeline.cursor; ; ) {
      const { token } = this.memory;
      if (token === null) return;
      const page = await this.api.entries(token, after);
      if (this.meet(page.conversation) && after > 0) {
        after = 0;
        continue;
      }
      for (const entry of page.entries) this.take(entry);
      this.hooks.changed();
      const last = page.entries.at(-1);
      if (!page.more || !last) return;
      after = last.position;
    }
  }

  /** Compares the hub's current conversation with ours. True if it is another one: then reading starts from its beginning. */
  meet(conversation: Conversation | null): boolean {
    const known = this.conversation;
    const isOther = known !== null && (known.id === null ? this.wantsNew && !conversation : known.id !== conversation?.id);
    if (isOther) {
      this.timeline.turnPage();
      this.seenUpTo = 0;
      this.conversation = null;
    }
    if (conversation) {
      this.conversation = { id: conversation.id, status: conversation.status };
      const { seen } = this.memory;
      if (seen?.conversation === conversation.id) this.seenUpTo = Math.max(this.seenUpTo, seen.upTo);
      else if (this.seenUpTo > 0) this.memory.seen = { conversation: conversation.id, upTo: this.seenUpTo };
    }
    return isOther;
  }

  ready(conversation: Conversation | null): void {
    const isOther = this.meet(conversation);
    this.wantsNew = false;
    if (!isOther) return this.release();
    // What came before `ready` was counted from a position of the conversation before; read this one from its start instead.
    this.hold();
    this.catchUp().then(
      () => this.release(),
      () => this.hooks.lost(),
    );
  }

  live(entry: Entry): void {
    if (this.held) {
      this.held.push(entry);
      return;
    }
    this.take(entry);
    this.begun();
  }

  statusIs(status: Status): void {
    this.conversation = { id: this.conversation?.id ?? null, status };
  }

  /** The hub has taken one of our messages. */
  accepted(item: Pending, position: number): void {
    this.timeline.accepted(entryOf(item, position, this.api.self));
    this.begun();
  }

  /** The customer has the conversation before their eyes. */
  saw(): number {
    const last = this.timeline.lastOfOthers();
    if (last > this.seenUpTo) {
      this.seenUpTo = last;
      this.memory.seen = { conversation: this.conversation?.id ?? null, upTo: last };
    }
    return last;
  }

  // Neither an entry nor an acceptance names the conversation it began, only a reading does; without the name a reconnect could
  // not tell this conversation from another.
  private begun(): void {
    if (this.conversation) return;
    this.conversation = { id: null, status: "in_progress" };
    this.catchUp().catch(() => undefined);
  }

  private release(): void {
    const held = this.held ?? [];
    this.held = null;
    for (const entry of held) this.take(entry);
    this.hooks.changed();
  }

  private take(entry: Entry): void {
    this.timeline.feed(entry);
    this.hooks.took(entry);
  }
}
