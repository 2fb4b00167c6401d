// Times for display. `now` is passed in, so that everything on screen ages together.
import { dayOf, t } from "./catalogue.svelte";

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A waiting time, ticking: 0:42, 12:05, 3 h 20 min, 2 days. */
export function waits(since: string, now: number): string {
  const ms = Math.max(0, now - Date.parse(since));
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}:${two(Math.floor((ms % MINUTE) / SECOND))}`;
  return ms < DAY ? hoursAndMinutes(ms) : days(ms);
}

/** A past time at a glance: now, 4 min, 3 h, yesterday, 12 March. */
export function ago(at: string, now: number): string {
  const ms = Math.max(0, now - Date.parse(at));
  if (ms < MINUTE) return t("time-now");
  if (ms < HOUR) return t("time-minutes", { count: Math.floor(ms / MINUTE) });
  if (ms < 12 * HOUR || sameDay(Date.parse(at), now)) return t("time-hours", { count: Math.floor(ms / HOUR) });
  return day(at, now);
}

/** A duration: 4 min, 2 h. */
export function lasted(since: string, now: number): string {
  const ms = Math.max(0, now - Date.parse(since));
  if (ms < MINUTE) return t("time-just-now");
  if (ms < HOUR) return t("time-minutes", { count: Math.floor(ms / MINUTE) });
  if (ms < DAY) return t("time-hours", { count: Math.floor(ms / HOUR) });
  return days(ms);
}

/** A remaining time: 0:42, 12:05, 3 h 20 min. */
export function left(until: string, now: number): string {
  const ms = Math.max(0, Date.parse(until) - now);
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}:${two(Math.floor((ms % MINUTE) / SECOND))}`;
  return ms < 2 * DAY ? hoursAndMinutes(ms) : days(ms);
}

/** Until a reply is due, or since it was: due in 0:42, overdue 12:05. */
export function due(at: string, now: number): string {
  return Date.parse(at) > now ? t("row-due", { time: left(at, now) }) : t("row-overdue", { time: waits(at, now) });
}

export function clockTime(at: string): string {
  const date = new Date(at);
  return `${two(date.getHours())}:${two(date.getMinutes())}`;
}

export function clockSeconds(at: string): string {
  return `${clockTime(at)}:${two(new Date(at).getSeconds())}`;
}

/** today, yesterday, 3 November, 3 November 2024. */
export function day(at: string, now: number): string {
  const date = new Date(at);
  const days = calendarDay(now) - calendarDay(date.getTime());
  if (days === 0) return t("time-today");
  if (days === 1) return t("time-yesterday");
  return dayOf(calendarDay(date.getTime()) * DAY, date.getFullYear() !== new Date(now).getFullYear());
}

/** 14:02 today, otherwise with its day. */
export function moment(at: string, now: number): string {
  return sameDay(Date.parse(at), now) ? clockTime(at) : `${day(at, now)} ${clockTime(at)}`;
}

/** A coming time: 14:30 today, tomorrow 09:00, otherwise with its day. */
export function ahead(at: string, now: number): string {
  const days = calendarDay(Date.parse(at)) - calendarDay(now);
  if (days === 0) return clockTime(at);
  return `${days === 1 ? t("time-tomorrow") : day(at, now)} ${clockTime(at)}`;
}

function hoursAndMinutes(ms: number): string {
  return t("time-hours-minutes", { hours: Math.floor(ms / HOUR), minutes: Math.floor((ms % HOUR) / MINUTE) });
}

function days(ms: number): string {
  return t("time-days", { count: Math.floor(ms / DAY) });
}

/** The local calendar day as a number. A day may have 23 or 25 hours when clocks change. */
function calendarDay(at: number): number {
  const date = new Date(at);
  return Date.UTC(date.getFullYear(), date.getMonth(), date.getDate()) / DAY;
}

function sameDay(a: number, b: number): boolean {
  return calendarDay(a) === calendarDay(b);
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
