// The alerts of a call for help, in words.
import type { AlertView, CallView, Reach } from "$shared/types";
import { clockSeconds, day } from "./time";

const REACH: Record<Reach, string> = {
  eligible: "eligible agents",
  everyone: "everyone",
  supervisors: "supervisors, too",
  logic: "supervisors, too; Your Logic was told",
};

/** Called today 14:02:03, over since 14:03:10. */
export function callWords({ since, ended }: CallView, now: number): string {
  return `Called ${day(since, now)} ${clockSeconds(since)}, ${ended ? `over since ${clockSeconds(ended)}` : "still open"}`;
}

/** How far a call reaches. */
export function reachWords({ reach, ended }: CallView): string {
  return `${ended ? "Reached" : "Reaches"} ${REACH[reach]}`;
}

/** What happened to a call on one colleague's screen, in order. */
export function alertWords({ sent, shown, muted, why, clicked, joined }: AlertView, over: boolean): string {
  const steps: { at: string; words: string }[] = [];
  if (shown) steps.push({ at: shown, words: `shown ${clockSeconds(shown)}` });
  if (muted) steps.push({ at: muted, words: `muted: ${why ?? "the desk did not say why"}` });
  if (clicked) steps.push({ at: clicked, words: `clicked ${clockSeconds(clicked)}` });
  if (joined) steps.push({ at: joined, words: `joined ${clockSeconds(joined)}` });
  steps.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  if (steps.length > 0) return steps.map(({ words }) => words).join(" · ");
  if (sent) return `sent ${clockSeconds(sent)}, ${over ? "nothing was heard" : "nothing heard yet"}`;
  return "could not be reached";
}
