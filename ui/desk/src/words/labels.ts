// Words for the core's enumerations.
import type { Availability, Channel, EntryView, Participant, Stage, StageView } from "$shared/types";

export const CHANNEL: Record<Channel, string> = { web_chat: "Web chat", whatsapp: "WhatsApp", imported: "Imported" };

export const AVAILABILITY: Record<Availability, string> = { available: "available", busy: "busy", away: "away" };

/** Possible lifetimes of a partner's link, in seconds. */
export const LIFETIMES = [[900, "15 minutes"], [3_600, "1 hour"], [14_400, "4 hours"], [86_400, "1 day"]] as const;

const OUTBOUND: Record<Stage, string> = {
  queued: "queued",
  accepted: "stored",
  prepared: "prepared",
  sent: "sent",
  delivered: "delivered",
  seen: "read",
  failed: "not delivered",
};

const INBOUND: Record<Stage, string> = {
  queued: "received",
  accepted: "stored",
  prepared: "prepared",
  sent: "passed on",
  delivered: "delivered",
  seen: "seen",
  failed: "failed",
};

/** A stage means something else for a customer's turn than for ours. */
export function stageWords(stage: Stage, by: Participant): string {
  return by.kind === "customer" ? INBOUND[stage] : OUTBOUND[stage];
}

/** Whether its author can still take it back before it is sent. */
export function isHeld({ heldUntil }: Pick<EntryView, "heldUntil">, now: number): boolean {
  return heldUntil !== null && Date.parse(heldUntil) > now;
}

/** The most important stage: the failure if there is one, otherwise the last. */
export function lastStage(stages: readonly StageView[]): StageView | null {
  return stages.find((stage) => stage.stage === "failed") ?? stages.at(-1) ?? null;
}

const NAMES = typeof Intl.DisplayNames === "function" ? new Intl.DisplayNames(["en"], { type: "language" }) : null;

export function language(code: string): string {
  try {
    return NAMES?.of(code) ?? code;
  } catch {
    return code;
  }
}

export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1_000_000) return `${Math.round(count / 1000)} kB`;
  if (count < 1_000_000_000) return `${Math.round(count / 1_000_000)} MB`;
  return `${(count / 1_000_000_000).toFixed(1)} GB`;
}

export function plural(count: number, one: string, many: string): string {
  return count === 1 ? one : many;
}

/** Makes a sentence of the core's phrase: a capital and a full stop. */
export function sentence(words: string): string {
  const trimmed = words.trim();
  const whole = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return whole === "" || /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}
