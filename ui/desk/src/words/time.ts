// Times for display. `now` is passed in, so that everything on screen ages together.

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
// Making one costs more than all of its uses in a list.
// Of a day of the calendar, whose zone was settled when it was counted: a formatter would keep the zone of the start.
const DAY_AND_MONTH = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", timeZone: "UTC" });
const WITH_YEAR = new Intl.DateTimeFormat("en-GB", { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });

/** A waiting time, ticking: 0:42, 12:05, 3 h 20 min, 2 days. */
export function waits(since: string, now: number): string {
  const ms = Math.max(0, now - Date.parse(since));
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}:${two(Math.floor((ms % MINUTE) / SECOND))}`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`;
  return days(ms);
}

/** A past time at a glance: now, 4 min, 3 h, yesterday, 12 March. */
export function ago(at: string, now: number): string {
  const ms = Math.max(0, now - Date.parse(at));
  if (ms < MINUTE) return "now";
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < 12 * HOUR || sameDay(Date.parse(at), now)) return `${Math.floor(ms / HOUR)} h`;
  return day(at, now);
}

/** A duration: 4 min, 2 h. */
export function lasted(since: string, now: number): string {
  const ms = Math.max(0, now - Date.parse(since));
  if (ms < MINUTE) return "just now";
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
  return days(ms);
}

/** A remaining time: 0:42, 12:05, 3 h 20 min. */
export function left(until: string, now: number): string {
  const ms = Math.max(0, Date.parse(until) - now);
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)}:${two(Math.floor((ms % MINUTE) / SECOND))}`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h ${Math.floor((ms % HOUR) / MINUTE)} min`;
  return days(ms);
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
  if (days === 0) return "today";
  if (days === 1) return "yesterday";
  return (date.getFullYear() === new Date(now).getFullYear() ? DAY_AND_MONTH : WITH_YEAR).format(calendarDay(date.getTime()) * DAY);
}

/** 14:02 today, otherwise with its day. */
export function moment(at: string, now: number): string {
  const name = day(at, now);
  return name === "today" ? clockTime(at) : `${name} ${clockTime(at)}`;
}

/** A coming time: 14:30 today, tomorrow 09:00, otherwise with its day. */
export function ahead(at: string, now: number): string {
  const days = calendarDay(Date.parse(at)) - calendarDay(now);
  if (days === 0) return clockTime(at);
  return `${days === 1 ? "tomorrow" : day(at, now)} ${clockTime(at)}`;
}

function days(ms: number): string {
  const count = Math.floor(ms / DAY);
  return count === 1 ? "1 day" : `${count} days`;
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
