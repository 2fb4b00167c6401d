import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, expect, test, vi } from "vitest";
import App from "../App.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";
import { Report } from "../state/report.svelte";
import { difference, length, shown } from "../words/report";

vi.mock("svelte/transition", () => ({ fly: () => ({ duration: 0 }) }));

async function open(scene = ""): Promise<FakeHost> {
  const host = fakeHost(scene);
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(0));
  await userEvent.keyboard("{Alt>}r{/Alt}");
  await screen.findAllByTestId("report-line");
  return host;
}

const asked = (host: FakeHost): Record<string, string>[] => host.calls.filter(({ name }) => name === "report.get").map(({ request }) => request as Record<string, string>);
const NOTHING = { count: 0, value: null, p50: null, p90: null, provisional: 0 };

beforeEach(() => localStorage.clear());

test("Alt R shows the running day, and each figure says of how many it is and what it means", async () => {
  await open();
  const line = screen.getAllByTestId("report-line").find((row) => within(row).queryByText("Service level"));
  expect(line?.textContent).toContain("78 %");
  expect(line?.textContent).toContain("of 174");
  expect(line?.textContent).toContain("+7 points");
  expect(within(line ?? expect.fail("there is no such line")).getByRole("rowheader").title).toContain("20 seconds");
});

test("W and the arrows choose another period, which is compared with the one before it", async () => {
  const host = await open();
  await userEvent.keyboard("w");
  await vi.waitFor(() => expect(asked(host)).toHaveLength(2));
  await userEvent.keyboard("{ArrowLeft}");
  await vi.waitFor(() => expect(asked(host)).toHaveLength(3));
  const { from, until, beforeFrom, beforeUntil } = asked(host)[2] ?? expect.fail("nothing was asked");
  expect(new Date(from ?? "").getDay(), "a week begins on Monday").toBe(1);
  expect(beforeUntil).toBe(from);
  expect([from, until, beforeFrom].map((at) => new Date(at ?? "").getHours())).toEqual([0, 0, 0]);
  await userEvent.keyboard("{ArrowRight}{ArrowRight}");
  await vi.waitFor(() => expect(asked(host)).toHaveLength(4));
  expect(screen.getByRole("button", { name: "The next one" })).toHaveProperty("disabled", true);
});

test("a running day is compared with as much of the day before", () => {
  const now = new Date(2026, 10, 28, 14, 30).getTime();
  const { from, until, beforeFrom, beforeUntil } = new Report(fakeHost(), () => now).period;
  const at = (...parts: [number, number, number]): number => new Date(2026, 10, ...parts).getTime();
  expect([from, until, beforeFrom, beforeUntil]).toEqual([at(28, 0, 0), now, at(27, 0, 0), at(27, 14, 30)]);
});

test("what is unknown is a dash and never zero", () => {
  expect(shown("service_level", NOTHING)).toBe("–");
  expect(shown("first_person_response", NOTHING)).toBe("–");
  expect(shown("conversations_started", NOTHING)).toBe("0");
  expect(difference("service_level", { ...NOTHING, count: 2, value: 0.5 }, NOTHING)).toBeNull();
  expect(difference("conversations_started", { ...NOTHING, count: 12, value: 12 }, { ...NOTHING, count: 10, value: 10 })).toBe("+20 %");
  expect([length(42_000), length(185_000), length(7_800_000)]).toEqual(["42 s", "3 min 5 s", "2 h 10 min"]);
});

test("C copies the report as a table", async () => {
  const written = vi.fn(() => Promise.resolve());
  Object.defineProperty(navigator, "clipboard", { value: { writeText: written }, configurable: true });
  await open();
  await userEvent.keyboard("c");
  await vi.waitFor(() => expect(written).toHaveBeenCalled());
  const [table] = written.mock.calls[0] as unknown as [string];
  expect(table.split("\n")[0]).toMatch(/^Person\tFigure\t[^\t]+\tBefore\tRows\tDefinition$/);
  expect(table).toContain("Service level\t78 %\t71 %\t174");
});
