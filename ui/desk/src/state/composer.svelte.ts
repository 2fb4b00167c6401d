// The agent's text in one conversation. It is never lost: what leaves the field with Enter comes back if the core refuses it.
import type { ConversationId, DraftsView, MediaId, OfferView, QuoteView, ReturnedView, SendReply, SuggestionView, TurnId } from "$shared/types";
import { asRpcError, type Host } from "../host/host";
import { merged } from "./drafts";
import { DraftFiles } from "./files.svelte";
import { Improving } from "./improving.svelte";
import { Outgoing } from "./outgoing";
import type { Shown } from "./shown";
import { t } from "../words/catalogue.svelte";

const DRAFT_AFTER_MS = 400;
const TYPING_EVERY_MS = 3000;
/** How long a message waits for the core to answer the one before it. The core has that one long before: a hub that does
 *  not answer holds nobody up, and the order stays. */
const IN_TURN_MS = 300;
/** Refusals that are questions: the words go out after all if their author says so. */
const HELD: Partial<Record<string, Held>> = { "conversation.moved_on": "moved-on", "conversation.completed": "completed" };
/** Why a reply is held: there is news, or the conversation was completed meanwhile. */
export type Held = "moved-on" | "completed";

export type Mode = "reply" | "note";
type Texts = Record<Mode, string>;

