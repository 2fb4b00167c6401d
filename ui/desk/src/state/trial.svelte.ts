// The test notification, and what became of it.
import type { NotificationsView } from "$shared/types";
import { asRpcError, type Host } from "../host/host";

export type Outcome = { state: "sending" } | { state: "taken"; server: string | null } | { state: "failed"; reason: string };

export class Trial {
  /** None before the first, and when the last one has been read. */
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
      // Which service took it is known by now.
      await this.refresh();
      const service = this.service();
      this.outcome = { state: "taken", server: service?.state === "working" ? service.server : null };
    } catch (error) {
      this.outcome = { state: "failed", reason: asRpcError(error).message };
    }
  }

  /** Read and done with. One that is on its way tells when it is there. */
  forget(): void {
    if (this.outcome?.state !== "sending") this.outcome = null;
  }
}
