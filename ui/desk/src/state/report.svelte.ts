// A report: which period, and what the hub says of it and of the one before.
import type { ReportView, RpcError } from "$shared/types";
import { asRpcError, type Host } from "../host/host";
import { periodOf, requestOf, type Period, type Span } from "./period";
import { definition, label, shown } from "../words/report";

export class Report {
  span = $state<Span>("day");
  /** How many periods back; 0 is the running one. */
  back = $state(0);
  view = $state.raw<ReportView | null>(null);
  problem = $state<RpcError | null>(null);
  loading = $state(false);
  #asked = 0;

  constructor(
    private readonly host: Host,
    private readonly now: () => number,
  ) {}

  get period(): Period {
    return periodOf(this.span, this.back, this.now());
  }

  async load(): Promise<void> {
    const request = requestOf(this.period);
    const asked = ++this.#asked;
    this.loading = true;
    try {
      const view = await this.host.rpc("report.get", request);
      if (asked !== this.#asked) return;
      this.view = view;
      this.problem = null;
    } catch (error) {
      if (asked !== this.#asked) return;
      this.view = null;
      this.problem = asRpcError(error);
    } finally {
      if (asked === this.#asked) this.loading = false;
    }
  }

  show(span: Span): void {
    if (span === this.span) return;
    this.span = span;
    this.back = 0;
    void this.load();
  }

  /** Older or newer periods; there is none in the future. */
  move(by: number): void {
    const back = Math.max(0, this.back + by);
    if (back === this.back) return;
    this.back = back;
    void this.load();
  }

  /** What is shown, as a table for a spreadsheet. */
  table(headings: { figure: string; now: string; before: string; rows: string; definition: string; person: string }): string {
    const { view } = this;
    if (!view) return "";
    const lines = [[headings.person, headings.figure, headings.now, headings.before, headings.rows, headings.definition]];
    const of = (name: string, all: ReportView["lines"]): void => {
      for (const { metric, now, before } of all) lines.push([name, label(metric), shown(metric, now), shown(metric, before), String(now.count), definition(metric)]);
    };
    of("", view.lines);
    for (const { name, lines: own } of view.people) of(name, own);
    return lines.map((cells) => cells.map(plain).join("\t")).join("\n");
  }
}

/** A cell of a spreadsheet is one line, and no formula. */
function plain(text: string): string {
  const line = text.replace(/[\t\r\n]+/g, " ");
  return /^[=+\-@]/.test(line) ? `'${line}` : line;
}
