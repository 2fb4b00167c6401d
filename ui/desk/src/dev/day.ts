// A day on the board: development, screenshots and component tests only.
import type { Curves, DayRowsView, Today } from "$shared/types";
import type { Sample } from "./sample";

/** Numbers that look like a day, and are the same every time. */
function wave(length: number, high: number, shift: number): number[] {
  return Array.from({ length }, (_, at) => Math.max(0, Math.round(high * (0.55 + 0.45 * Math.sin((at + shift) / 6)) - ((at * 7 + shift) % 3))));
}

function curves(now: number, stepMs: number, steps: number): Curves {
  const from = new Date((Math.floor(now / stepMs) - steps + 1) * stepMs).toISOString();
  return { from, stepMs, arrivals: wave(steps, 5, 0), completions: wave(steps, 4, 3), wanted: wave(steps, 3, 9), available: wave(steps, 4, 1) };
}

const figure = (metric: string, count: number, more: Partial<Today["figures"][number]> = {}): Today["figures"][number] => ({ metric, count, p50: null, p90: null, value: null, provisional: 0, ...more });

export function today(now: number): Today {
  return {
    asOf: new Date(now).toISOString(),
    zone: "Europe/Madrid",
    from: new Date(now - 9 * 3_600_000).toISOString(),
    figures: [
      figure("conversations_started", 214, { value: 214 }),
      figure("rounds_completed", 197, { value: 197 }),
      figure("person_wait", 61, { p50: 14_000, p90: 72_000, value: 31_000 }),
      figure("service_level", 58, { value: 0.81 }),
      figure("first_response", 214, { p50: 2_000, p90: 9_000, value: 4_000 }),
      figure("containment", 152, { value: 0.71, provisional: 34 }),
      figure("reopen_rate", 0),
      figure("csat", 41, { value: 0.88 }),
    ],
    logic: { ended: 412, failed: 3, waiting: 2, p50Ms: 640, p95Ms: 1_900, calls: [{ reason: "customer_asked", count: 9 }, { reason: "logic_asked", count: 6 }, { reason: "logic_failed", count: 2 }] },
    hour: curves(now, 60_000, 60),
    day: curves(now, 900_000, 96),
  };
}

export function dayRows(samples: readonly Sample[]): DayRowsView {
  const rows = samples.map(({ view }, at) => ({ conversation: view.row.id, name: view.row.name, at: view.started, value: (at + 1) * 4_000 }));
  return { total: rows.length, rows };
}
