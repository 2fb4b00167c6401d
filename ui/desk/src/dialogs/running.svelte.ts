// A dialog's one command: busy while it runs, closed on success, showing the reason on failure.
import type { Commands } from "$shared/types";
import { asRpcError, type Host } from "../host/host";

export class Running {
  busy = $state(false);
  problem = $state<string | null>(null);

  constructor(
    private readonly host: Host,
    private readonly done: () => void,
  ) {}

  async run<K extends keyof Commands>(name: K, request: Commands[K]["request"]): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.problem = null;
    try {
      await this.host.rpc(name, request);
      this.done();
    } catch (error) {
      this.problem = asRpcError(error).message;
    }
    this.busy = false;
  }
}
