// The board over sample data, without what the core decides: development, screenshots and component tests only.
import type { AppView, Availability, BoardGroup, BoardPerson, BoardRequest, BoardRow, BoardView, Change, ColleagueView, Commands, Handler, Longest, Participant, RowView, RpcError, UserId } from "$shared/types";
import { asSeenHandlers } from "./asSeen";
import { dayRows, today } from "./day";
import { COLLEAGUES } from "./entries";
import type { Sample } from "./sample";

export { report } from "./report";

const MINUTE = 60_000;

/** What of the fake desk the board needs. */
interface Around {
  samples: readonly Sample[];
  now: number;
  offline: boolean;
  app: AppView;
  tell: (...changes: Change[]) => void;
}

type Of = "board.get" | "board.today" | "board.dayRows" | "board.popOut" | "board.bringBack" | "colleague.setAvailability";
type Handlers = ReturnType<typeof asSeenHandlers> & { [K in Of]: (request: Commands[K]["request"]) => Commands[K]["response"] };

/** The board's commands. */
export function boardHandlers(around: () => Around): Handlers {
  const statuses = new Map<UserId, Availability>();
  const apart = (on: boolean): Record<symbol, never> => {
    const { app, tell } = around();
    app.boardApart = on;
    tell({ type: "app" });
    return {};
  };
  return {
    ...asSeenHandlers(around),
    "board.get": (request) => {
      const { samples, now, offline } = around();
      return board(samples, COLLEAGUES.map((one) => ({ ...one, status: statuses.get(one.user) ?? one.status })), request, offline ? now - 180_000 : now);
    },
    "board.today": () => today(around().now),
    "board.dayRows": () => dayRows(around().samples),
    "board.popOut": () => apart(true),
    "board.bringBack": () => apart(false),
    "colleague.setAvailability": ({ user, availability }) => {
      const known = COLLEAGUES.find((one) => one.user === user);
      if (!known?.online) throw { code: "user.not_here", message: `${known?.name ?? user} has no desk open that can be told.` } satisfies RpcError;
      statuses.set(user, availability);
      around().tell({ type: "app" });
      return {};
    },
  };
}

function board(samples: readonly Sample[], colleagues: readonly ColleagueView[], request: BoardRequest, now: number): BoardView {
  const every = samples.filter(({ view }) => view.row.inProgress).map((sample) => row(sample, now));
  const shown = every.filter((one) => fits(one, request)).toSorted((a, b) => order(request)(a, b));
  if (request.reverse) shown.reverse();
  const groups: BoardGroup[] = [];
  for (const one of shown) {
    const name = request.group ? nameIn(request.group, one) : null;
    let group = groups.find((known) => known.name === name);
    if (!group) groups.push((group = { name, count: 0, wanted: { count: 0, longestMs: null }, unanswered: { count: 0, longestMs: null }, rows: [] }));
    group.rows.push(one);
    group.count++;
    add(group.wanted, one.row.wantedSince, now);
    add(group.unanswered, one.row.unansweredSince, now);
  }
  const wanted: Longest = { count: 0, longestMs: null };
  const unanswered: Longest = { count: 0, longestMs: null };
  const parts = { person: 0, queue: 0, logic: 0, idle: 0 };
  for (const { row: one } of every) {
    add(wanted, one.wantedSince, now);
    add(unanswered, one.unansweredSince, now);
    parts[one.part]++;
  }
  const people = colleagues.map((one): BoardPerson => person(one, every));
  const withRoom = people.filter(({ presence, engaged, capacity }) => presence === "available" && engaged < (capacity ?? 0));
  return {
    asOf: new Date(now).toISOString(),
    figures: {
      inProgress: every.length,
      newLastHour: every.length,
      wanted,
      unanswered,
      unansweredByPeople: { count: every.filter(({ row: one }) => one.unansweredSince && one.people.length > 0).length, longestMs: null },
      parts,
      withExternalAgents: 0,
      fallenBack: every.filter(({ row: one }) => one.fallback !== null).length,
      fallenBackLately: 0,
      calls: { eligible: every.filter(({ row: one }) => one.call).length, everyone: 0, supervisors: 0, logic: 0 },
      undeliveredTurns: 0,
      windowsClosing: 0,
      people: { availableWithRoom: withRoom.length, availableWithoutRoom: 0, busy: 0, away: 1, offline: 1, freePlaces: withRoom.reduce((sum, { capacity, engaged }) => sum + (capacity ?? 0) - engaged, 0) },
    },
    over: (wanted.longestMs ?? 0) > MINUTE ? ["wanted"] : [],
    groups: groups.map((group) => ({ ...group, rows: group.rows.slice(0, request.limit) })),
    total: shown.length,
    people,
    channels: [...new Set(every.map(({ row: one }) => one.channel))],
    brands: [],
    tags: [...new Set(every.flatMap(({ row: one }) => one.tags))].toSorted(),
  };
}

