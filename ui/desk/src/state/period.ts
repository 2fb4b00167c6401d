// Which days a report is about, on the clock of this machine.
import type { ReportRequest } from "$shared/types";

export type Span = "day" | "week";

export interface Period {
  from: number;
  until: number;
  beforeFrom: number;
  beforeUntil: number;
  /** It is not over. */
  running: boolean;
}

/** The period so many periods ago, and the one before it. A running one is compared with as much of the one before. */
export function periodOf(span: Span, back: number, now: number): Period {
  const days = span === "week" ? 7 : 1;
  const start = new Date(now);
  start.setHours(0, 0, 0, 0);
  if (span === "week") start.setDate(start.getDate() - ((start.getDay() + 6) % 7));
  start.setDate(start.getDate() - back * days);
  const from = start.getTime();
  const end = moved(from, days);
  const running = back === 0;
  const until = running ? Math.min(end, now) : end;
  return { running, from, until, beforeFrom: moved(from, -days), beforeUntil: moved(until, -days) };
}

/** A period has at least a millisecond. */
export function requestOf({ from, until, beforeFrom, beforeUntil }: Period): ReportRequest {
  const iso = (ms: number): string => new Date(ms).toISOString();
  return { from: iso(from), until: iso(Math.max(until, from + 1)), beforeFrom: iso(beforeFrom), beforeUntil: iso(Math.max(beforeUntil, beforeFrom + 1)) };
}

/** The same time on the clock, some days later. */
function moved(ms: number, days: number): number {
  const at = new Date(ms);
  at.setDate(at.getDate() + days);
  return at.getTime();
}
