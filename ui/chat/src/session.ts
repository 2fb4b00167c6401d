// The customer's side of one brand's chat: combines reading, sending, typing and receipts over one connection, and
// serves the view. Knows no elements; all access to the world is in `Env`.
import { HubApi, HubError, IDENTITY_INVALID, type Door, type SessionOptions } from "./api";
import { Connection, type Link } from "./connection";
import { backoffMs, uuidv7, type Env } from "./env";
import type { Files } from "./files";
import type { I18n } from "./i18n";
import { subjectOf } from "./identity";
import { itemsOf, type Item } from "./items";
import { Memory } from "./memory";
import { Outbox, type Pending } from "./outbox";
import { Reading } from "./reading";
import { Receipts } from "./receipts";
import { Sender } from "./sender";
import { OthersTyping, OwnTyping, type Typist } from "./typing";
import { isOwn, type Brand, type Entry, type From, type OpenedSession, type Review, type ServerFrame, type Status } from "./wire";

/** Maximum file size until the hub has sent one. */
const MAX_FILE_BYTES = 10 * 1024 * 1024;
/** How late a page may set its token. */
const LATE_MS = 3_000;

export class Session {
  readonly memory: Memory;
  private readonly reading: Reading;
  private readonly outbox: Outbox;
  private readonly connection: Connection;
  private readonly sender: Sender;
  private readonly ownTyping: OwnTyping;
  private readonly othersTyping: OthersTyping;
  private readonly listeners = new Set<() => void>();
  private brandNow: Brand | null;
  private readonly receipts: Receipts;
  private letIn: OpenedSession | null = null;
  private cancelTimer: () => void = () => undefined;
  private cancelLook: () => void = () => undefined;
  private isUnanswered = false;
  private isRefused = false;
  private isOver = false;
  /** The page's token was refused, with the reason. */
  identityRefused: (why: string) => void = () => undefined;
  /** The hub refuses this page or brand, with the reason. */
  refusal: (code: string, detail: string) => void = () => undefined;
  /** The draft was replaced. */
  draftChanged: () => void = () => undefined;
  /** For external agents: their buttons may have changed. */
  buttonsChanged: () => void = () => undefined;
  private looking = false;
  private isAnnounced = false;

  constructor(
    private readonly env: Env,
    readonly files: Files,
    private readonly options: SessionOptions,
    private readonly api: Door = new HubApi(options, env),
  ) {
    const changed = (): void => this.changed();
    this.memory = new Memory(env.store, options.hub, options.brand, subjectOf(options.identity));
    this.brandNow = this.memory.brand;
    this.outbox = new Outbox(env.store, this.memory.outboxKey);
    this.reading = new Reading(this.api, this.memory, {
      took: (entry) => this.took(entry),
      changed,
      lost: () => this.connection.retry(),
    });
    this.connection = new Connection(env, this.api, {
      token: () => this.memory.token,
      open: () => this.open(),
      opened: (session) => this.opened(session),
      forget: () => this.forget(),
      refused: (code, detail) => this.refused(code, detail),
      catchUp: () => {
        this.reading.hold();
        return this.reading.catchUp();
      },
      known: () => this.reading.known,
      frame: (frame) => this.heard(frame),
      reachable: () => void this.sender.flush(),
      changed,
    });
    this.sender = new Sender(env, this.api, this.outbox, files, {
      token: () => this.memory.token,
      mayTry: () => this.connection.isReachable,
      accepted: (item, accepted) => this.reading.accepted(item, accepted),
      sessionUnknown: (token) => this.connection.sessionUnknown(token),
      changed,
    });
    this.receipts = new Receipts((conversation, stage, upTo) => this.connection.send({ type: "receipt", conversation, stage, upTo }));
    this.ownTyping = new OwnTyping(env, (on) => {
      const { id } = this.reading;
      this.connection.send({ type: "typing", ...(id === null ? {} : { conversation: id }), on });
    });
    this.othersTyping = new OthersTyping(env, changed);
  }

  /** Connects if there is something to resume; for a first-time visitor it only fetches the look. */
  start(): void {
    if (this.memory.token !== null || this.outbox.all().length > 0) return this.connection.wake();
    // A page may set its token a moment late.
    if (this.memory.ended !== null) this.cancelTimer = this.env.after(LATE_MS, () => this.connection.wake());
    void this.appear(0);
  }

  /** Whether to show anything to customers: the chat is allowed here, or not refused yet. */
  get isShown(): boolean {
    const { link } = this;
    const hasTried = link.kind === "live" || link.kind === "waiting" || (link.kind === "connecting" && link.attempt > 0);
    return !this.isRefused && (this.brandNow !== null || this.isUnanswered || hasTried);
  }

  private async appear(attempt: number): Promise<void> {
    try {
      const brand = await this.api.look?.();
      if (this.isOver) return;
      if (brand) this.brandNow = this.memory.brand = brand;
      this.isRefused = false;
      if (this.link.kind === "refused") this.connection.rest();
    } catch (error) {
      if (this.isOver) return;
      const failure = error instanceof HubError ? error.failure : null;
      if (failure?.kind === "refused") return this.refused(failure.code, failure.detail);
      this.isUnanswered = true;
      this.cancelLook = this.env.after(backoffMs(attempt, this.env.random()), () => void this.appear(attempt + 1));
    }
    this.changed();
  }

