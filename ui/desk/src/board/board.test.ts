import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import App from "../App.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Board } from "../state/board.svelte";
import { Desk } from "../state/desk.svelte";

vi.mock("svelte/transition", () => ({ fly: () => ({ duration: 0 }) }));

const calls = (host: FakeHost, name: string): unknown[] => host.calls.filter((call) => call.name === name).map(({ request }) => request);
const rows = async (): Promise<string[]> => (await screen.findAllByTestId("board-row")).map((row) => within(row).getByRole("rowheader").textContent);

function resize(width: number): void {
  Object.assign(window, { innerWidth: width });
  window.dispatchEvent(new Event("resize"));
}

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

beforeEach(() => {
  localStorage.clear();
  resize(1440);
});
afterEach(() => vi.useRealTimers());

test("Alt 0 shows the longest wait first, selected, and Enter looks in beside the rows", async () => {
  const host = await open();
  expect((await rows())[0]).toBe("Luís Carvalho");
  expect(screen.getAllByTestId("board-row")[0]?.getAttribute("aria-current")).toBe("true");
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("heading", { name: "Luís Carvalho" });
  expect(host.calls.map(({ name }) => name)).not.toContain("conversation.join");
  await userEvent.keyboard("{ArrowDown}");
  const second = (await rows())[1] ?? "";
  await screen.findByRole("heading", { name: second });
  await userEvent.keyboard("{Escape}");
  await vi.waitFor(() => expect(screen.queryByRole("heading", { name: second })).toBeNull());
  expect(await rows()).toContain(second);
});

test("where there is no room beside the rows, the conversation takes their place, and Alt 0 brings them back", async () => {
  const width = window.innerWidth;
  resize(900);
  try {
    await open();
    await userEvent.keyboard("{Enter}");
    await screen.findByRole("heading", { name: "Luís Carvalho" });
    expect(screen.queryByTestId("board-row")).toBeNull();
    await userEvent.keyboard("{Alt>}0{/Alt}");
    await screen.findAllByTestId("board-row");
  } finally {
    resize(width);
  }
});

test("M whispers to whoever handles the conversation, who is mentioned", async () => {
  const host = await open();
  const handled = host.samples.find(({ view }) => view.row.engaged.some((by) => by.kind === "agent" && by.user !== "maya"));
  const name = handled?.view.row.name ?? "";
  const at = (await rows()).indexOf(name);
  expect(at).toBeGreaterThanOrEqual(0);
  await userEvent.keyboard("{ArrowDown}".repeat(at) + "m");
  const field = await screen.findByRole("textbox", { name: "Note" });
  await vi.waitFor(() => expect((field as HTMLTextAreaElement).value).toMatch(/^@\S+/));
  await userEvent.keyboard("Offer her a seat.{Control>}{Enter}{/Control}");
  await vi.waitFor(() => expect(calls(host, "conversation.note")).toHaveLength(1));
  expect((calls(host, "conversation.note")[0] as { text: string }).text).toMatch(/^@.+ Offer her a seat\.$/);
});

test("several are assigned at once, and who is refused stays selected with the reason", async () => {
  const host = await open();
  const names = await rows();
  await userEvent.keyboard(" {Shift>}{ArrowDown}{/Shift}o");
  const dialog = await screen.findByRole("dialog", { name: "Assign 2 conversations" });
  host.refuse.set("conversation.transfer", { code: "conversation.completed", message: "The conversation is completed." });
  await userEvent.click(await within(dialog).findByRole("radio", { name: /Priya Nair/ }));
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  await within(dialog).findByText(new RegExp(`1 not done: The conversation is completed\\. \\(${names[0]}\\)`));
  expect(calls(host, "conversation.transfer")).toHaveLength(2);
  await screen.findByText("1 selected");
  await userEvent.keyboard("{Control>}{Enter}{/Control}");
  await vi.waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
  expect(screen.queryByText("1 selected")).toBeNull();
});

