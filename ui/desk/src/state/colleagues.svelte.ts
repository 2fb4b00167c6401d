// The other users, and what they are doing right now.
import type { ColleagueView, UserId } from "$shared/types";
import { asRpcError, type Host } from "../host/host";
import { reask } from "./reask";

export class Colleagues {
  /** None until the core has answered. */
  all = $state.raw<readonly ColleagueView[] | null>(null);
  problem = $state<string | null>(null);

  constructor(private readonly host: Host) {}

  /** People come and go: call with each news of the desk. */
  readonly refresh = reask(async () => {
    try {
      this.all = await this.host.rpc("colleagues.list", {});
      this.problem = null;
    } catch (error) {
      this.problem = asRpcError(error).message;
    }
  });

  of(user: UserId): ColleagueView | null {
    return this.all?.find((one) => one.user === user) ?? null;
  }
}
