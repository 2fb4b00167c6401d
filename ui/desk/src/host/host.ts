// The interface's only access to the outside: commands go out, changes come in.
import type { Change, Commands, RpcError } from "$shared/types";
import { t } from "../words/catalogue.svelte";

export interface Host {
  /** Rejects with an `RpcError`. */
  rpc<K extends keyof Commands>(name: K, request: Commands[K]["request"]): Promise<Commands[K]["response"]>;
  /** Returns a function that stops listening. */
  onChanges(callback: (changes: Change[]) => void): () => void;
}

export function isRpcError(error: unknown): error is RpcError {
  return typeof error === "object" && error !== null && "code" in error && "message" in error;
}

/** Any thrown value as an `RpcError` with a message for the agent. */
export function asRpcError(error: unknown): RpcError {
  if (isRpcError(error)) return { code: String(error.code), message: sentence(String(error.message)) };
  return { code: "desk.unknown", message: t("problem", { reason: error instanceof Error ? error.message : String(error) }) };
}

function sentence(words: string): string {
  return words.charAt(0).toUpperCase() + words.slice(1);
}