export class Composer {
  mode = $state<Mode>("reply");
  #problems = $state<Record<Mode, string | null>>({ reply: null, note: null });
  /** Why a quick reply is not in the field. */
  notInserted = $state<string | null>(null);
  /** Why the text came back, until the agent sends, changes or clears it. */
  returned = $state.raw<ReturnedView | null>(null);
  #texts = $state<Texts>({ reply: "", note: "" });
  /** Messages that the core has not answered. */
  #going = $state({ reply: 0, note: 0 });
  /** The last of them is with the core. */
  #line: Promise<unknown> = Promise.resolve();
  #asking = false;
  readonly text = $derived(this.#texts[this.mode]);
  /** The question before a reply goes out: send anyway, or reopen and send? */
  readonly held = $derived(this.mode === "reply" ? (HELD[this.returned?.code ?? ""] ?? null) : null);
  /** The next reply reopens a completed conversation. */
  reopening = $state(false);
  /** The question that goes out after the words. */
  question = $state.raw<OfferView | null>(null);
  /** The turn that the next reply quotes. */
  quote = $state.raw<QuoteView | null>(null);
  /** The suggestion with whose words the reply began. */
  #suggestion: TurnId | null = null;
  /** The language of the last quick reply, while its words may stand in the field. */
  spoken = $state.raw<Pick<OfferView, "language" | "wanted"> | null>(null);
  /** Opens quick replies and questions at the caret; none without a field. */
  library: (() => void) | null = null;
  readonly improving: Improving;
  readonly files: DraftFiles;
  /** What the core holds, as far as we know. */
  #kept: Texts = { reply: "", note: "" };
  /** The last shown reason; the agent may have dismissed it. */
  #told: string | null = null;
  /** Counts writes to the core: an answer requested before the latest one is stale. */
  #writes = 0;
  #missed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #typingAt = 0;

  constructor(
    private readonly host: Host,
    private readonly id: ConversationId,
    private readonly shown: Shown,
    /** Fetches the conversation again. */
    private readonly again: () => Promise<void> = () => Promise.resolve(),
    private readonly outgoing = new Outgoing(),
    /** Words have left the field; returns what to call when the conversation has been read again, or they are back. */
    private readonly leaves: (mode: Mode, text: string) => () => void = () => () => undefined,
  ) {
    this.improving = new Improving(host, id, this);
    this.files = new DraftFiles(host, id, () => void this.again());
  }

  /** Whether there is a draft in this mode, shown or not, or one is on its way. */
  has(mode: Mode): boolean {
    return this.#texts[mode].trim() !== "" || this.#going[mode] > 0;
  }

  /** Why the words in the field were not sent. */
  get problem(): string | null {
    return this.#problems[this.mode];
  }

  get sending(): boolean {
    return this.#going.reply + this.#going.note > 0;
  }

  /** Note it before asking the core, and pass it back with the answer. */
  get asking(): number {
    return this.#writes;
  }

  /** The drafts from the core. */
  adopt({ reply, note, returned, files }: DraftsView, asked: number): void {
    if (this.sending || asked !== this.#writes) {
      this.#missed = true;
      return;
    }
    this.files.adopt(files);
    this.#take("reply", reply);
    this.#take("note", note);
    const code = returned?.code ?? null;
    if (code === this.#told) return;
    this.#told = code;
    this.returned = returned;
    if (returned) this.mode = returned.note ? "note" : "reply";
  }

  #take(mode: Mode, core: string): void {
    const base = this.#kept[mode];
    if (core === base) return;
    this.#kept[mode] = core;
    this.#texts[mode] = merged(base, core, this.#texts[mode]);
  }

  write(text: string): void {
    this.#texts[this.mode] = text;
    if (text.trim() === "") this.spoken = null;
    if (text.trim() === "" && this.mode === "reply") this.#suggestion = null;
    this.#problems[this.mode] = this.notInserted = null;
    this.returned = null;
    this.improving.drop();
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), DRAFT_AFTER_MS);
    if (this.mode === "reply" && text !== "") this.#tellTyping();
  }

  switchTo(mode: Mode): void {
    if (mode === this.mode) return;
    this.mode = mode;
    this.notInserted = null;
    this.improving.drop();
  }

  take(suggestion: SuggestionView): void {
    this.mode = "reply";
    this.write(suggestion.text);
    this.#suggestion = suggestion.turn;
  }

  /** Text to work on, added behind the current draft. */
  offer(words: string): void {
    this.mode = "reply";
    this.write([this.#texts.reply.trimEnd(), words].filter(Boolean).join("\n\n"));
  }

  /** Dismisses the reason; the text stays. */
  keepEditing(): void {
    this.returned = null;
  }

  /** `anyway`: whatever was asked. `now`: without the time to take it back. The field is free for the next at once. */
  async send(anyway = false, now = false): Promise<boolean> {
    const text = this.#texts[this.mode].trim();
    const files = this.mode === "reply" ? this.files.going(text !== "") : [];
    if ((text === "" && files.length === 0) || this.files.reading) return false;
    if (files.some((id) => this.files.list.some((file) => file.id === id && this.files.isAsked(file)))) {
      this.files.problem = t("draft-file-ask.first");
      return false;
    }
    return this.outgoing.begin(this.#send(text, files, anyway, now));
  }

  async #send(text: string, files: MediaId[], anyway: boolean, now: boolean): Promise<boolean> {
    const { host, id, mode } = this;
    const written = this.#texts[mode];
    const seen = this.#seen(anyway);
    const quote = mode === "reply" ? this.quote : null;
    if (quote) this.quote = null;
    const suggestion = mode === "reply" ? this.#suggestion : null;
    if (suggestion) this.#suggestion = null;
    this.#going[mode]++;
    this.improving.drop();
    this.#problems[mode] = this.returned = null;
    this.#told = null;
    this.#writes++;
    const taken = this.files.list.filter((file) => files.includes(file.id));
    // The core takes the text from its draft, so it must have it there.
    const kept = this.flush();
    this.#texts[mode] = "";
    this.files.gone(files);
    const over = text === "" ? null : this.leaves(mode, text);
    const going = Promise.all([this.#line, kept]).then(() =>
      mode === "note"
        ? host.rpc("conversation.note", { id, text, ...(now ? { now } : {}) })
        : host.rpc("conversation.send", { id, text, ...seen, ...(now ? { now } : {}), ...(files.length > 0 ? { files } : {}), ...(quote ? { replyTo: quote.turn } : {}), ...(suggestion ? { suggestion } : {}) }),
    );
    this.#line = settledWithin(going, IN_TURN_MS);
    try {
      await going;
    } catch (error) {
      this.files.back(taken);
      this.quote ??= quote;
      this.#suggestion ??= suggestion;
      this.#comeBack(mode, written, error);
      over?.();
      return false;
    } finally {
      this.#going[mode]--;
      this.#written();
    }
    if (over) void this.again().then(over);
    if (this.#kept[mode] === written) this.#kept[mode] = "";
    void this.flush();
    return true;
  }

  /** What the agent knows of the conversation, and decided in spite of it. */
  #seen(anyway: boolean): Pick<SendReply, "writtenAgainst" | "anyway" | "reopen"> {
    const reopen = this.reopening || (anyway && this.held === "completed");
    return { writtenAgainst: this.shown.settled(Date.now()), anyway: anyway && this.held !== "completed", ...(reopen ? { reopen } : {}) };
  }

  /** It was not sent: above what was begun since. */
  #comeBack(mode: Mode, written: string, error: unknown): void {
    const rest = this.#texts[mode];
    this.#texts[mode] = rest.trim() === "" ? written : `${written.trimEnd()}\n\n${rest}`;
    const { code, message } = asRpcError(error);
    if (HELD[code]) {
      this.#told = code;
      this.returned = { note: false, code, reason: message, at: null };
    } else {
      this.#problems[mode] = message;
    }
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.flush(), DRAFT_AFTER_MS);
  }

  /** A quick reply's words for the field; the core remembers that the draft has them. */
  async insert(offer: OfferView): Promise<string | null> {
    try {
      const inserted = await this.host.rpc("library.insert", { id: this.id, reply: offer.id, note: this.mode === "note" });
      this.spoken = inserted;
      this.question = inserted.question ?? this.question;
      this.files.problem = inserted.problem;
      if (offer.files.length > 0) void this.again();
      return inserted.text;
    } catch (error) {
      this.notInserted = asRpcError(error).message;
      return null;
    }
  }

  /** Asks the chosen question, as it is; true if none is left. */
  async ask(anyway = false, now = false): Promise<boolean> {
    const { question } = this;
    if (!question) return true;
    if (this.#asking) return false;
    return this.outgoing.begin(this.#ask(question, anyway, now));
  }

  async #ask(question: OfferView, anyway: boolean, now: boolean): Promise<boolean> {
    const seen = this.#seen(anyway);
    this.#asking = true;
    this.#problems.reply = null;
    try {
      await this.#line;
      await this.host.rpc("library.ask", { id: this.id, question: question.id, ...seen, ...(now ? { now } : {}) });
      this.question = null;
      return true;
    } catch (error) {
      this.#problems.reply = asRpcError(error).message;
      return false;
    } finally {
      this.#asking = false;
      this.#written();
    }
  }

  /** Saves the drafts now: the conversation or the window is closing, or the core is about to change them. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await Promise.all([this.#keep("reply"), this.#keep("note")]);
  }

  async #keep(mode: Mode): Promise<void> {
    const text = this.#texts[mode];
    const before = this.#kept[mode];
    if (text === before) return;
    this.#kept[mode] = text;
    // The core drops the reason once the text differs.
    this.#told = null;
    this.#writes++;
    try {
      await this.host.rpc("conversation.draft", { id: this.id, text, note: mode === "note", base: before });
    } catch {
      if (this.#kept[mode] === text) this.#kept[mode] = before;
    }
    this.#written();
  }

  /** An answer that crossed a write was discarded: fetch again. */
  #written(): void {
    this.#writes++;
    if (!this.#missed) return;
    this.#missed = false;
    void this.again();
  }

  #tellTyping(): void {
    const now = Date.now();
    if (now - this.#typingAt < TYPING_EVERY_MS) return;
    this.#typingAt = now;
    // A lost typing signal does no harm.
    this.host.rpc("conversation.typing", { id: this.id }).catch(() => undefined);
  }
}

/** Resolves when the promise has settled, or after this long. */
async function settledWithin(promise: Promise<unknown>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const over = new Promise<void>((resolve) => (timer = setTimeout(resolve, ms)));
  await Promise.race([promise.then(() => undefined, () => undefined), over]);
  clearTimeout(timer);
}
