// Words of reports: what each figure is, how it is written, and how it differs from the one before.
import type { ReportCell } from "$shared/types";
import { number, t, type PlainId } from "./catalogue.svelte";

export type Form = "count" | "ms" | "share" | "ratio";

interface Figure {
  /** Its attribute `title` is the definition. */
  label: Extract<PlainId, `report-figure-${string}`>;
  form: Form;
  /** Of sizes, most people mean the middle one; of times worked, the average. */
  mean?: true;
}

/** By the hub's ids. */
const FIGURES: Record<string, Figure> = {
  conversations_started: { label: "report-figure-started", form: "count" },
  rounds_completed: { label: "report-figure-completed", form: "count" },
  conversations_handled: { label: "report-figure-handled", form: "count" },
  first_response: { label: "report-figure-first-response", form: "ms" },
  first_person_response: { label: "report-figure-first-person", form: "ms" },
  person_wait: { label: "report-figure-wait", form: "ms" },
  service_level: { label: "report-figure-service-level", form: "share" },
  abandonment: { label: "report-figure-abandonment", form: "share" },
  response_time: { label: "report-figure-response", form: "ms" },
  handle_time: { label: "report-figure-handle", form: "ms", mean: true },
  transfer_rate: { label: "report-figure-transfers", form: "share" },
  one_contact: { label: "report-figure-one-contact", form: "share" },
  reopen_rate: { label: "report-figure-reopened", form: "share" },
  involvement: { label: "report-figure-involvement", form: "share" },
  containment: { label: "report-figure-containment", form: "share" },
  handover_rate: { label: "report-figure-handover", form: "share" },
  occupancy: { label: "report-figure-occupancy", form: "share" },
  concurrency: { label: "report-figure-concurrency", form: "ratio" },
};

export function figureOf(metric: string): Figure | null {
  return FIGURES[metric] ?? null;
}

export function label(metric: string): string {
  const figure = figureOf(metric);
  return figure ? t(figure.label) : metric;
}

/** What exactly it is; shown where somebody asks. */
export function definition(metric: string): string {
  const figure = figureOf(metric);
  return figure ? t(`${figure.label}.title` as PlainId) : "";
}

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** A length: 42 s, 3 min 5 s, 2 h 10 min. */
export function length(ms: number): string {
  if (ms < MINUTE) return t("report-seconds", { count: Math.round(ms / SECOND) });
  if (ms < HOUR) return t("time-minutes-seconds", { minutes: Math.floor(ms / MINUTE), seconds: Math.floor((ms % MINUTE) / SECOND) });
  return t("time-hours-minutes", { hours: Math.floor(ms / HOUR), minutes: Math.floor((ms % HOUR) / MINUTE) });
}

/** The number behind a figure: of sizes the middle one. None if nothing is known. */
export function measured(metric: string, cell: ReportCell): number | null {
  const figure = figureOf(metric);
  if (cell.count === 0 || !figure) return figure?.form === "count" ? cell.count : null;
  return figure.form === "ms" && !figure.mean ? cell.p50 : cell.value;
}

/** A figure as people read it; a dash for what is unknown. */
export function shown(metric: string, cell: ReportCell): string {
  const value = measured(metric, cell);
  if (value === null) return "–";
  switch (figureOf(metric)?.form) {
    case "share":
      return t("percent", { value: number(value * 100) });
    case "ms":
      return length(value);
    case "ratio":
      return number(value, 1);
    default:
      return number(value);
  }
}

/** What stands small beside it: of how many, and within what nine of ten are. */
export function beside(metric: string, cell: ReportCell): string {
  const figure = figureOf(metric);
  if (!figure || figure.form === "count" || cell.count === 0) return "";
  if (metric === "occupancy" || metric === "concurrency") return "";
  if (figure.form === "ms" && !figure.mean && cell.p90 !== null) return t("report-of-within", { count: number(cell.count), time: length(cell.p90) });
  return t("report-of", { count: number(cell.count) });
}

/** How much it differs from the one before; none if one of them is unknown. */
export function difference(metric: string, now: ReportCell, before: ReportCell): string | null {
  const [a, b] = [measured(metric, now), measured(metric, before)];
  if (a === null || b === null) return null;
  if (figureOf(metric)?.form === "share") return t("report-points", { value: signed((a - b) * 100) });
  return b === 0 ? null : t("percent", { value: signed((a / b - 1) * 100) });
}

function signed(value: number): string {
  const rounded = Math.round(value);
  return rounded > 0 ? `+${number(rounded)}` : rounded < 0 ? `−${number(-rounded)}` : `±${number(0)}`;
}
