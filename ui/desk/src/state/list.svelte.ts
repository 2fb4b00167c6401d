// The list of one section: only pages near the viewport are loaded; other rows are placeholders.
import type { ConversationId, RowView, RpcError, Section } from "$shared/types";
import { asRpcError, type Host } from "../host/host";
import { reask } from "./reask";
import { sameEach } from "./same";

/** Three screens of rows. */
const PAGE = 50;

export class SectionList {
  section = $state<Section>("my");
  query = $state("");
  rows = $state.raw<readonly (RowView | null)[]>([]);
  /** Another number: the rows are of another section or filter. */
  shown = $state(0);
  loaded = $state(false);
  problem = $state<RpcError | null>(null);
  /** The row selected by keyboard. */
  cursor = $state<ConversationId | null>(null);
  /** Where the selection was moved to, to be scrolled into view. */
  moved = $state.raw<{ at: number } | null>(null);
  #first = 0;
  #last = 0;
  #asking: number[] = [];
  #isBehind = false;
  #turn = 0;
  #standing: number | null = null;

  constructor(private readonly host: Host) {}

  /** Another section or filter: starts at the top without old rows. */
  show(section: Section, query: string): void {
    if (section !== this.section) this.rows = [];
    if (section !== this.section || this.rows.length === 0) this.loaded = false;
    this.section = section;
    this.query = query;
    this.cursor = null;
    this.moved = null;
    this.#first = this.#last = 0;
    this.#turn++;
    void this.refresh();
  }

  /** Lists have changed: rows that somebody sees are read again now, others once they are shown. */
  heard(isShown: boolean): void {
    this.#isBehind = !isShown;
    if (isShown) void this.refresh();
  }

  /** Somebody sees the rows from now on. */
  catchUp(): void {
    if (this.#isBehind) this.heard(true);
  }

  /** Reads the visible rows again. */
  readonly refresh = reask(async () => {
    const turn = this.#turn;
    this.#asking = [];
    const from = Math.floor(this.#first / PAGE);
    const to = Math.max(from, Math.floor(this.#last / PAGE));
    try {
      const pages = await Promise.all(range(from, to).map((page) => this.#ask(page)));
      if (turn !== this.#turn) return;
      const total = pages.at(-1)?.total ?? 0;
      const rows = new Array<RowView | null>(total).fill(null);
      pages.forEach((page, at) => place(rows, (from + at) * PAGE, sameEach(this.rows, page.rows, ({ id }) => id)));
      this.rows = rows;
      this.shown = turn;
      this.problem = null;
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem = asRpcError(error);
    }
    this.loaded = true;
  });

  /** The visible range of rows. */
  look(first: number, last: number): void {
    this.#first = first;
    this.#last = last;
    for (const page of range(Math.floor(first / PAGE), Math.floor(last / PAGE))) {
      if (this.rows[page * PAGE] === null && !this.#asking.includes(page)) void this.#fill(page);
    }
  }

  async #fill(page: number): Promise<void> {
    const turn = this.#turn;
    this.#asking.push(page);
    try {
      const answer = await this.#ask(page);
      if (turn !== this.#turn || answer.total !== this.rows.length) return;
      const rows = this.rows.slice();
      place(rows, page * PAGE, answer.rows);
      this.rows = rows;
      if (this.#standing !== null) this.#stand(this.#standing);
    } catch (error) {
      this.problem = asRpcError(error);
    } finally {
      this.#asking = this.#asking.filter((asked) => asked !== page);
    }
  }

  #ask(page: number): Promise<{ rows: RowView[]; total: number }> {
    const { section, query } = this;
    return this.host.rpc("conversations.list", { section, query, offset: page * PAGE, limit: PAGE });
  }

  /** Moves the selection by this many rows and returns the index it lands on. */
  move(steps: number, from: ConversationId | null): number {
    const at = this.indexOf(this.cursor ?? from);
    const start = at === -1 && Number.isFinite(steps) ? -steps : at;
    const next = Math.min(Math.max(start + steps, 0), this.rows.length - 1);
    this.#stand(next);
    this.moved = { at: next };
    return next;
  }

  /** A row that is still loading is selected when it arrives. */
  #stand(at: number): void {
    const row = this.rows[at];
    if (row) this.cursor = row.id;
    this.#standing = row ? null : at;
  }

  indexOf(id: ConversationId | null): number {
    return id === null ? -1 : this.rows.findIndex((row) => row?.id === id);
  }
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from + 1) }, (_, at) => from + at);
}

/** Each conversation once: if it moved between two answers, the newer one decides its place. */
function place(rows: (RowView | null)[], offset: number, found: readonly RowView[]): void {
  const ids = new Set(found.map((row) => row.id));
  rows.forEach((row, at) => {
    if (row && ids.has(row.id)) rows[at] = null;
  });
  found.forEach((row, at) => {
    if (offset + at < rows.length) rows[offset + at] = row;
  });
}
