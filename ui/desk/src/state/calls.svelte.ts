// Calls for help at this desk: losing one to a colleague, and taking back that help is not needed.
import { isEnter } from "$shared/keys";
import type { ConversationId, GoesOn, RowView } from "$shared/types";
import type { Desk } from "./desk.svelte";
import { keyOf, writes } from "./keys";
import { t } from "../words/catalogue.svelte";

/** How long a dismissal can be undone. */
const UNDO_MS = 10_000;
/** Keys belong to the lost conversation until the hands have rested this long. */
const REST_MS = 600;

/** A colleague was faster; the next call is shown instead. */
export interface Lost {
  text: string;
  next: RowView;
}

export class Calls {
  lost = $state.raw<Lost | null>(null);
  /** The conversation whose call was dismissed a moment ago. */
  undoable = $state<ConversationId | null>(null);
  dismissedAt = 0;
  /** The message that offers to undo it. */
  #offer = 0;
  #pressed = 0;

  constructor(private readonly desk: Desk) {}

  /** The next call after a lost one, while it is on screen and open. */
  get offered(): Lost | null {
    const { conversation } = this.desk;
    const view = conversation?.view;
    if (!this.lost || this.lost.next.id !== conversation?.id) return null;
    return view && (!view.row.help || !view.may.join) ? null : this.lost;
  }

  /** Shows the next call in place of the lost one, or `back` if there is none. */
  async lose(id: ConversationId, text: string, back: ConversationId | null = null): Promise<void> {
    const { desk } = this;
    const next = await desk.focus.leading(this.#other(id));
    // They went on to another one meanwhile, and may be writing there.
    if (desk.conversation?.id !== id) return this.#tell(id, text, next);
    if (next) return this.#show(next, text);
    desk.toasts.say("plain", t("call-lost-none", { lost: text }));
    if (back && back !== id) desk.show(back);
    else desk.close();
    desk.focus.list();
  }

  #show(next: RowView, text: string): void {
    const { desk } = this;
    this.lost = { text, next };
    this.#pressed = performance.now();
    desk.show(next.id, "help");
    // The list stands in place of the conversation, which would say it.
    if (desk.appearance.single) desk.toasts.offer("plain", t("call-next-is", { lost: text, name: next.name }), { label: t("join"), run: () => this.take() });
    desk.focus.list();
  }

  /** A call was lost in a notification: the window is used for something else. */
  async loseElsewhere(id: ConversationId, text: string): Promise<void> {
    this.#tell(id, text, await this.#other(id));
  }

  #tell(id: ConversationId, text: string, next: RowView | null): void {
    const { toasts, focus } = this.desk;
    if (!next) return toasts.say("plain", text);
    const run = async (): Promise<void> => {
      const now = await focus.leading(this.#other(id));
      if (now) this.#show(now, text);
      else toasts.say("plain", t("call-none"));
    };
    toasts.offer("plain", text, { label: t("call-show-next"), run: () => void run() });
  }

  /** Joins the offered call. */
  take(): void {
    const { offered } = this;
    this.lost = null;
    if (offered) void this.desk.join(offered.next);
  }

  /** Whether this key was meant for the conversation that is gone: people go on typing for a moment. */
  swallows(event: KeyboardEvent | InputEvent): boolean {
    if (!this.offered || !(event instanceof InputEvent ? writes(event) : isLetter(event))) return false;
    const now = performance.now();
    const early = now - this.#pressed < REST_MS;
    if (early) this.#pressed = now;
    return early;
  }

  /** Help is not needed any more; for a moment that can be undone. */
  dismissed({ id, name }: Pick<RowView, "id" | "name">, goesOn: GoesOn): void {
    this.undoable = id;
    this.dismissedAt = performance.now();
    setTimeout(() => {
      if (this.undoable === id) this.undoable = null;
    }, UNDO_MS);
    const text = t(goesOn === "nobody" ? "call-completed" : "call-dismissed", { name });
    this.#offer = this.desk.toasts.offer("plain", text, { label: t("undo"), key: keyOf("takeBack"), run: () => void this.undo() }, UNDO_MS);
  }

  async undo(): Promise<void> {
    const id = this.undoable;
    this.undoable = null;
    this.desk.toasts.drop(this.#offer);
    if (id && (await this.desk.act("conversation.restoreHelp", { id }))) this.desk.show(id);
  }

  /** The longest waiting call beside this one, which may still be listed. */
  async #other(id: ConversationId): Promise<RowView | null> {
    const rows = await this.desk.rows("help", 2);
    return rows.find((row) => row !== null && row.id !== id) ?? null;
  }
}

function isLetter(event: KeyboardEvent): boolean {
  const { key, ctrlKey, metaKey, altKey } = event;
  return !ctrlKey && !metaKey && !altKey && ([...key].length === 1 || isEnter(event));
}
