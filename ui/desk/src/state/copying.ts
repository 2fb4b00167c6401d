// What leaves the window: words for the clipboard, and addresses for the system's programs.
import type { ConversationId } from "$shared/types";
import { copyLater } from "../host/clipboard";
import { asRpcError } from "../host/host";
import { clock } from "./clock.svelte";
import type { Desk } from "./desk.svelte";
import { transcript } from "./transcript";
import { t } from "../words/catalogue.svelte";

export class Copying {
  constructor(private readonly desk: Desk) {}

  /** Follows an address from a message: opens a web page in the system's browser, or copies a mail address. */
  async follow(href: string): Promise<void> {
    const mail = /^mailto:(.*)$/.exec(href)?.[1];
    if (mail !== undefined) return this.#address(mail);
    try {
      await this.desk.host.rpc("link.open", { url: href });
    } catch (error) {
      this.desk.toasts.say("bad", asRpcError(error).message, href);
    }
  }

  async #address(address: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(address);
      this.desk.toasts.say("good", t("toast-address-copied"));
    } catch {
      this.desk.toasts.say("bad", t("toast-address-not-copied"), address);
    }
  }

  /** Copies a value that is shown. */
  async value(label: string, value: string): Promise<void> {
    try {
      await navigator.clipboard.writeText(value);
      this.desk.toasts.say("good", t("toast-value-copied", { label }));
    } catch {
      this.desk.toasts.say("bad", t("toast-value-not-copied", { label }), value);
    }
  }

  /** Copies the open conversation as text, without notes. */
  async transcript(): Promise<void> {
    const view = this.desk.conversation?.view;
    if (!view) return;
    try {
      await copyLater(transcript(this.desk.host, view, this.desk.app?.me?.user ?? null, clock.now));
      this.desk.toasts.say("good", t("toast-transcript-copied"));
    } catch {
      this.desk.toasts.say("bad", t("toast-transcript-not-copied"));
    }
  }

  /** Copies a link that opens the conversation on every desk whose user may read it. */
  async link(id: ConversationId): Promise<void> {
    try {
      await navigator.clipboard.writeText(`tandem://conversation/${id}`);
      this.desk.toasts.say("good", t("toast-link-copied"));
    } catch {
      this.desk.toasts.say("bad", t("toast-link-not-copied"), `tandem://conversation/${id}`);
    }
  }
}
