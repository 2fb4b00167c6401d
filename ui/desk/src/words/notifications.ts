// Words for notification settings.
import type { Loudness, NotificationSettings, QuietHours } from "$shared/types";
import { t } from "./catalogue.svelte";

/** Kinds with their own loudness. */
export type Kind = { [K in keyof NotificationSettings]: NotificationSettings[K] extends Loudness ? K : never }[keyof NotificationSettings];

export const KINDS = ["helpNeeded", "invited", "customerWrote", "waitingTooLong", "deliveryFailed", "mentioned", "reminded"] as const satisfies readonly Kind[];

/** For users who see every conversation. */
export const SUPERVISING = ["queueLong", "lowScore"] as const satisfies readonly Kind[];

export const LOUDNESS: readonly Loudness[] = ["off", "silent", "sound"];

/** The default quiet hours. */
export const NIGHT: QuietHours = { from: 22 * 60, to: 7 * 60 };

/** Minutes after midnight as a time field shows them: 22:00. */
export function timeOfDay(minutes: number): string {
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}`;
}

/** None for an incomplete field. */
export function minutesOf(time: string): number | null {
  const [, hours, minutes] = /^(\d\d):(\d\d)/.exec(time) ?? [];
  return hours && minutes ? Number(hours) * 60 + Number(minutes) : null;
}

export function quietWords({ from, to }: QuietHours): string {
  if (from === to) return t("setting-quiet.same");
  return t(from < to ? "setting-quiet.day" : "setting-quiet.night", { from: timeOfDay(from), to: timeOfDay(to) });
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
