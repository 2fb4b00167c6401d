// The one door out of the interface: commands go out, changes come in. Nothing else in the page talks to the outside.
import type { Change, Commands, RpcError } from "$shared/types";

export interface Host {
  /** Rejects with an `RpcError`. */
  rpc<K extends keyof Commands>(name: K, request: Commands[K]["request"]): Promise<Commands[K]["response"]>;
  /** Gives back how to stop listening. */
  onChanges(callback: (changes: Change[]) => void): () => void;
}

export function isRpcError(error: unknown): error is RpcError {
  return typeof error === "object" && error !== null && "code" in error && "message" in error;
}

/** Whatever was thrown, as an `RpcError` with words for the agent. */
export function asRpcError(error: unknown): RpcError {
  if (isRpcError(error)) return { code: String(error.code), message: sentence(String(error.message)) };
  return { code: "desk.unknown", message: `That did not work: ${error instanceof Error ? error.message : String(error)}` };
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