function row({ view }: Sample, now: number): BoardRow {
  const { row: known } = view;
  const people = known.engaged.filter(({ kind }) => kind === "agent" || kind === "external_agent");
  const wantedSince = known.help?.since ?? (known.wait?.awaited === "person" ? known.wait.since : null);
  const logic = known.engaged.some(({ kind }) => kind === "logic");
  const handler: Handler = people.length > 0 ? (logic ? "both" : "people") : logic ? "logic" : "nobody";
  return {
    row: {
      conversation: known.id,
      customer: known.customer,
      customerName: known.name,
      channel: known.channel,
      brand: null,
      language: known.language,
      tags: known.tags,
      started: view.started,
      part: people.length > 0 ? "person" : wantedSince ? "queue" : logic ? "logic" : "idle",
      wantedSince: people.length > 0 ? null : wantedSince,
      unansweredSince: known.wait?.since ?? null,
      wait: known.wait,
      handler,
      people,
      handledSince: handler === "nobody" ? null : view.started,
      heldBy: null,
      call: known.help ? { call: known.help.call, since: known.help.since, reach: "eligible", reason: known.help.reason } : null,
      fallback: view.fallback,
      fallbackSince: view.fallback === null ? null : view.started,
      lastWords: words(known),
      windowUntil: null,
      round: 1,
      roundSince: view.started,
      firstAnsweredAt: null,
      undelivered: 0,
      gradedWrong: false,
    },
    over: wantedSince !== null && people.length === 0 && now - Date.parse(wantedSince) > MINUTE,
    closesSoon: false,
    mine: people.some(isMaya),
  };
}

function words({ words: text, wordsBy, wordsAt }: RowView): BoardRow["row"]["lastWords"] {
  return wordsBy && wordsAt ? ({ by: wordsBy, text, time: wordsAt } as unknown as BoardRow["row"]["lastWords"]) : null;
}

const isMaya = (one: Participant): boolean => one.kind === "agent" && one.user === "maya";

function add(longest: Longest, since: string | null, now: number): void {
  if (since === null) return;
  longest.count++;
  longest.longestMs = Math.max(longest.longestMs ?? 0, now - Date.parse(since));
}

function person({ user, name, status, absence }: ColleagueView, rows: readonly BoardRow[]): BoardPerson {
  const own = rows.filter(({ row: one }) => one.people.some((engaged) => engaged.kind === "agent" && engaged.user === user));
  return { user, name, presence: status ?? "offline", absence, capacity: 8, engaged: own.length, unanswered: own.filter(({ row: one }) => one.unansweredSince).length };
}

function nameIn(by: NonNullable<BoardRequest["group"]>, { row: one }: BoardRow): string | null {
  return by === "handler" ? one.handler : by === "channel" ? one.channel : by === "reach" ? (one.call?.reach ?? null) : by === "tag" ? (one.tags[0] ?? null) : null;
}

function fits({ row: one }: BoardRow, { only = "all", handler, channel, tag, agent, query = "" }: BoardRequest): boolean {
  const meant = only === "all" || only === "new" || (only === "wanted" ? one.wantedSince !== null : only === "unanswered" ? one.unansweredSince !== null : only === "calls" ? one.call !== null : only === "fallen_back" && one.fallback !== null);
  return meant && (!handler || one.handler === handler) && (!channel || one.channel === channel) && (!tag || one.tags.includes(tag)) && (!agent || one.people.some((engaged) => engaged.kind === "agent" && engaged.user === agent)) && one.customerName.toLowerCase().includes(query.toLowerCase());
}

function order({ sort = "urgency" }: BoardRequest): (a: BoardRow, b: BoardRow) => number {
  const late = (a: string | null, b: string | null): number => (a === b ? 0 : a === null || (b !== null && a > b) ? 1 : -1);
  return ({ row: a }, { row: b }) =>
    sort === "customer" ? a.customerName.localeCompare(b.customerName) : late(a.wantedSince, b.wantedSince) || late(a.unansweredSince, b.unansweredSince);
}