test("letters that are for one conversation say so while several are selected", async () => {
  const host = await open();
  await userEvent.keyboard(" a");
  await screen.findByText(/one conversation at a time/);
  expect(calls(host, "conversation.join")).toEqual([]);
  await userEvent.keyboard("{Escape}");
  await vi.waitFor(() => expect(screen.queryByText("1 selected")).toBeNull());
});

test("a colleague's availability is set, and a refusal is said", async () => {
  const host = await open();
  await userEvent.click(await screen.findByRole("button", { name: "Set availability of Priya Nair" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: /busy/i }));
  await vi.waitFor(() => expect(calls(host, "colleague.setAvailability")).toEqual([{ user: "priya", availability: "busy" }]));
  await screen.findByText(/Priya Nair is set to/);
  host.refuse.set("colleague.setAvailability", { code: "user.not_here", message: "Priya Nair has no desk open that can be told." });
  await userEvent.click(await screen.findByRole("button", { name: "Set availability of Priya Nair" }));
  await userEvent.click(await screen.findByRole("menuitem", { name: /away/i }));
  await screen.findByText("Priya Nair has no desk open that can be told.");
});

test("a figure of the day leads to its rows, and unknown is no 0", async () => {
  await open();
  const wait = await screen.findByTestId("day-person_wait");
  expect(wait.textContent).toContain("of 61");
  expect(screen.getByTestId("day-reopen_rate").textContent).toContain("–");
  await userEvent.click(wait);
  const dialog = await screen.findByRole("dialog", { name: /Wait for a person, today/ });
  await userEvent.click(await within(dialog).findByRole("button", { name: "Carmen Menzel" }));
  await screen.findByRole("heading", { name: "Carmen Menzel" });
});

test("each curve has its numbers in a table", async () => {
  await open();
  const table = within(await screen.findByRole("region", { name: "As a table" }));
  expect(table.getAllByRole("row", { hidden: true })).toHaveLength(61);
});

