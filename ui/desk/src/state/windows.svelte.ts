// Conversations in windows of their own: which there are, and what this window has to do with the others.
import type { ConversationId, Want } from "$shared/types";
import type { Desk } from "./desk.svelte";
import { MAIN } from "./hands";
import { t } from "../words/catalogue.svelte";

/** An arrow's step in a transcript. */
const STEP_PX = 80;

export class Windows {
  constructor(private readonly desk: Desk) {}

  /** Whether another window has this conversation for itself. */
  isElsewhere(id: ConversationId): boolean {
    return this.desk.apart === null && (this.desk.app?.apart.some((one) => one.id === id) ?? false);
  }

  /** Whether this window stays above all others. */
  get onTop(): boolean {
    return this.desk.app?.apart.some(({ id, onTop }) => id === this.desk.apart && onTop) ?? false;
  }

  /** Gives a conversation a window of its own, or brings the one that it has to the front. */
  async popOut(id: ConversationId): Promise<void> {
    const { desk } = this;
    desk.hands.goTo(id);
    if (desk.apart === null) desk.focus.leave();
    // What was typed last is there, too.
    await desk.held.find(id)?.composer.flush();
    if (!(await desk.act("window.popOut", { id })) && desk.apart === null) desk.focus.list();
  }

  /** Closes a conversation's own window; its words are in the main one. */
  async bringBack(id: ConversationId): Promise<void> {
    const { desk } = this;
    if (desk.apart === id) await desk.conversation?.composer.flush();
    const back = await desk.act("window.bringBack", { id });
    if (!back || desk.apart !== null) return;
    await desk.refresh();
    if (desk.conversation?.id === id) desk.focus.message(id, desk.conversation.refresh());
  }

  /** As the open conversation stands: out of the main window, or back into it. */
  async move(id: ConversationId): Promise<void> {
    if (this.desk.apart === null) await this.popOut(id);
    else await this.backToMain(id);
  }

  /** Closes this window and shows its conversation in the main one. */
  async backToMain(id: ConversationId): Promise<void> {
    this.desk.hands.goTo(MAIN);
    await this.bringBack(id);
    await this.main({ id });
  }

  /** To the main window: to a conversation or a section, or as it is. */
  async main(what: Want = {}): Promise<void> {
    this.desk.hands.goTo(MAIN);
    await this.desk.act("window.want", what);
  }

  async close(): Promise<void> {
    if (this.desk.apart !== null) await this.bringBack(this.desk.apart);
  }

  async keepOnTop(): Promise<void> {
    const { desk } = this;
    if (desk.apart !== null) await desk.act("window.keepOnTop", { id: desk.apart, on: !this.onTop });
    else desk.toasts.say("plain", t("apart-only-own"));
  }

  /** The list is in the main window. */
  sayMain(): void {
    const { desk } = this;
    desk.toasts.offer("plain", t("apart-in-main"), { label: t("apart-show-main"), run: () => void this.main() });
  }

  /** Where this window is about to close, nothing of what was typed is lost. Call whenever the desk was read. */
  ends(): void {
    const { app, apart, conversation } = this.desk;
    if (app && !app.apart.some(({ id }) => id === apart)) void conversation?.composer.flush();
  }

  /** A step in the transcript of a window without a list. */
  scroll(by: number): void {
    const pane = document.querySelector("main [role=log]");
    if (!pane) return;
    const step = Math.abs(by) > 1 ? pane.clientHeight : STEP_PX;
    pane.scrollBy({ top: Math.sign(by) * (Number.isFinite(by) ? step : pane.scrollHeight) });
  }
}
