// A board of thousands: only what is on screen is drawn, and everything else is as if it were.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { BoardGroup, BoardView } from "$shared/types";
import App from "../App.svelte";
import { linesOf, seenOf, topsOf } from "./seen";
import { fakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";

vi.mock("svelte/transition", () => ({ fly: () => ({ duration: 0 }) }));

const LIVE = 4_000;

/** The same conversations again and again, under other ids. */
function crowd(view: BoardView, limit: number): BoardView {
  const [first] = view.groups;
  const rows = view.groups.flatMap((group) => group.rows);
  const many = Array.from({ length: Math.min(LIVE, limit) }, (_, at) => {
    const line = rows[at % rows.length];
    if (!line) throw new Error("the board is empty");
    return { ...line, row: { ...line.row, conversation: `c${at}`, customerName: `Customer ${at}` } };
  });
  return { ...view, total: LIVE, groups: first ? [{ ...first, rows: many }] : [] };
}

async function board(): Promise<Desk> {
  const host = fakeHost("");
  const ask = host.rpc.bind(host);
  host.rpc = (async (name: Parameters<typeof ask>[0], request: never) => {
    const answer: unknown = await ask(name, request);
    return name === "board.get" ? crowd(answer as BoardView, (request as { limit: number }).limit) : answer;
  }) as typeof host.rpc;
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(document.activeElement?.getAttribute("data-focus")).toBe("list"));
  await userEvent.keyboard("{Alt>}0{/Alt}");
  await screen.findAllByTestId("board-row");
  return desk;
}

const drawn = (): string[] => screen.getAllByTestId("board-row").map((row) => row.dataset["id"] ?? "");

beforeEach(() => {
  localStorage.clear();
  Object.assign(window, { innerWidth: 1440 });
  vi.spyOn(HTMLElement.prototype, "clientHeight", "get").mockReturnValue(600);
  vi.spyOn(HTMLElement.prototype, "offsetHeight", "get").mockReturnValue(40);
});
afterEach(() => vi.restoreAllMocks());

describe("a board of 4,000 conversations", () => {
  it("draws what is on screen and some around it, and counts all of them", async () => {
    const desk = await board();
    await vi.waitFor(() => expect(drawn().length).toBeLessThan(60));
    expect(drawn()[0]).toBe("c0");
    const table = screen.getAllByTestId("board-row")[0]?.closest("table");
    expect(table?.getAttribute("aria-rowcount")).toBe(String(LIVE + 1));
    expect(screen.getAllByTestId("board-row")[0]?.getAttribute("aria-rowindex")).toBe("2");
    expect(desk.board.rows).toHaveLength(80);
  });

  it("goes to its very end with End, and the selected row is drawn and described", async () => {
    const desk = await board();
    await userEvent.keyboard("{End}");
    await vi.waitFor(() => expect(desk.board.rows).toHaveLength(LIVE));
    await userEvent.keyboard("{End}");
    await vi.waitFor(() => expect(desk.board.cursor).toBe(`c${LIVE - 1}`));
    const region = document.querySelector<HTMLElement>("[data-focus='list'].table");
    await vi.waitFor(() => expect(region?.scrollTop).toBe(LIVE * 40 - 600 + 40));
    region?.dispatchEvent(new Event("scroll"));
    await vi.waitFor(() => expect(drawn().at(-1)).toBe(`c${LIVE - 1}`));
    expect(drawn().length).toBeLessThan(60);
    const last = screen.getAllByTestId("board-row").at(-1);
    expect(last?.getAttribute("aria-rowindex")).toBe(String(LIVE + 1));
    expect(last?.getAttribute("aria-current")).toBe("true");
    expect(region?.getAttribute("aria-describedby")).toBe(last?.id);
  });

  it("chooses 500 rows at once, more than are here at first", async () => {
    const desk = await board();
    await userEvent.keyboard("{Control>}a{/Control}");
    await vi.waitFor(() => expect(desk.board.chosen.size).toBe(500));
    await userEvent.keyboard("{Control>}a{/Control}");
    await vi.waitFor(() => expect(desk.board.chosen.size).toBe(0));
  });

  it("is printed as a whole", async () => {
    await board();
    await vi.waitFor(() => expect(drawn().length).toBeLessThan(60));
    window.dispatchEvent(new Event("beforeprint"));
    expect(drawn()).toHaveLength(80);
    window.dispatchEvent(new Event("afterprint"));
    expect(drawn().length).toBeLessThan(60);
  });
});

describe("the lines that are drawn", () => {
  const group = (name: string, count: number): BoardGroup => ({ name, count, wanted: { count: 0, longestMs: null }, unanswered: { count: 0, longestMs: null }, rows: Array.from({ length: count }, () => ({}) as never) });
  const lines = linesOf([group("a", 40), group("b", 60)], true);
  const tops = topsOf(lines, { row: 40, heading: 30 });

  it("leave room for all others, wherever somebody has scrolled to", () => {
    for (let scrolled = 0; scrolled <= 4_060; scrolled += 7) {
      const { from, to, above, below } = seenOf(tops, scrolled, 500, false);
      const between = lines.slice(from, to).reduce((sum, { row }) => sum + (row ? 40 : 30), 0);
      expect(above + between + below).toBe(4_060);
      expect(above).toBeLessThanOrEqual(scrolled);
      expect(above + between).toBeGreaterThanOrEqual(Math.min(scrolled + 500, 4_060));
      expect(to - from).toBeLessThan(45);
    }
  });

  it("are all of them on paper, and where nothing is laid out", () => {
    const whole = { from: 0, to: 102, above: 0, below: 0 };
    expect(seenOf(tops, 900, 500, true)).toEqual(whole);
    expect(seenOf(tops, 900, 0, false)).toEqual(whole);
    expect(seenOf([0], 0, 500, false)).toEqual({ from: 0, to: 0, above: 0, below: 0 });
  });
});
