// What is managed at the hub and never queued: everything comes from there, and each change goes there at once.
import { asRpcError } from "../host/host";

export class Managed {
  loading = $state(true);
  busy = $state(false);
  problem = $state<string | null>(null);
  /** What is being looked at has changes that are not saved. */
  changed = $state(false);

  protected async loaded(work: () => Promise<void>): Promise<void> {
    this.loading = true;
    await this.tried(work);
    this.loading = false;
  }

  /** True if the hub did it; else the problem says why not. */
  protected async tried(work: () => Promise<void>): Promise<boolean> {
    this.busy = true;
    this.problem = null;
    try {
      await work();
      return true;
    } catch (error) {
      this.problem = asRpcError(error).message;
      return false;
    } finally {
      this.busy = false;
    }
  }
}