  /** Customers are not told what only the site's owner can fix; once fixed, the chat appears. */
  private refused(code: string, detail: string): void {
    this.isRefused = true;
    this.memory.brand = this.brandNow = null;
    this.connection.refuse(code, detail, () => (this.memory.token === null ? void this.appear(0) : this.connection.retry()));
    this.refusal(code, detail);
  }

  wake = (): void => this.connection.wake();
  networkLost = (): void => this.connection.lost();
  retry = (): void => this.connection.retry();

  /** After sleep a socket may be dead without notice; one cheap request tells. */
  probe(): void {
    if (this.link.kind !== "live") return this.connection.wake();
    this.reading.catchUp().catch(() => this.connection.retry());
  }

  /** The visitor's access ended; `standing` says why. */
  end(standing: string): void {
    this.connection.refuse(`guest.${standing}`, "");
  }

  /** Text that the hub has not accepted, the draft last. */
  unsent(): string[] {
    const queued = this.outbox.all().map(({ text, file }) => text ?? file?.name ?? "");
    return [...queued, this.memory.draft].filter((text) => text.trim() !== "");
  }

  /** Removes all data of this visit from the browser. */
  clear(): void {
    for (const { id } of this.outbox.all()) this.discard(id);
    this.memory.draft = "";
    this.memory.brand = null;
    this.memory.seen = null;
    this.memory.token = null;
  }

  stop(): void {
    this.listeners.clear();
    this.isOver = true;
    this.cancelTimer();
    this.cancelLook();
    this.ownTyping.stopped();
    this.connection.stop();
    this.sender.stop();
    this.othersTyping.clear();
  }

  /** A fresh token for the same customer. */
  renew(jwt: string): void {
    const wasRefused = this.options.identity === null;
    this.options.identity = jwt;
    if (wasRefused && this.link.kind !== "asleep") this.connection.retry();
  }

  /** Whether the panel is open and the page visible. */
  look(looking: boolean): void {
    this.looking = looking;
    if (looking) this.changed();
  }

  sendText(text: string): void {
    if (text.trim() !== "") this.enqueue({ text });
  }

  sendChoice(question: string, choice: string, label: string): void {
    this.enqueue({ answer: { question, choice }, label });
  }

  sendFile(file: File, caption: string): void {
    const id = uuidv7(this.env.now());
    const about = { name: file.name, contentType: file.type, bytes: file.size };
    void this.files.put(id, file);
    this.enqueue({ file: about, ...(caption.trim() === "" ? {} : { text: caption }) }, id);
  }

  /** Fills the node with a request for a review; without its part of the chat it stays empty. */
  card(node: HTMLElement, i18n: I18n, question: string, review: Review): HTMLElement {
    const answer = async (path: string, given: object): Promise<Review> => {
      const { token } = this.memory;
      if (token === null || !this.api.review) throw new Error("no session");
      return this.api.review(token, path, given);
    };
    const fill = this.env.part(`${this.options.hub}/chat/review.js`);
    void fill.then(({ reviewCard }) => reviewCard(node, { i18n, door: { answer, decline: (id, never) => answer(`${id}/decline`, { never }) } }, question, review)).catch(() => undefined);
    return node;
  }

  retryMessage(id: string): void {
    this.outbox.requeue(id);
    this.outbox.update(id, (item) => ({ ...item, ...this.against() }));
    this.push();
  }

  discard(id: string): void {
    this.outbox.remove(id);
    this.sender.drop(id);
    this.files.drop(id);
    this.changed();
  }

  /** Takes a refused message back for editing, before the current draft. */
  edit(id: string): void {
    const text = this.outbox.all().find((item) => item.id === id)?.text ?? "";
    this.memory.draft = [text, this.memory.draft].filter((part) => part !== "").join("\n");
    this.discard(id);
    this.draftChanged();
  }

  typed(text: string): void {
    this.memory.draft = text;
    if (text.trim() === "") this.ownTyping.stopped();
    else this.ownTyping.typed();
  }

  startNew(): void {
    if (this.link.kind !== "live") return;
    this.connection.send({ type: "new" });
  }

  /** Another tab changed the stored value of `key`. */
  storageChanged(key: string | null): void {
    if (key === this.outbox.key) {
      this.outbox.reload();
      this.push();
    } else if (key === this.memory.key && this.memory.token !== null) this.tokenChanged(this.memory.token);
  }

  /** Another tab or element of this page started a session: share it. */
  private tokenChanged(token: string): void {
    if (this.link.kind === "asleep") this.connection.wake();
    else if (this.letIn && this.letIn.token !== token) this.connection.retry();
  }

  mediaUrl(id: string, right: string | null): string | null {
    return this.memory.token === null ? null : this.api.mediaUrl(id, right);
  }