test("over a limit is said once", async () => {
  const host = await open();
  await screen.findByText("A customer waits too long for a person.");
  expect(host.calls.length).toBeGreaterThan(0);
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

/** The customer whose row is selected; none if no row is. */
const selected = (): string | null => {
  const row = screen.queryAllByTestId("board-row").find((one) => one.getAttribute("aria-current") === "true");
  return row ? within(row).getByRole("rowheader").textContent : null;
};
const toast = (text: RegExp): Promise<HTMLElement> => screen.findByText(text);

test("a letter acts on a row that is shown, and says why if none is selected", async () => {
  const host = await open();
  const handled = host.samples.find(({ view }) => view.row.engaged.some((by) => by.kind === "agent" && by.user !== "maya"));
  const at = (await rows()).indexOf(handled?.view.row.name ?? "");
  await userEvent.keyboard("{ArrowDown}".repeat(at));
  expect(selected()).toBe(handled?.view.row.name);
  await userEvent.keyboard("1");
  await vi.waitFor(async () => expect(await rows()).not.toContain(handled?.view.row.name));
  await vi.waitFor(async () => expect(selected()).toBe((await rows())[0]));
  const field = screen.getByPlaceholderText(/Find on the board/);
  await userEvent.type(field, "nobody is called so");
  await vi.waitFor(() => expect(screen.queryAllByTestId("board-row")).toEqual([]));
  await userEvent.keyboard("{Enter}");
  await vi.waitFor(() => expect(document.activeElement?.getAttribute("data-focus")).toBe("list"));
  for (const letter of ["t", "m", "o", " "]) await userEvent.keyboard(letter);
  await toast(/No conversation is selected/);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(host.calls.map(({ name }) => name)).not.toContain("conversation.takeOver");
  expect(screen.queryByText("1 selected")).toBeNull();
});

test("a row that is gone is not followed by another one, and the next key goes on from its place", async () => {
  const host = await open();
  const before = await rows();
  await userEvent.keyboard("{ArrowDown}{ArrowDown}");
  expect(selected()).toBe(before[2]);
  const gone = host.samples.findIndex(({ view }) => view.row.name === before[2]);
  host.samples.splice(gone, 1);
  host.tell({ type: "lists" });
  await vi.waitFor(async () => expect(await rows()).not.toContain(before[2]));
  expect(selected()).toBeNull();
  await userEvent.keyboard("t");
  await toast(/No conversation is selected/);
  await userEvent.keyboard("{ArrowDown}");
  expect(selected()).toBe(before[3]);
});

test("Escape and Enter lead from the search back to the rows", async () => {
  await open();
  const all = await rows();
  const field = screen.getByPlaceholderText<HTMLInputElement>(/Find on the board/);
  await userEvent.type(field, "Luís{Enter}");
  await vi.waitFor(() => expect(document.activeElement?.getAttribute("data-focus")).toBe("list"));
  expect(await rows()).toEqual(["Luís Carvalho"]);
  await userEvent.type(field, "x{Escape}");
  expect(document.activeElement?.getAttribute("data-focus")).toBe("list");
  expect(field.value).toBe("");
  await vi.waitFor(async () => expect(await rows()).toEqual(all));
});

test("a view is saved by the palette, too, and the keys are the rows' again", async () => {
  await open();
  await userEvent.keyboard("{Control>}k{/Control}group channel{Enter}");
  await vi.waitFor(() => expect(screen.getAllByRole("rowheader").length).toBeGreaterThan((screen.getAllByTestId("board-row")).length));
  await userEvent.keyboard("{Control>}k{/Control}save view{Enter}");
  await vi.waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toBe("Name of the view"));
  await userEvent.keyboard("By channel{Enter}");
  await vi.waitFor(() => expect(document.activeElement?.getAttribute("data-focus")).toBe("list"));
  screen.getByRole("button", { name: "By channel" });
});

test("the wall has the whole window, whatever stands beside the rows, and no letter acts unseen", async () => {
  const host = await open();
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("heading", { name: "Luís Carvalho" });
  await userEvent.click(screen.getByRole("button", { name: "Wall display" }));
  expect(document.querySelector("main.board")?.classList.contains("beside")).toBe(false);
  await userEvent.click(document.body);
  for (const letter of ["t", "m", "o"]) await userEvent.keyboard(letter);
  expect(screen.queryByRole("dialog")).toBeNull();
  expect(host.calls.map(({ name }) => name)).not.toContain("conversation.takeOver");
  expect(screen.queryByRole("textbox", { name: "Note" })).toBeNull();
});

test("in a window that has become narrow, nothing stands unseen beside the rows", async () => {
  await open();
  await userEvent.keyboard("{Enter}");
  await screen.findByRole("heading", { name: "Luís Carvalho" });
  resize(900);
  await vi.waitFor(() => expect(screen.queryByRole("heading", { name: "Luís Carvalho" })).toBeNull());
  expect(document.querySelector("main.board")?.classList.contains("beside")).toBe(false);
});

test("what begins with the longest wait is said to fall", async () => {
  await open();
  const order = (name: string): string | null => screen.getByRole("columnheader", { name: new RegExp(name) }).getAttribute("aria-sort");
  expect(order("Waiting")).toBe("descending");
  await userEvent.click(screen.getByRole("button", { name: /^Customer/ }));
  await vi.waitFor(() => expect(order("Customer")).toBe("ascending"));
});

test("no key grades the packet of a conversation behind the board", async () => {
  const host = fakeHost("");
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(0));
  const graded = host.samples.find(({ view }) => view.handover?.mayGrade)?.view.row.id ?? "";
  desk.show(graded);
  await vi.waitFor(() => expect(desk.conversation?.view?.handover?.mayGrade).toBe(true));
  await userEvent.keyboard("{Alt>}0{/Alt}");
  await screen.findAllByTestId("board-row");
  await userEvent.keyboard("{Alt>}h{/Alt}");
  expect(calls(host, "conversation.gradeHandover")).toEqual([]);
});
