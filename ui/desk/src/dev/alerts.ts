// The alerts of the samples' calls for help. Development and tests only.
import type { AlertsView, AlertView, CallView } from "$shared/types";
import { iso } from "./entries";
import type { Sample } from "./sample";

/** A colleague's alert; times in seconds after the call began. */
function alert(since: number, user: string, name: string, after: Partial<Record<"sent" | "shown" | "muted" | "clicked" | "joined", number>>, why: string | null = null): AlertView {
  const at = (seconds: number | undefined): string | null => (seconds === undefined ? null : iso(since + seconds * 1000));
  return { user, name, sent: at(after.sent), shown: at(after.shown), muted: at(after.muted), why, clicked: at(after.clicked), joined: at(after.joined) };
}

/** An open call has reached supervisors by now; ended ones were taken by Maya, the first one with no one alerted. */
export function alerts({ view, entries }: Sample): AlertsView {
  const { help, id } = view.row;
  const calls: CallView[] = [];
  if (help) {
    const since = Date.parse(help.since);
    calls.push({
      call: help.call,
      since: help.since,
      reach: "supervisors",
      ended: null,
      alerts: [
        alert(since, "priya", "Priya Nair", { sent: 0, shown: 1, clicked: 16 }),
        alert(since, "jonas", "Jonas Keller", { sent: 0, muted: 1 }, "do not disturb"),
        alert(since, "tomas", "Tomáš Veselý", { sent: 20 }),
      ],
    });
  }
  const over = entries.filter((entry) => entry.by.kind === "logic" && entry.body.type === "system" && entry.body.what === "help" && (!help || Date.parse(entry.time) < Date.parse(help.since) - 60_000));
  over.reverse().forEach(({ key, time }) => {
    const since = Date.parse(time);
    const told = [alert(since, "maya", "Maya Ortiz", { sent: 0, shown: 1, joined: 9 }), alert(since, "tomas", "Tomáš Veselý", { sent: 0, muted: 1 }, "screen locked")];
    calls.push({ call: key, since: time, reach: "eligible", ended: iso(since + 9000), alerts: told });
  });
  if (over.length > 0) {
    const since = iso(Date.parse(view.started) - 86_400_000);
    calls.push({ call: `${id}-first`, since, reach: "logic", ended: iso(Date.parse(since) + 95_000), alerts: [] });
  }
  return { calls };
}
