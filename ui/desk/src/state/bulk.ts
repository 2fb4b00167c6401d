// One act on several conversations of the board, each by itself: what is refused does not keep the others.
import type { ConversationId } from "$shared/types";
import { asRpcError } from "../host/host";
import type { Desk } from "./desk.svelte";

const ACTS = ["transfer", "note", "tags", "takeOver", "widen"] as const;
export type BulkAct = (typeof ACTS)[number];

export function isForSeveral(is: string): is is BulkAct {
  return (ACTS as readonly string[]).includes(is);
}

/** Opens the dialog of this act for what is chosen. */
export function actOnChosen(desk: Desk, is: BulkAct): void {
  desk.bulk = is;
  desk.overlay = "bulk";
}

/** A reason, and of how many conversations. */
export interface Refused {
  message: string;
  ids: ConversationId[];
}

/** Runs an act for each, in order. Returns what was refused, by reason. */
export async function forEach(ids: readonly ConversationId[], run: (id: ConversationId) => Promise<unknown>, done: (count: number) => void): Promise<Refused[]> {
  const refused: Refused[] = [];
  for (const [at, id] of ids.entries()) {
    try {
      await run(id);
    } catch (error) {
      const { message } = asRpcError(error);
      const same = refused.find((one) => one.message === message);
      if (same) same.ids.push(id);
      else refused.push({ message, ids: [id] });
    }
    done(at + 1);
  }
  return refused;
}
