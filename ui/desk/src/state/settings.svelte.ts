// The user's settings. The core stores them as a whole, so a choice is sent together with all others.
import type { NotificationSettings, SettingsView } from "$shared/types";
import { asRpcError, type Host } from "../host/host";
import { reask } from "./reask";

export class Settings {
  /** Why the last choice was not stored. */
  problem = $state<string | null>(null);
  /** Chosen but not stored yet: two choices in a row must not undo each other. */
  #chosen = $state.raw<SettingsView | null>(null);

  constructor(
    private readonly host: Host,
    private readonly kept: () => SettingsView | null,
    private readonly refresh: () => Promise<void>,
  ) {}

  get now(): SettingsView | null {
    return this.#chosen ?? this.kept();
  }

  choose(change: Partial<SettingsView>): Promise<void> {
    if (this.now) this.#chosen = { ...this.now, ...change };
    return this.#keep();
  }

  notify(change: Partial<NotificationSettings>): Promise<void> {
    const { now } = this;
    return now ? this.choose({ notifications: { ...now.notifications, ...change } }) : Promise.resolve();
  }

  readonly #keep = reask(async () => {
    const sent = this.#chosen;
    if (!sent) return;
    try {
      await this.host.rpc("settings.set", sent);
      this.problem = null;
      await this.refresh();
    } catch (error) {
      this.problem = asRpcError(error).message;
    }
    // The core's answer is the truth, unless the user has made another choice.
    if (this.#chosen === sent) this.#chosen = null;
  });
}
