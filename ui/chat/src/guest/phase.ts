// The phases of the page, each with its data. Pure.
import { HubError } from "../api";
import type { Invitation } from "./wire";

/** Why there is nothing (more) to do here. */
export type End = "expired" | "revoked" | "completed" | "left" | "elsewhere" | "no_cookie" | "origin" | "unknown";

export type Phase =
  /** Waiting for the hub. */
  | { kind: "looking" }
  /** No answer; retried automatically. */
  | { kind: "unreachable" }
  /** The hub asks to wait. */
  | { kind: "limited"; retryAfterMs: number }
  /** Left only by the deliberate press. */
  | { kind: "gate"; invitation: Invitation }
  | { kind: "open"; invitation: Invitation }
  | { kind: "over"; end: End; invitation: Invitation | null; unsent: string[] };

const ENDS: readonly string[] = ["expired", "revoked", "completed", "left", "elsewhere", "no_cookie", "origin", "unknown"] satisfies End[];

/** The phase after an answer about the link. */
export function phaseOf(invitation: Invitation): Phase {
  if (invitation.standing === "unopened") return { kind: "gate", invitation };
  if (invitation.standing === "open") return { kind: "open", invitation };
  return { kind: "over", end: invitation.standing, invitation, unsent: [] };
}

/** The phase after a failed request. */
export function phaseAfter(error: unknown, invitation: Invitation | null): Phase {
  const failure = error instanceof HubError ? error.failure : { kind: "unreachable" as const };
  if (failure.kind === "unreachable" || failure.kind === "too_large") return { kind: "unreachable" };
  if (failure.kind === "busy") return { kind: "limited", retryAfterMs: failure.retryAfterMs };
  return { kind: "over", end: endOf(failure.code), invitation, unsent: [] };
}

/** What a refusal's code means for the link. */
export function endOf(code: string): End {
  const end = code.replace(/^guest\./, "");
  return ENDS.includes(end) ? (end as End) : "unknown";
}

/** The remaining time, as short as accuracy allows: hours and minutes, then minutes, then a clock. */
export function remaining(ms: number, unit: (count: number, unit: "hour" | "minute") => string): string {
  const seconds = Math.max(0, Math.ceil(ms / 1000));
  if (seconds < 600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
  const minutes = Math.ceil(seconds / 60);
  if (minutes < 60) return unit(minutes, "minute");
  const rest = minutes % 60;
  const hours = unit(Math.floor(minutes / 60), "hour");
  return rest === 0 ? hours : `${hours} ${unit(rest, "minute")}`;
}
