// The host inside the desktop window. The only file that uses the shell.
import type { Change } from "$shared/types";
import type { Host } from "./host";

export interface TauriWindow {
  core: { invoke(command: string, args: { name: string; request: unknown }): Promise<unknown> };
  event: { listen(name: string, handler: (event: { payload: unknown }) => void): Promise<() => void> };
}

export function tauriHost(shell: TauriWindow): Host {
  return {
    // `Commands` was generated from the command table on the other side.
    rpc: (name, request) => shell.core.invoke("rpc", { name, request }) as never,
    onChanges(callback) {
      const listening = shell.event.listen("changes", (event) => callback(event.payload as Change[]));
      return () => void listening.then((stop) => stop());
    },
  };
}