  /** A file's address has expired: fetch a new one. False for earlier conversations, where the hub gives none. */
  renewAddress(id: string): boolean {
    const entry = this.reading.timeline.entries().find((each) => each.id === id);
    if (entry) this.reading.again(entry.position).catch(() => undefined);
    return entry !== undefined;
  }

  /** Maximum file size, in bytes. */
  get maxFileBytes(): number {
    return this.letIn?.maxFileBytes ?? MAX_FILE_BYTES;
  }

  get link(): Link {
    return this.connection.link;
  }

  get isOffline(): boolean {
    return this.connection.isOffline;
  }

  /** The visitor's role. */
  get self(): From {
    return this.api.self;
  }

  get brand(): Brand | null {
    return this.brandNow;
  }

  get status(): Status | null {
    return this.reading.status;
  }

  get unread(): number {
    return this.reading.unread;
  }

  get typists(): Typist[] {
    return this.othersTyping.all();
  }

  items(): Item[] {
    const items = itemsOf(this.reading.timeline, this.outbox.all(), this.isOffline ? "queued" : "sending", this.self);
    for (const item of items) if (item.uploaded !== null) item.uploaded = this.sender.progress(item.id) ?? 0;
    return items;
  }

  subscribe(listener: () => void): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  private enqueue(what: Omit<Pending, "id" | "atMs">, id = uuidv7(this.env.now())): void {
    this.ownTyping.stopped();
    this.outbox.add({ id, atMs: this.env.now(), ...what, ...this.against() });
    this.push();
  }

  /** External agents use compare-and-send; customers may always write. */
  private against(): { against?: number } {
    return this.self === "customer" ? {} : { against: this.reading.timeline.cursor };
  }

  private push(): void {
    if (this.outbox.next() ?? this.outbox.nextUpload()) this.connection.wake();
    void this.sender.flush();
    this.changed();
  }

  private async open(): Promise<OpenedSession> {
    try {
      return await this.begin();
    } catch (error) {
      const failure = error instanceof HubError && error.failure.kind === "refused" ? error.failure : null;
      if (failure?.code !== IDENTITY_INVALID) throw error;
      this.options.identity = null;
      this.identityRefused(failure.detail);
      // The session is already open: only reading starts again.
      return this.letIn ?? this.api.open(this.memory.token);
    }
  }

  /** Resumes or begins: of concurrent tabs and elements, one begins and the others resume. */
  private async begin(): Promise<OpenedSession> {
    if (this.memory.token !== null) return this.api.open(this.memory.token);
    return this.env.alone(`${this.memory.key}.begin`, async () => {
      const session = await this.api.open(this.memory.token ?? this.memory.ended);
      this.memory.token = session.token;
      return session;
    });
  }

  private opened(session: OpenedSession): void {
    this.isRefused = false;
    this.memory.ended = null;
    this.memory.token = session.token;
    this.brandNow = session.brand;
    this.memory.brand = session.brand;
    // The first answer may be outdated by now; reading tells.
    if (session !== this.letIn) this.reading.meet(session.conversation);
    this.letIn = session;
  }

  private forget(): void {
    this.letIn = null;
    this.memory.ended = null;
    this.memory.token = null;
    this.memory.seen = null;
    this.outbox.forgetUploads();
  }

  private heard(frame: ServerFrame): void {
    if (frame.type === "ready") {
      this.receipts.reset();
      this.reading.ready(frame.conversation);
      this.buttonsChanged();
    } else if (frame.type === "entry") this.reading.live(frame.entry);
    else if (frame.type === "amended") this.probe();
    else if (frame.type === "buttons") this.buttonsChanged();
    else if (frame.type === "over") this.end(frame.standing);
    else if (frame.type === "status") this.reading.statusIs(frame.conversation, frame.status);
    // Earlier conversations no longer change.
    else if (frame.type === "stage" && frame.conversation === this.reading.id) this.reading.timeline.receipt(frame.stage, frame.upTo);
    else if (frame.type === "typing" && frame.conversation === this.reading.id) this.othersTyping.heard({ name: frame.name ?? null, kind: frame.kind }, frame.on);
    this.changed();
  }

  private took(entry: Entry): void {
    if (!isOwn(entry)) this.othersTyping.wrote(entry.from, entry.name ?? null);
    // The feed may bring our own message before the answer to its request.
    else if (this.outbox.all().some(({ id }) => id === entry.id)) this.outbox.remove(entry.id);
  }

  private acknowledge(seen: number): void {
    const { id, timeline } = this.reading;
    if (id !== null) {
      this.receipts.tell(id, "delivered", timeline.lastOfOthers());
      this.receipts.tell(id, "seen", seen);
    }
    for (const [conversation, upTo] of timeline.late) this.receipts.tell(conversation, this.looking ? "seen" : "delivered", upTo);
  }

  /** Coalesced: one burst of frames is one drawing. */
  private changed(): void {
    if (this.isAnnounced) return;
    this.isAnnounced = true;
    queueMicrotask(() => {
      this.isAnnounced = false;
      const seen = this.looking ? this.reading.saw() : 0;
      if (this.link.kind === "live") this.acknowledge(seen);
      for (const listener of this.listeners) listener();
    });
  }
}
