// A file's bytes as an address that only this page knows. Fetched again when the hub is reachable again.
import type { MediaId } from "$shared/types";
import { asRpcError } from "../host/host";
import type { Desk } from "./desk.svelte";

export class Bytes {
  url = $state<string | null>(null);
  problem = $state<string | null>(null);

  /** `wanted` names the file, if any; `blob` requests an address that players understand. */
  constructor(desk: Desk, wanted: () => MediaId | null, blob = false) {
    // `desk.app` is a new object after every event of the account; the effect must depend on this value alone.
    const live = $derived(desk.app?.connection.state === "live");
    $effect(() => {
      const id = wanted();
      void live;
      if (id === null || (this.url !== null && this.#of === id)) return;
      let here = true;
      desk.host.rpc("media.get", { id }).then(
        ({ dataUrl }) => here && this.#take(id, blob ? toBlob(dataUrl) : dataUrl),
        (error: unknown) => here && (this.problem = asRpcError(error).message),
      );
      return () => (here = false);
    });
    $effect(() => () => this.#drop());
  }

  #of: MediaId | null = null;

  #take(id: MediaId, url: string): void {
    this.#drop();
    this.#of = id;
    this.url = url;
    this.problem = null;
  }

  #drop(): void {
    if (this.url?.startsWith("blob:")) URL.revokeObjectURL(this.url);
  }
}

function toBlob(dataUrl: string): string {
  const [head = "", data = ""] = dataUrl.split(",", 2);
  const type = /^data:([^;]*)/.exec(head)?.[1] ?? "";
  const bytes = Uint8Array.from(atob(data), (letter) => letter.charCodeAt(0));
  return URL.createObjectURL(new Blob([bytes], { type }));
}
