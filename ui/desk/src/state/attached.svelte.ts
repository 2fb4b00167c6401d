// Actions on a turn's file: show it here, open it with the system's program, save it.
import type { EntryView, Media } from "$shared/types";
import { asRpcError } from "../host/host";
import type { Desk } from "./desk.svelte";
import { t } from "../words/catalogue.svelte";

export class Attached {
  busy = $state<"opening" | "saving" | null>(null);
  /** Why a file that was to be opened can only be saved. */
  warning = $state<string | null>(null);

  constructor(
    private readonly desk: Desk,
    private readonly entry: () => EntryView,
    readonly media: () => Media,
  ) {}

  async open(): Promise<void> {
    const opened = await this.#ask("opening", "media.open");
    if (opened?.type === "only_saved") this.warning = opened.why;
  }

  async save(): Promise<void> {
    this.warning = null;
    const saved = await this.#ask("saving", "media.save");
    if (saved?.path) this.desk.toasts.say("good", t("toast-file-saved", { path: saved.path }));
  }

  async #ask<K extends "media.open" | "media.save">(busy: "opening" | "saving", name: K) {
    const { body, conversation } = this.entry();
    if (this.busy || body.type !== "attachment") return null;
    this.busy = busy;
    try {
      return await this.desk.host.rpc(name, { id: conversation, turn: body.turn });
    } catch (error) {
      this.desk.toasts.say("bad", asRpcError(error).message);
      return null;
    } finally {
      this.busy = null;
    }
  }
}
