// What the agent is writing in one conversation. The text is never lost: it leaves the field only when the core has it.
import type { ConversationId, SuggestionView } from "$shared/types";
import { asRpcError, type Host } from "../host/host";
import type { Shown } from "./shown";

const DRAFT_AFTER_MS = 400;
const TYPING_EVERY_MS = 3000;

export type Mode = "reply" | "note";

export class Composer {
  text = $state("");
  mode = $state<Mode>("reply");
  sending = $state(false);
  /** The core held the reply back: something is new since it was written. */
  movedOn = $state(false);
  problem = $state<string | null>(null);
  #kept = "";
  #timer: ReturnType<typeof setTimeout> | undefined;
  #typingAt = 0;

  constructor(
    private readonly host: Host,
    private readonly id: ConversationId,
    private readonly shown: Shown,
  ) {}

  /** The draft as the core keeps it; taken over unless the agent has written since. */
  adopt(draft: string): void {
    if (draft === this.#kept || this.sending) return;
    const untouched = this.text === this.#kept && this.mode === "reply" && this.#timer === undefined;
    if (!untouched) return;
    this.text = this.#kept = draft;
  }

  write(text: string): void {
    this.text = text;
    this.problem = null;
    if (text === "") this.movedOn = false;
    this.#keepSoon();
    if (this.mode === "reply" && text !== "") this.#tellTyping();
  }

  /** A note must never come back as a reply, so only replies are kept as a draft. */
  switchTo(mode: Mode): void {
    if (mode === this.mode) return;
    this.mode = mode;
    this.movedOn = false;
    this.problem = null;
    this.#keepSoon();
  }

  take(suggestion: SuggestionView): void {
    this.mode = "reply";
    this.write(suggestion.text);
  }

  async send(anyway = false): Promise<boolean> {
    const text = this.text.trim();
    if (text === "" || this.sending) return false;
    const { host, id, mode, text: written } = this;
    this.sending = true;
    this.problem = null;
    try {
      if (mode === "note") {
        await host.rpc("conversation.note", { id, text });
      } else {
        const writtenAgainst = this.shown.settled(Date.now());
        await host.rpc("conversation.send", { id, text, writtenAgainst, anyway });
      }
    } catch (error) {
      const { code, message } = asRpcError(error);
      this.movedOn = code === "conversation.moved_on";
      this.problem = this.movedOn ? null : message;
      return false;
    } finally {
      this.sending = false;
    }
    this.movedOn = false;
    // What was typed while it went out stays.
    this.text = this.text.startsWith(written) ? this.text.slice(written.length) : this.text;
    this.flush();
    return true;
  }

  /** Keeps the draft now: the conversation or the window is being left. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const draft = this.mode === "reply" ? this.text : "";
    if (draft === this.#kept) return;
    const before = this.#kept;
    this.#kept = draft;
    this.host.rpc("conversation.draft", { id: this.id, text: draft }).catch(() => {
      if (this.#kept === draft) this.#kept = before;
    });
  }

  #keepSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.flush(), DRAFT_AFTER_MS);
  }

  #tellTyping(): void {
    const now = Date.now();
    if (now - this.#typingAt < TYPING_EVERY_MS) return;
    this.#typingAt = now;
    // Not told is no harm.
    this.host.rpc("conversation.typing", { id: this.id }).catch(() => undefined);
  }
}
