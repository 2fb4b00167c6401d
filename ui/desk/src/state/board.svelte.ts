// The supervisors' board: filters and sorting, what the core answers, and the selected row. Rows keep their places while
// somebody points at them or goes through them with keys.
import { SvelteSet } from "svelte/reactivity";
import type { BoardOnly, BoardRequest, BoardRow, BoardSort, BoardView, ConversationId, GroupBy, Handler, RpcError, Today } from "$shared/types";
import { asRpcError, type Host } from "../host/host";
import { read, write } from "./kept";
import { paced, reask } from "./reask";

/** Rows at first, and how many more come when somebody goes to the end. All of them come with each answer. */
const ROWS = 80;
/** Rows that can be chosen at once. */
const CHOSEN = 500;
/** Rows at most; filters find the others. */
const MOST = 5_000;
/** What nothing told of is looked at again: somebody comes over a limit. */
const LOOK_MS = 5_000;
/** Today's figures are asked for this often. */
const DAY_MS = 10_000;
/** How long rows keep their places after a move of the pointer or a key. */
const REST_MS = 1_000;
const KEY_REST_MS = 4_000;
const KEPT = "board";

/** What is shown, and how. */
export interface Shown {
  only: BoardOnly;
  sort: BoardSort;
  reverse: boolean;
  group: GroupBy | null;
  handler: Handler | null;
  channel: BoardRequest["channel"] | null;
  brand: string | null;
  tag: string | null;
  agent: string | null;
  query: string;
}

export const EVERYTHING: Shown = { only: "all", sort: "urgency", reverse: false, group: null, handler: null, channel: null, brand: null, tag: null, agent: null, query: "" };

/** A view with a name. */
export interface Saved {
  name: string;
  shown: Shown;
}

interface Kept {
  shown: Shown;
  saved: Saved[];
}

export class Board {
  on = $state(false);
  /** Large figures and no names, for a screen on the wall. */
  wall = $state(false);
  /** The selected conversation is shown beside the rows. */
  peeks = $state(false);
  shown = $state.raw<Shown>(EVERYTHING);
  saved = $state.raw<readonly Saved[]>([]);
  view = $state.raw<BoardView | null>(null);
  problem = $state<RpcError | null>(null);
  /** What the hub alone knows: today's figures and curves. None until it has answered. */
  day = $state.raw<Today | null>(null);
  dayProblem = $state<RpcError | null>(null);
  /** The figure of the day whose rows are shown. */
  dayFigure = $state<string | null>(null);
  cursor = $state<ConversationId | null>(null);
  /** Counts what brings the selected row into view, also if it is the same. */
  moved = $state(0);
  /** Somebody names the view that is shown. */
  naming = $state(false);
  /** Those that the next act is for. */
  readonly chosen = new SvelteSet<ConversationId>();
  /** The newest order waits until the pointer rests. */
  waits = $state(false);
  /** Reads the selected conversation, once a held key rests. */
  reading: ReturnType<typeof setTimeout> | undefined;
  #moved = -Infinity;
  #rest = REST_MS;
  #look: ReturnType<typeof setInterval> | undefined;
  #dayLook: ReturnType<typeof setInterval> | undefined;
  #newest: BoardView | null = null;
  #limit = ROWS;
  /** Where the selected row was last. */
  #at: number | null = null;
  /** Other rows were asked for and have not come yet. */
  #others = false;

  constructor(private readonly host: Host) {
    const kept = keptOf(read(KEPT));
    if (kept) [this.shown, this.saved] = [kept.shown, kept.saved];
  }

  /** Whether this conversation is shown beside the rows. */
  isBeside(id: ConversationId): boolean {
    return this.on && this.peeks && this.cursor === id;
  }

  /** What keys act on: only what somebody sees, as a row or beside the rows. The wall shows neither. */
  get selected(): ConversationId | null {
    if (this.wall) return null;
    return this.peeks || this.#indexOfCursor() !== -1 ? this.cursor : null;
  }

