// A report over invented figures: development, screenshots and component tests only.
import type { ColleagueView, ReportCell, ReportLine, ReportRequest, ReportView } from "$shared/types";

const NOTHING: ReportCell = { count: 0, value: null, p50: null, p90: null, provisional: 0 };
const count = (value: number): ReportCell => ({ ...NOTHING, count: value, value });
const share = (value: number, of: number, provisional = 0): ReportCell => ({ ...NOTHING, count: of, value, provisional });
const sizes = (p50: number, p90: number, of: number): ReportCell => ({ ...NOTHING, count: of, value: (p50 + p90) / 2, p50, p90 });

const TEAM: [metric: string, now: ReportCell, before: ReportCell][] = [
  ["conversations_started", count(412), count(388)],
  ["rounds_completed", count(397), count(391)],
  ["first_response", sizes(4_200, 21_000, 401), sizes(4_900, 26_000, 380)],
  ["first_person_response", sizes(68_000, 312_000, 188), sizes(81_000, 350_000, 194)],
  ["person_wait", sizes(31_000, 140_000, 186), sizes(44_000, 171_000, 190)],
  ["service_level", share(0.78, 174), share(0.71, 181)],
  ["abandonment", share(0.04, 174), share(0.06, 181)],
  ["response_time", sizes(24_000, 122_000, 1_840), sizes(27_000, 131_000, 1_790)],
  ["handle_time", { ...sizes(380_000, 1_420_000, 203), value: 540_000 }, { ...sizes(395_000, 1_500_000, 211), value: 565_000 }],
  ["transfer_rate", share(0.11, 188), share(0.11, 194)],
  ["one_contact", share(0.83, 151, 97), share(0.81, 149)],
  ["reopen_rate", share(0.07, 397, 97), share(0.08, 391)],
  ["involvement", share(0.74, 401), share(0.72, 380)],
  ["containment", share(0.52, 297, 60), share(0.5, 281)],
  ["handover_rate", share(0.41, 297), share(0.43, 281)],
  ["occupancy", share(0.68, 96), NOTHING],
];

const OWN = ["conversations_handled", "first_person_response", "response_time", "handle_time", "transfer_rate", "one_contact", "occupancy", "concurrency"];

export function report({ from }: ReportRequest, colleagues: readonly ColleagueView[], now: number, team: boolean): ReportView {
  const known = new Map(TEAM.map(([metric, cell, before]): [string, ReportLine] => [metric, { metric, now: cell, before }]));
  known.set("conversations_handled", { metric: "conversations_handled", now: count(31), before: count(28) });
  known.set("concurrency", { metric: "concurrency", now: { ...NOTHING, count: 40, value: 1.8 }, before: NOTHING });
  const of = (metrics: readonly string[]): ReportLine[] => metrics.map((metric) => known.get(metric) ?? { metric, now: NOTHING, before: NOTHING });
  const each = ["conversations_handled", "response_time", "handle_time", "occupancy"];
  const people = team ? colleagues.map(({ user, name }) => ({ user, name, lines: of(each) })) : [];
  const asOf = new Date(Math.max(now, Date.parse(from))).toISOString();
  return { asOf, definitions: "v1", team, lines: of(team ? TEAM.map(([metric]) => metric) : OWN), people };
}
