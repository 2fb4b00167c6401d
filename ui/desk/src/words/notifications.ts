// Words for notification settings.
import type { Loudness, NotificationSettings, QuietHours } from "$shared/types";

/** Kinds with their own loudness. */
export type Kind = { [K in keyof NotificationSettings]: NotificationSettings[K] extends Loudness ? K : never }[keyof NotificationSettings];

export const KINDS = ["helpNeeded", "invited", "customerWrote", "waitingTooLong", "deliveryFailed", "mentioned", "reminded"] as const satisfies readonly Kind[];

/** For users who see every conversation. */
export const SUPERVISING = ["queueLong"] as const satisfies readonly Kind[];

export const LOUDNESS: readonly (readonly [loudness: Loudness, words: string])[] = [
  ["off", "Off"],
  ["silent", "Silent"],
  ["sound", "Sound"],
];

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
  if (from === to) return "Start and end are the same: no quiet hours.";
  const until = from < to ? timeOfDay(to) : `${timeOfDay(to)} the next day`;
  return `From ${timeOfDay(from)} to ${until} nothing is shown, not even calls for help.`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
