// Words and times of snoozes.
import type { RowView, SnoozeView } from "$shared/types";
import { ahead } from "./time";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** When a day begins, for reminders. */
const MORNING = 9;

/** A length or time that is offered. */
export interface Choice {
  id: string;
  label: string;
  /** None: until the customer writes. */
  until: number | null;
}

/** What is offered at `now`, in local time. */
export function choices(now: number): Choice[] {
  const tomorrow = morning(now, 1);
  const monday = morning(now, (8 - new Date(now).getDay()) % 7 || 7);
  return [
    { id: "soon", label: "In 20 minutes", until: now + 20 * MINUTE },
    { id: "hour", label: "In 1 hour", until: now + HOUR },
    { id: "later", label: "In 3 hours", until: now + 3 * HOUR },
    { id: "tomorrow", label: "Tomorrow morning", until: tomorrow },
    ...(monday === tomorrow ? [] : [{ id: "monday", label: "Monday morning", until: monday }]),
    { id: "customer", label: "When the customer writes", until: null },
  ];
}

/** The morning some days after `now`; also where clocks change between. */
function morning(now: number, days: number): number {
  const at = new Date(now);
  at.setDate(at.getDate() + days);
  at.setHours(MORNING, 0, 0, 0);
  return at.getTime();
}

/** "snoozed until 14:30", "snoozed until the customer writes". */
export function snoozedWords(until: string | null, now: number): string {
  return until === null ? "snoozed until the customer writes" : `snoozed until ${ahead(until, now)}`;
}

/** For a tag of a row: whose snooze it is only matters if it is not the user's. */
export function snoozeTag({ by, me, until, over }: SnoozeView, now: number): string {
  if (over) return "Reminder";
  const words = snoozedWords(until, now);
  if (me || by.kind !== "agent") return words.charAt(0).toUpperCase() + words.slice(1);
  return `${by.name}: ${words}`;
}

/** Whether the user has put it off, so that it is out of the way. */
export function isAway({ snooze }: Pick<RowView, "snooze">): boolean {
  return snooze !== null && snooze.me && !snooze.over;
}

/** The value of a field for date and time, in local time: 2026-11-27T14:30. */
export function fieldOf(at: number): string {
  const date = new Date(at - new Date(at).getTimezoneOffset() * MINUTE);
  return date.toISOString().slice(0, 16);
}
