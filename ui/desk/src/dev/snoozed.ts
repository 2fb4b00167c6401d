// A morning with something put off, and something that came back. Development and tests only.
import { MAYA, iso } from "./entries";
import type { Sample } from "./sample";

export function snoozedScene(samples: readonly Sample[], now: number): void {
  const put = (id: string, until: string | null, over: boolean): void => {
    const row = samples.find(({ view }) => view.row.id === id)?.view.row;
    if (row) row.snooze = { by: MAYA, me: true, until, over };
  };
  put("jonas", iso(now + 3_600_000), false);
  put("carmen", iso(now - 60_000), true);
}
