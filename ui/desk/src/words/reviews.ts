// Reviews in words.
import type { NotAsked, Participant, ReviewPlan, ReviewRow, ReviewWhen } from "$shared/types";
import { list, t } from "./catalogue.svelte";

export const WHENS: readonly ReviewWhen[] = ["any", "completed_by_person", "completed_by_logic", "by_logic_only"];

export function whenName(when: ReviewWhen): string {
  const names = { any: t("plan-when.any"), completed_by_person: t("plan-when.person"), completed_by_logic: t("plan-when.logic"), by_logic_only: t("plan-when.logic-only") };
  return names[when];
}

function reasonOf(reason: NotAsked): string {
  const reasons: Record<NotAsked, string> = {
    window_closed: t("review-not-asked.window"),
    asked_recently: t("review-not-asked.recently"),
    sampled_out: t("review-not-asked.sample"),
    no_channel: t("review-not-asked.channel"),
    plan_removed: t("review-not-asked.plan"),
    customer_opted_out: t("review-not-asked.opted-out"),
    undelivered: t("review-not-asked.undelivered"),
  };
  return reasons[reason] ?? t("review-not-asked");
}

/** Who thinks what of whom, in one line. */
export function givenOf({ type, score, status, reason, optedOut, customer, reviewer, deleted }: ReviewRow): string {
  const name = customer ?? t("review-customer");
  if (status === "deleted") return t("review-of-by", { name, what: t("review-deleted"), by: deleted ? nameOf(deleted.by) : "" });
  if (status === "declined") return t("review-of", { name, what: t(optedOut ? "review-declined.never" : "review-declined") });
  if (status === "not_asked") return t("review-of", { name, what: reason ? reasonOf(reason) : t("review-not-asked") });
  if (score === undefined || score === null) return t("review-of", { name, what: t(status === "expired" ? "review-expired" : "review-asked") });
  const what = t("review-score", { score });
  if (type === "customer") return t("review-of", { name, what });
  const by = reviewer ? nameOf(reviewer) : t("review-logic");
  return t("review-of-by", { name, what, by });
}

function nameOf(by: Participant): string {
  return "name" in by ? by.name : t("review-logic");
}

/** Longest beginning of a message. */
const BEGINNING = 60;

/** A message that a review can be about, in one line. */
export function aboutOf({ by, words }: { by: Participant; words: string }): string {
  const line = words.replace(/\s+/g, " ").trim();
  const all = [...line];
  return t("file-review.message", { name: nameOf(by), words: all.length > BEGINNING ? `${all.slice(0, BEGINNING).join("")}…` : line });
}

/** Whose score it is. */
export function sharesOf({ shares }: ReviewRow): string {
  const names = (shares ?? []).map(({ by }) => nameOf(by));
  return names.length > 0 ? t("review-for", { names: list(names) }) : "";
}

/** A plan in one line. */
export function planOf(plan: ReviewPlan | null): string {
  if (!plan) return t("plan-none");
  const { when, delayS, samplePercent } = plan;
  const asked = t("plan-line", { when: whenName(when), delay: t(delayS < 3600 ? "time-minutes" : "time-hours", { count: Math.round(delayS / (delayS < 3600 ? 60 : 3600)) }) });
  return samplePercent < 100 ? t("plan-line.sample", { line: asked, percent: samplePercent }) : asked;
}

/** What is said against it and for it, and by whom; nothing if nobody said anything. */
export function disputeOf({ dispute, confirmed, verified }: ReviewRow): string | undefined {
  const said = [
    dispute ? t("reviews.disputed", { name: nameOf(dispute.by), words: dispute.text }) : "",
    confirmed && verified === "correct" ? t("reviews.confirmed", { name: nameOf(confirmed.by) }) : "",
  ];
  return said.filter(Boolean).join("\n") || undefined;
}
