// Words and times of snoozes.
import type { RowView, SnoozeView } from "$shared/types";
import { t, type PlainId } from "./catalogue.svelte";
import { ahead } from "./time";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
/** When a day begins, for reminders. */
const MORNING = 9;

/** A length or time that is offered. */
export interface Choice {
  id: string;
  label: PlainId;
  /** None: until the customer writes. */
  until: number | null;
}

/** What is offered at `now`, in local time. */
export function choices(now: number): Choice[] {
  const tomorrow = morning(now, 1);
  const monday = morning(now, (8 - new Date(now).getDay()) % 7 || 7);
  return [
    { id: "soon", label: "snooze-choice-soon", until: now + 20 * MINUTE },
    { id: "hour", label: "snooze-choice-hour", until: now + HOUR },
    { id: "later", label: "snooze-choice-later", until: now + 3 * HOUR },
    { id: "tomorrow", label: "snooze-choice-tomorrow", until: tomorrow },
    ...(monday === tomorrow ? [] : [{ id: "monday", label: "snooze-choice-monday" as const, until: monday }]),
    { id: "customer", label: "snooze-choice-customer", until: null },
  ];
}

/** The morning some days after `now`; also where clocks change between. */
function morning(now: number, days: number): number {
  const at = new Date(now);
  at.setDate(at.getDate() + days);
  at.setHours(MORNING, 0, 0, 0);
  return at.getTime();
}

/** For a tag of a row: whose snooze it is only matters if it is not the user's. */
export function snoozeTag({ by, me, until, over }: SnoozeView, now: number): string {
  if (over) return t("snooze-over");
  const time = until === null ? null : ahead(until, now);
  if (me || by.kind !== "agent") return time === null ? t("snoozed-until-customer") : t("snoozed-until", { time });
  return time === null ? t("snoozed-until-customer.by", { name: by.name }) : t("snoozed-until.by", { name: by.name, time });
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
