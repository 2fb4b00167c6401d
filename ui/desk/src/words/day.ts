// Words of the board's figures of the day.
import type { TodayFigure } from "$shared/types";
import { number, t, type PlainId } from "./catalogue.svelte";
import { waits } from "./time";

type Form = "count" | "ms" | "share";

interface Known {
  /** The name that reports give it. */
  label: Extract<PlainId, `report-figure-${string}` | "day-csat">;
  form: Form;
}

/** Metrics of the hub, as the board shows them. */
export const DAY_METRICS: Readonly<Record<string, Known>> = {
  conversations_started: { label: "report-figure-started", form: "count" },
  rounds_completed: { label: "report-figure-completed", form: "count" },
  person_wait: { label: "report-figure-wait", form: "ms" },
  service_level: { label: "report-figure-service-level", form: "share" },
  first_response: { label: "report-figure-first-response", form: "ms" },
  containment: { label: "report-figure-containment", form: "share" },
  reopen_rate: { label: "report-figure-reopened", form: "share" },
  csat: { label: "day-csat", form: "share" },
};

/** A length as a clock shows it; a dash if there is none. */
export function lengthOf(ms: number | null): string {
  return ms === null ? t("day-unknown") : waits(new Date(0).toISOString(), ms);
}

/** What took less than some seconds: 0.6 s. */
export function secondsOf(ms: number | null): string {
  return ms === null ? t("day-unknown") : t("duration-tenths", { seconds: number(ms / 1000, 1) });
}

/** The figure's value; unknown is a dash, and never 0. */
export function dayValue({ metric, count, p50, value }: TodayFigure): string {
  const form = DAY_METRICS[metric]?.form ?? "count";
  if (form === "count") return number(count);
  if (form === "ms") return lengthOf(p50);
  return value === null ? t("day-unknown") : t("day-percent", { percent: number(value * 100) });
}

/** Behind the value: how many it is of, and what is not certain yet. */
export function dayMore({ metric, count, p90, provisional }: TodayFigure): string {
  const form = DAY_METRICS[metric]?.form ?? "count";
  if (form === "count" || count === 0) return "";
  const of = t("day-of", { count });
  const longer = form === "ms" && p90 !== null ? t("day-p90", { time: lengthOf(p90) }) : "";
  const open = provisional > 0 ? t("day-provisional", { count: provisional }) : "";
  return [of, longer, open].filter(Boolean).join(" · ");
}

const REASONS: Readonly<Record<string, PlainId & `day-call-${string}`>> = {
  logic_asked: "day-call-logic-asked",
  customer_asked: "day-call-customer-asked",
  agent_asked: "day-call-agent-asked",
  logic_failed: "day-call-logic-failed",
  logic_silent: "day-call-logic-silent",
  last_person_left: "day-call-last-person-left",
  invitation_over: "day-call-invitation-over",
  link_over: "day-call-link-over",
  nobody_engaged: "day-call-nobody-engaged",
};

/** Why people were called. */
export function callReason(reason: string): string {
  const known = REASONS[reason];
  return known ? t(known) : reason;
}
