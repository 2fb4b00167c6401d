// Conversations that this user cannot read, by the core's reason.
import type { RpcError } from "$shared/types";

export const HIDDEN = {
  /** A colleague took the call for help. */
  taken: "conversation.call_taken",
  /** The call ended without anybody taking it. */
  over: "conversation.call_over",
  /** There is no such conversation, or it is not for this user. */
  unknown: "conversation.unknown",
} as const;

/** Nothing is wrong: the call for help has ended. */
export function hasEnded(problem: RpcError): boolean {
  return problem.code === HIDDEN.taken || problem.code === HIDDEN.over;
}

/** The hub does not let this user read the conversation, now. */
export function isHidden(problem: RpcError): boolean {
  return hasEnded(problem) || problem.code === HIDDEN.unknown;
}
