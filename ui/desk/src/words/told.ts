// The alerts of a call for help, in words.
import type { AlertView, CallView } from "$shared/types";
import { t } from "./catalogue.svelte";
import { clockSeconds, day } from "./time";

/** Called today 14:02:03, over since 14:03:10. */
export function callWords({ since, ended }: CallView, now: number): string {
  const at = `${day(since, now)} ${clockSeconds(since)}`;
  return ended ? t("call-over", { since: at, ended: clockSeconds(ended) }) : t("call-open", { since: at });
}

/** How far a call reaches. */
export function reachWords({ reach }: Pick<CallView, "reach">): string {
  return t(`reach-${reach}`);
}

/** What happened to a call on one colleague's screen, in order. */
export function alertWords({ sent, shown, muted, why, clicked, joined }: AlertView): string {
  const steps: { at: string; words: string }[] = [];
  if (shown) steps.push({ at: shown, words: t("alert-shown", { time: clockSeconds(shown) }) });
  if (muted) steps.push({ at: muted, words: t("alert-muted", { why: why ?? t("alert-muted.no-reason") }) });
  if (clicked) steps.push({ at: clicked, words: t("alert-clicked", { time: clockSeconds(clicked) }) });
  if (joined) steps.push({ at: joined, words: t("alert-joined", { time: clockSeconds(joined) }) });
  steps.sort((a, b) => Date.parse(a.at) - Date.parse(b.at));
  if (steps.length > 0) return steps.map(({ words }) => words).join(" · ");
  return sent ? t("alert-sent", { time: clockSeconds(sent) }) : t("alert-unreachable");
}
