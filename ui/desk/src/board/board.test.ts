import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import App from "../App.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Board } from "../state/board.svelte";
import { Desk } from "../state/desk.svelte";

vi.mock("svelte/transition", () => ({ fly: () => ({ duration: 0 }) }));

const rows = async (): Promise<string[]> => (await screen.findAllByTestId("board-row")).map((row) => within(row).getByRole("rowheader").textContent);

async function open(scene = ""): Promise<FakeHost> {
  const host = fakeHost(scene);
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(0));
  await vi.waitFor(() => expect(document.activeElement?.getAttribute("data-focus")).toBe("list"));
  await userEvent.keyboard("{Alt>}0{/Alt}");
  await screen.findAllByTestId("board-row");
  return host;
}

beforeEach(() => localStorage.clear());
afterEach(() => vi.useRealTimers());

test("Alt 0 shows the longest wait first, selected, and Enter looks in", async () => {
  const host = await open();
  expect((await rows())[0]).toBe("Luís Carvalho");
  expect(screen.getAllByTestId("board-row")[0]?.getAttribute("aria-current")).toBe("true");
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("heading", { name: "Luís Carvalho" });
  expect(screen.queryByTestId("board-row")).toBeNull();
  expect(host.calls.map(({ name }) => name)).not.toContain("conversation.join");
  await userEvent.keyboard("{Alt>}0{/Alt}");
  await screen.findAllByTestId("board-row");
});

test("a figure shows its rows, and once more all", async () => {
  await open();
  const all = (await rows()).length;
  await userEvent.click(screen.getByTestId("figure-wanted"));
  await vi.waitFor(() => expect(screen.getAllByTestId("board-row").length).toBeLessThan(all));
  expect(screen.getByTestId("figure-wanted").getAttribute("aria-pressed")).toBe("true");
  await userEvent.click(screen.getByTestId("figure-wanted"));
  await vi.waitFor(() => expect(screen.getAllByTestId("board-row").length).toBe(all));
});

test("a view with a name is kept, without words that were looked for", async () => {
  await open();
  await userEvent.selectOptions(screen.getByLabelText("Group by"), "handler");
  await userEvent.click(screen.getByRole("button", { name: "Save view" }));
  await userEvent.keyboard("By people{Enter}");
  await screen.findByRole("button", { name: "By people" });
  const again = new Board(fakeHost());
  expect(again.saved.map(({ name, shown }) => [name, shown.group, shown.query])).toEqual([["By people", "handler", ""]]);
});

test("rows keep their places while somebody points at them", async () => {
  const host = fakeHost();
  const board = new Board(host);
  board.open();
  await vi.waitFor(() => expect(board.rows.length).toBeGreaterThan(3));
  const before = board.rows.map(({ row }) => row.conversation);
  board.points();
  board.shown = { ...board.shown, reverse: true };
  await board.refresh();
  expect(board.rows.map(({ row }) => row.conversation)).toEqual(before);
  expect(board.waits).toBe(true);
  board.settle();
  expect(board.rows.map(({ row }) => row.conversation)).toEqual(before.toReversed());
  board.close();
});

test("the wall has no names", async () => {
  await open();
  await userEvent.click(screen.getByRole("button", { name: "Wall display" }));
  expect(screen.queryByText("Luís Carvalho")).toBeNull();
  screen.getByTestId("figure-wanted");
});