  #indexOfCursor(): number {
    return this.rows.findIndex(({ row }) => row.conversation === this.cursor);
  }

  /** All rows as they stand. */
  get rows(): readonly BoardRow[] {
    return this.view?.groups.flatMap(({ rows }) => rows) ?? [];
  }

  open(): void {
    this.on = true;
    clearInterval(this.#look);
    this.#look = setInterval(() => this.heard(), LOOK_MS);
    clearInterval(this.#dayLook);
    this.#dayLook = setInterval(() => void this.refreshDay(), DAY_MS);
    void this.refreshDay();
    this.#others = true;
    void this.refresh();
  }

  close(): void {
    this.on = this.wall = this.peeks = this.naming = false;
    this.#limit = ROWS;
    this.chosen.clear();
    clearInterval(this.#look);
    clearInterval(this.#dayLook);
    clearTimeout(this.reading);
  }

  forget(): void {
    this.close();
    this.view = this.#newest = null;
    this.day = this.dayProblem = this.dayFigure = null;
    this.cursor = null;
    this.problem = null;
  }

  /** Something has changed: asks again, though not more often than people can read. */
  readonly heard = paced(() => {
    if (this.on) void this.refresh();
  });

  readonly refresh = reask(async () => {
    try {
      const asked = this.shown;
      const { group, handler, channel, brand, tag, agent, ...rest } = asked;
      const only = Object.fromEntries(Object.entries({ group, handler, channel, brand, tag, agent }).filter(([, value]) => value !== null));
      const view = await this.host.rpc("board.get", { ...rest, ...only, limit: this.#limit } as BoardRequest);
      this.problem = null;
      this.#take(view, asked);
    } catch (error) {
      this.problem = asRpcError(error);
    }
  });

  readonly refreshDay = reask(async () => {
    try {
      this.day = await this.host.rpc("board.today", {});
      this.dayProblem = null;
    } catch (error) {
      this.dayProblem = asRpcError(error);
    }
  });

  /** The pointer moves over the rows. */
  points(): void {
    this.#hold(REST_MS);
  }

  #hold(ms: number): void {
    this.#moved = performance.now();
    this.#rest = ms;
  }

  /** Puts rows into their newest order. */
  settle(): void {
    this.#moved = -Infinity;
    if (this.#newest) this.view = this.#newest;
    this.waits = false;
  }

  #take(view: BoardView, asked: Shown): void {
    this.#newest = view;
    const rests = performance.now() - this.#moved >= this.#rest;
    const held = rests || !this.view ? view : inPlace(this.view, view);
    this.waits = held !== view && order(held) !== order(view);
    this.view = held;
    this.#letGo(view);
    this.#stand(asked);
    if (this.waits) setTimeout(() => performance.now() - this.#moved >= this.#rest && this.settle(), this.#rest);
  }

  /** Remembers the place of the selected row. Among other rows, the first one is selected if it is not there; a row that
   * leaves by itself is not followed by another one, which nobody has chosen. */
  #stand(asked: Shown): void {
    // The answer to an earlier filter is not what somebody waits for.
    if (asked !== this.shown) return;
    if (this.#others) {
      this.#at = null;
      if (!this.peeks && this.#indexOfCursor() === -1) this.cursor = this.rows[0]?.row.conversation ?? null;
      this.#others = false;
      this.moved++;
    }
    const at = this.#indexOfCursor();
    if (at !== -1) this.#at = at;
  }

  /** What is not on the board any more is not chosen either. */
  #letGo(view: BoardView): void {
    if (this.chosen.size === 0) return;
    const listed = view.groups.flatMap(({ rows }) => rows.map(({ row }) => row.conversation));
    for (const id of [...this.chosen]) if (!listed.includes(id)) this.chosen.delete(id);
  }

  /** Rows that are not here yet. */
  get left(): number {
    return (this.view?.total ?? 0) - this.rows.length;
  }

  /** Asks for more rows, if there are any. */
  async more(to = this.#limit + ROWS): Promise<void> {
    if (this.left <= 0 || this.rows.length < this.#limit || this.#limit >= Math.min(to, MOST)) return;
    this.#limit = Math.min(to, MOST);
    await this.refresh();
  }

  /** Moves the selection by rows. */
  move(by: number): void {
    const { rows } = this;
    if (rows.length === 0) return;
    this.#hold(KEY_REST_MS);
    if (by === Infinity) void this.more(MOST);
    const at = this.#indexOfCursor();
    // From the place of a row that has gone: the next one stands there now.
    const gone = this.#at === null ? -by : by > 0 ? this.#at - 1 : this.#at;
    const start = at === -1 && Number.isFinite(by) ? gone : at;
    this.#at = Math.min(Math.max(start + by, 0), rows.length - 1);
    this.cursor = rows[this.#at]?.row.conversation ?? null;
    this.moved++;
  }

  /** Chooses the selected conversation, or not. */
  choose(id: ConversationId | null = this.selected): void {
    if (id !== null && !this.chosen.delete(id)) this.chosen.add(id);
  }

  /** Chooses the selected conversation, and the one above or below. */
  chooseMore(by: 1 | -1): void {
    if (this.selected) this.chosen.add(this.selected);
    this.move(by);
    if (this.cursor) this.chosen.add(this.cursor);
  }

  /** Chooses the rows as they are sorted, up to 500; once more, none. */
  async chooseAll(): Promise<void> {
    await this.more(CHOSEN);
    const ids = this.rows.map(({ row }) => row.conversation);
    if (ids.every((id) => this.chosen.has(id))) this.chosen.clear();
    else ids.forEach((id) => this.chosen.add(id));
  }

  /** Shows a saved view, if there is one at this place. */
  showSaved(at: number): void {
    const saved = this.saved[at];
    if (saved) this.show(saved.shown);
  }

  /** Shows other rows, at once in their order. */
  show(change: Partial<Shown>): void {
    this.shown = { ...this.shown, ...change };
    this.#limit = ROWS;
    this.#others = true;
    this.#moved = -Infinity;
    this.#keep();
    void this.refresh();
  }

  /** Shows all rows, grouped and sorted as before. */
  showAll(): void {
    const { sort, reverse, group } = this.shown;
    this.show({ ...EVERYTHING, sort, reverse, group });
  }

  /** Sorts by a column; again, the other way round. */
  sortBy(sort: BoardSort): void {
    this.show(sort === this.shown.sort ? { reverse: !this.shown.reverse } : { sort, reverse: false });
  }

  get isFiltered(): boolean {
    return JSON.stringify({ ...this.shown, sort: "urgency", reverse: false, group: null }) !== JSON.stringify(EVERYTHING);
  }

  /** Saves what is shown under a name; another of that name is replaced. */
  save(name: string): void {
    this.saved = [...this.saved.filter((one) => one.name !== name), { name, shown: this.shown }].slice(-9);
    this.#keep();
  }

  drop(name: string): void {
    this.saved = this.saved.filter((one) => one.name !== name);
    this.#keep();
  }

  #keep(): void {
    const kept: Kept = { shown: { ...this.shown, query: "" }, saved: [...this.saved] };
    write(KEPT, JSON.stringify(kept));
  }
}

function keptOf(text: string | null): Kept | null {
  if (text === null) return null;
  try {
    const kept = JSON.parse(text) as Kept;
    const whole = (shown: Shown): Shown => ({ ...EVERYTHING, ...shown });
    return { shown: whole(kept.shown), saved: kept.saved.map(({ name, shown }) => ({ name, shown: whole(shown) })) };
  } catch {
    return null;
  }
}

function order(view: BoardView): string {
  return view.groups.flatMap(({ rows }) => rows.map(({ row }) => row.conversation)).join(" ");
}

/** What is new, in the places of before: rows that are gone leave, and new ones come last in their group. */
function inPlace(before: BoardView, now: BoardView): BoardView {
  const groups = now.groups.map((group) => {
    const old = before.groups.find(({ name }) => name === group.name);
    if (!old) return group;
    const place = new Map(old.rows.map(({ row }, at) => [row.conversation, at]));
    const rows = [...group.rows].sort((a, b) => (place.get(a.row.conversation) ?? Infinity) - (place.get(b.row.conversation) ?? Infinity) || 0);
    return { ...group, rows };
  });
  return { ...now, groups };
}
