// The test notification and its outcome.
import type { NotificationsView } from "$shared/types";
import { asRpcError, type Host } from "../host/host";

export type Outcome = { state: "sending" } | { state: "taken"; server: string | null; seen: boolean | null } | { state: "failed"; reason: string };

export class Trial {
  /** None before the first test, and after its outcome was read. */
  outcome = $state.raw<Outcome | null>(null);

  constructor(
    private readonly host: Host,
    private readonly service: () => NotificationsView | null,
    private readonly refresh: () => Promise<void>,
  ) {}

  async send(): Promise<void> {
    if (this.outcome?.state === "sending") return;
    this.outcome = { state: "sending" };
    try {
      await this.host.rpc("notifications.test", {});
      // By now the service is known.
      await this.refresh();
      const service = this.service();
      this.outcome = { state: "taken", server: service?.state === "working" ? service.server : null, seen: null };
    } catch (error) {
      this.outcome = { state: "failed", reason: asRpcError(error).message };
    }
  }

  /** Whether the user has seen it. */
  answer(seen: boolean): void {
    if (this.outcome?.state === "taken") this.outcome = { ...this.outcome, seen };
  }

  /** Dismisses the outcome. A test in flight reports later. */
  forget(): void {
    if (this.outcome?.state !== "sending") this.outcome = null;
  }
}
