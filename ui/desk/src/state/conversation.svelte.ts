// The conversation on screen: read from the core, read again when it changed, never modified here.
import type { CommandId, ConversationId, ConversationView, EntriesView, EntryView, Position, RpcError, TurnId } from "$shared/types";
import { asRpcError, type Host } from "../host/host";
import type { AsSeen } from "./asSeen.svelte";
import { Composer, type Mode } from "./composer.svelte";
import { EMPTY, meets, only, updated, withLater, withNewest, withOlder, type Stretch } from "./journey";
import { Leaving } from "./leaving.svelte";
import type { Outgoing } from "./outgoing";
import { painted } from "./painted";
import { reask } from "./reask";
import { same, sameEach } from "./same";
import { Shown } from "./shown";
import { Translating } from "./translating.svelte";
import { type Signal, Typing } from "./typing.svelte";
import { isHidden } from "../words/hidden";
import { turnOf } from "../words/quotes";

const PAGE = 60;
/** How far back a refresh of the newest page reaches, for receipts and edits. */
const DEEPEST_REFRESH = 240;

/** An entry to navigate to and highlight. */
export interface Target {
  key: string;
}

export class OpenConversation {
  view = $state.raw<ConversationView | null>(null);
  journey = $state.raw<Stretch>(EMPTY);
  /** A new number is a new part of the journey: earlier measurements no longer apply. */
  stretch = $state(0);
  target = $state.raw<Target | null>(null);
  loaded = $state(false);
  problem = $state<RpcError | null>(null);
  /** The agent is at the end and stays there when something arrives. */
  following = $state(true);
  /** A note is being written, also without being engaged. */
  noting = $state(false);
  /** It is looked at as a participant saw it: nothing is written meanwhile. */
  asSeen = $state.raw<AsSeen | null>(null);
  /** Whether there is a message field. A completed conversation has one only if it is reopened, or for words that are there. */
  readonly writes = $derived.by(() => {
    const { view, composer } = this;
    if (!view || this.asSeen) return false;
    if (this.noting && composer.mode === "note" && view.may.note) return true;
    const begun = composer.reopening || composer.has("reply") || composer.files.list.length > 0;
    return view.may.reply && (view.completed === null || view.row.inProgress || begun);
  });
  /** How many of the customer's loaded turns the user has not seen; at least one if there is any. */
  readonly unread = $derived.by(() => {
    const { view } = this;
    if (!view?.row.unread) return 0;
    const isNew = ({ conversation, by, body, position }: EntryView): boolean => conversation === this.id && by.kind === "customer" && body.type !== "system" && (position ?? 0) > view.seen;
    return Math.max(1, this.journey.entries.filter(isNew).length);
  });
  readonly typing = new Typing();
  /** Who looks on without taking part. */
  readonly watching = new Typing();
  readonly shown = new Shown();
  readonly translating: Translating;
  readonly leaving: Leaving;
  readonly composer: Composer;
  /** Nothing is known to have changed since it was read. */
  current = false;
  #paging = false;
  /** Navigating to an entry: the newest page is not wanted meanwhile. */
  #going = false;
  /** Counts navigations: pages requested before the latest one are stale. */
  #turn = 0;
  #seen: Position = -1;

  constructor(
    private readonly host: Host,
    readonly id: ConversationId,
    outgoing?: Outgoing,
  ) {
    this.translating = new Translating(host);
    this.leaving = new Leaving(id, () => this.journey.entries);
    const leaves = (mode: Mode, text: string): (() => void) => this.leaving.begin(mode, text);
    this.composer = new Composer(host, id, this.shown, this.refresh, outgoing, leaves);
  }

