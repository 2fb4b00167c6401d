// Words for the core's enumerations.
import type { Absence, Availability, Channel, ColleagueView, EntryView, Participant, Stage, StageView } from "$shared/types";
import { number, t } from "./catalogue.svelte";
import { ahead } from "./time";

export const AVAILABILITIES: readonly Availability[] = ["available", "busy", "away"];

export function channel(channel: Channel): string {
  return t(`channel-${channel}`);
}

export function availability(availability: Availability): string {
  return t(`availability-${availability}`);
}

/** Older hubs do not say whether a colleague is busy or away. */
export type Presence = "available" | "busy" | "away" | "unavailable" | "offline";

/** Who can come soonest is first. */
export const PRESENCES: readonly Presence[] = ["available", "busy", "away", "unavailable", "offline"];

export function presence({ online, available, status }: ColleagueView): Presence {
  if (!online) return "offline";
  return status ?? (available ? "available" : "unavailable");
}

/** Whether a colleague does not see what happens here. */
export function isAbsent(colleague: ColleagueView): boolean {
  return colleague.absence !== null || ["away", "offline"].includes(presence(colleague));
}

/** "Lunch, back 13:30", or what the colleague is. */
export function presenceWords(colleague: ColleagueView, now: number): string {
  return colleague.absence ? absence(colleague.absence, now) : t(`presence-${presence(colleague)}`);
}

/** Why somebody is away, and until when. */
export function absence({ reason, back }: Absence, now: number): string {
  if (!back) return reason;
  return t(isDue(back, now) ? "absence-due" : "absence-back", { reason, time: ahead(back, now) });
}

/** Whether somebody wanted to be back by now. */
export function isDue(back: string | null | undefined, now: number): boolean {
  return typeof back === "string" && Date.parse(back) <= now;
}

/** Possible lifetimes of a partner's link, in seconds. */
export const LIFETIMES_S = [900, 3_600, 14_400, 86_400] as const;

/** A stage means something else for a customer's turn than for ours. */
export function stageWords(stage: Stage, by: Participant): string {
  return t(by.kind === "customer" ? `stage-in-${stage}` : `stage-${stage}`);
}

/** Whether its author can still take it back before it is sent. */
export function isHeld({ heldUntil }: Pick<EntryView, "heldUntil">, now: number): boolean {
  return heldUntil !== null && Date.parse(heldUntil) > now;
}

/** The most important stage: the failure if there is one, otherwise the last. */
export function lastStage(stages: readonly StageView[]): StageView | null {
  return stages.find((stage) => stage.stage === "failed") ?? stages.at(-1) ?? null;
}

export function bytes(count: number): string {
  if (count < 1000) return `${count} B`;
  if (count < 1_000_000) return `${Math.round(count / 1000)} kB`;
  if (count < 1_000_000_000) return `${Math.round(count / 1_000_000)} MB`;
  return `${number(count / 1_000_000_000, 1)} GB`;
}

/** Makes a sentence of the core's phrase: a capital and a full stop. */
export function sentence(words: string): string {
  const trimmed = words.trim();
  const whole = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return whole === "" || /[.!?…]$/.test(whole) ? whole : `${whole}.`;
}
