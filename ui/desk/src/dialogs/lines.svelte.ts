// The lines of a dialog that lists what waits for the user. They follow the desk; an act may take a line away.
import { tick } from "svelte";
import type { Commands } from "$shared/types";
import { asRpcError } from "../host/host";
import type { Desk } from "../state/desk.svelte";

type Listed = "inbox.list" | "notSent.list" | "outbox.list";

export class Lines<L extends Listed> {
  /** None until the core has answered. */
  now = $state.raw<Commands[L]["response"] | null>(null);
  problem = $state<string | null>(null);
  list = $state<HTMLElement>();

  /** Call while a component starts. */
  constructor(
    private readonly desk: Desk,
    private readonly listed: L,
  ) {
    $effect(() => {
      void desk.app;
      let here = true;
      desk.host.rpc(listed, {}).then(
        (found) => here && this.#found(found),
        (error: unknown) => here && (this.problem = asRpcError(error).message),
      );
      return () => (here = false);
    });
  }

  #found(found: Commands[L]["response"]): void {
    const isFirst = this.now === null;
    this.now = found;
    // The dialog has nothing else to begin in.
    if (isFirst) void tick().then(() => document.activeElement instanceof HTMLDialogElement && this.list?.querySelector<HTMLElement>("button")?.focus());
  }

  /** Acts, reads again, and focuses a button as `next` names it: the pressed one may have gone with its line. */
  async act(what: () => Promise<unknown>, next = "button"): Promise<void> {
    try {
      await what();
      this.problem = null;
    } catch (error) {
      this.problem = asRpcError(error).message;
    }
    this.now = await this.desk.host.rpc(this.listed, {}).catch(() => this.now);
    await tick();
    (this.list?.querySelector<HTMLElement>(next) ?? document.querySelector<HTMLElement>("dialog header button"))?.focus();
  }
}