  readonly refresh = reask(async () => {
    const asking = this.composer.asking;
    this.current = true;
    try {
      const [view] = await Promise.all([this.host.rpc("conversation.open", { id: this.id }), this.#again()]);
      this.view = same(this.view, view);
      if (view.row.inProgress) this.composer.reopening = false;
      this.composer.files.limits = view.limits;
      this.composer.adopt(view.drafts, asking);
      this.problem = null;
    } catch (error) {
      this.current = false;
      this.problem = asRpcError(error);
      // What is not theirs to read any more leaves the screen. Words of their own stay.
      if (isHidden(this.problem)) this.#hide();
    }
    this.loaded = true;
  });

  /** Reads it again: at once if it may have changed, otherwise once what is known is painted, which asking would hold up. */
  again(isWanted: () => boolean): Promise<void> {
    if (!this.loaded || !this.current) return this.refresh();
    return new Promise((done) => painted(() => (isWanted() ? void this.refresh().then(done) : done())));
  }

  #hide(): void {
    this.#turn++;
    this.#going = false;
    this.view = null;
    this.#start(EMPTY);
  }

  /** Reads again what is on screen. */
  async #again(): Promise<void> {
    if (this.#going) return;
    const turn = this.#turn;
    const { entries, later } = this.journey;
    const { target } = this;
    const limit = Math.min(Math.max(PAGE, entries.length), DEEPEST_REFRESH);
    const around = later ? (target?.key ?? entries.at(-1)?.key) : undefined;
    const page = await this.#page({ limit, ...(around ? { around } : {}) });
    if (turn !== this.#turn || later !== this.journey.later) return;
    if (later) this.journey = updated(this.journey, page);
    else if (meets(this.journey, page)) this.journey = withNewest(this.journey, page);
    else if (this.following) this.#start(only(page));
    // More arrived than fits a page while the agent reads further up: the rest is paged in later.
    else this.journey = { ...this.journey, later: true, prepended: false };
    if (!this.journey.later) this.typing.said(this.journey.entries.slice(-PAGE));
  }

  older(): Promise<void> {
    const key = this.journey.more ? this.journey.entries[0]?.key : undefined;
    return this.#grow(key, () => this.journey.entries[0]?.key, "before", withOlder);
  }

  newer(): Promise<void> {
    const key = this.journey.later ? this.journey.entries.at(-1)?.key : undefined;
    return this.#grow(key, () => this.journey.entries.at(-1)?.key, "after", withLater);
  }

  async #grow(
    key: string | undefined,
    edge: () => string | undefined,
    side: "before" | "after",
    join: (held: Stretch, page: EntriesView) => Stretch,
  ): Promise<void> {
    if (key === undefined || this.#paging) return;
    this.#paging = true;
    const turn = this.#turn;
    try {
      const page = await this.#page({ [side]: key, limit: PAGE });
      if (turn === this.#turn && edge() === key) this.journey = join(this.journey, page);
    } catch (error) {
      this.problem = asRpcError(error);
    } finally {
      this.#paging = false;
    }
  }

  /** Navigates to an entry anywhere in the journey and highlights it. */
  async goTo(key: string): Promise<void> {
    this.following = false;
    if (!this.journey.entries.some((entry) => entry.key === key) && !(await this.#jump({ around: key, limit: PAGE }))) return;
    // The pane may have reached its end while it was still empty.
    this.following = false;
    this.target = { key };
  }

  async toNewest(): Promise<void> {
    this.target = null;
    this.following = true;
    if (this.journey.later) await this.#jump({ limit: PAGE });
  }

  /** Replaces the loaded part of the journey. */
  async #jump(part: { limit: number; around?: string }): Promise<boolean> {
    const turn = ++this.#turn;
    this.#going = true;
    try {
      const page = await this.#page(part);
      if (turn !== this.#turn) return false;
      this.#start(only(page));
      return true;
    } catch (error) {
      if (turn === this.#turn) this.problem = asRpcError(error);
    } finally {
      if (turn === this.#turn) this.#going = false;
    }
    // The end is better than nothing.
    if (turn === this.#turn && this.journey.entries.length === 0) await this.#again().catch(() => undefined);
    return false;
  }

  #start(journey: Stretch): void {
    this.stretch++;
    this.journey = journey;
  }

  #page(part: { limit: number; before?: string; after?: string; around?: string }): Promise<EntriesView> {
    return this.host.rpc("conversation.entries", { id: this.id, ...part }).then((page) => ({ ...page, entries: sameEach(this.journey.entries, page.entries, ({ key }) => key) }));
  }

  /** Somebody types or looks on, here or elsewhere. */
  hear(typing: readonly Signal[], watched: readonly Signal[]): void {
    for (const { id, by, until } of typing) if (id === this.id) this.typing.heard(by, Date.parse(until), this.newest());
    for (const { id, by, until } of watched) if (id === this.id) this.watching.heard(by, Date.parse(until), this.newest());
  }

  note(): void {
    this.noting = true;
    this.composer.switchTo("note");
  }

  /** Back to the reply; the note stays a draft. */
  stopNoting(): void {
    this.noting = false;
    this.composer.switchTo("reply");
  }

  /** What was only begun is begun again; words stay. */
  leaveOff(): void {
    this.noting = this.composer.reopening = false;
    this.asSeen = null;
  }

  /** The position of this conversation's newest entry, for "seen" and compare-and-send. */
  newest(): Position {
    const entry = this.journey.entries.findLast((e) => e.conversation === this.id && e.position !== null);
    return entry?.position ?? this.view?.position ?? 0;
  }

  /** The end of the transcript is visible in a focused window. */
  seen(): void {
    const upTo = this.newest();
    if (upTo <= this.#seen || !this.loaded || this.problem || this.journey.later) return;
    this.#seen = upTo;
    this.host.rpc("conversation.seen", { id: this.id, upTo }).catch(() => (this.#seen = -1));
  }

  /** Cancels a command in the outbox. The agent's draft is saved to the core before text comes back to it. */
  async cancel(command: CommandId): Promise<unknown> {
    await this.composer.flush();
    return this.host.rpc("outbox.cancel", { command });
  }

  /** A customer's file that could not be fetched; it comes in its place. */
  async fetchFile(entry: EntryView): Promise<unknown> {
    const turn = turnOf(entry);
    return turn === null ? null : this.host.rpc("conversation.fetchFile", { id: entry.conversation, turn });
  }

  /** Reads this conversation in translation from now on, or as it was written. */
  async readTranslated(on: boolean): Promise<void> {
    if (!on) this.translating.stop();
    await this.host.rpc("conversation.readTranslated", { id: this.id, on });
    await this.refresh();
  }

  retry(turn: TurnId): Promise<unknown> {
    return this.host.rpc("conversation.retry", { id: this.id, turn });
  }
}
