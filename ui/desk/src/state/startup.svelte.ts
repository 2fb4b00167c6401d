// The start at login. The system stores it, so it is read each time.
import type { StartupView } from "$shared/types";
import { asRpcError, type Host } from "../host/host";

export class Startup {
  /** None until the system has answered. */
  now = $state.raw<StartupView | null>(null);
  /** Why the last choice was not stored. */
  problem = $state<string | null>(null);

  constructor(private readonly host: Host) {}

  async look(): Promise<void> {
    try {
      this.now = await this.host.rpc("startup.get", {});
    } catch (error) {
      this.now = { state: "unavailable", reason: asRpcError(error).message };
    }
  }

  async turn(atLogin: boolean): Promise<void> {
    this.now = { state: atLogin ? "on" : "off" };
    try {
      this.now = await this.host.rpc("startup.set", { atLogin });
      this.problem = null;
    } catch (error) {
      this.problem = asRpcError(error).message;
      await this.look();
    }
  }
}
