// The command table over loopback HTTP, so that nearly every interface test runs in a plain browser.
import type { Change } from "$shared/types";
import type { Host } from "./host";

export function httpHost(base: string): Host {
  return {
    async rpc(name, request) {
      const answer = await fetch(`${base}/rpc/${name}`, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify(request),
      });
      const body: unknown = await answer.json();
      if (!answer.ok) throw body;
      return body as never;
    },
    onChanges(callback) {
      const source = new EventSource(`${base}/changes`);
      let lost = false;
      source.onmessage = (message: MessageEvent<string>) => callback(JSON.parse(message.data) as Change[]);
      source.onerror = () => (lost = true);
      // Changes while not listening are lost: read everything again.
      source.onopen = () => {
        if (lost) callback([{ type: "everything" }]);
        lost = false;
      };
      return () => source.close();
    },
  };
}
