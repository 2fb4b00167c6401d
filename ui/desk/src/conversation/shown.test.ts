// What agents read, once and whole: rows, the header, long texts, code.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import App from "../App.svelte";
import Row from "../list/Row.svelte";
import StatusBar from "../frame/StatusBar.svelte";
import Suggestion from "./Suggestion.svelte";
import SystemEntry from "./SystemEntry.svelte";
import Words from "./Words.svelte";
import { AEROLINX, LOGIC, MAYA, PRIYA } from "../dev/entries";
import { morning, type Sample } from "../dev/sample";
import { appView } from "../dev/views";
import { fakeHost } from "../host/fake";
import { several, type Several } from "../list/several";
import { DESK, Desk } from "../state/desk.svelte";
import { parts } from "../words/code";
import { isLong } from "../words/long";
import { firstName } from "../words/people";
import { standing } from "../words/standing";

vi.mock("svelte/transition", () => ({ fly: () => ({ duration: 0 }) }));

const user = userEvent.setup();
const context = new Map([[DESK, new Desk(fakeHost())]]);
const samples = morning(Date.now());
const sample = (id: string): Sample => samples.find(({ view }) => view.row.id === id) ?? expect.fail(id);

async function open(id: string, change: (sample: Sample) => void = () => undefined): Promise<Desk> {
  const host = fakeHost();
  host.samples.filter(({ view }) => view.row.id === id).forEach(change);
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(desk.app).not.toBeNull());
  desk.show(id);
  // The window of the tests is narrow.
  desk.contextOpen = true;
  await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
  await tick();
  return desk;
}

describe("a row", () => {
  const row = (id: string, has: Several): HTMLElement => {
    render(Row, { row: sample(id).view.row, at: 0, total: 1, me: "maya", on: false, cursor: false, several: has, open: () => undefined });
    return screen.getByRole("option");
  };

  it("gives the reason for help a line of its own, above the last words", () => {
    const [why, words] = row("order", several([])).querySelectorAll("p");
    expect(why?.textContent).toBe("Parcel cannot be found");
    expect(words?.textContent).toMatch(/^Your Logic: I am sorry/);
  });

  it("names its channel only where the list has several", () => {
    const { row: carmen } = sample("carmen").view;
    const lists = [[carmen], [carmen, null, { ...carmen, channel: "whatsapp" as const }]];
    const named = lists.map((list) => {
      document.body.replaceChildren();
      return (row("carmen", several(list)).textContent ?? "").includes("Web chat");
    });
    expect(named).toEqual([false, true]);
  });
});

describe("the customer's brand", () => {
  it.each([true, false])("is named in the row and in the header to those who see several, and to nobody else (%s)", async (tellsBrand) => {
    await open("carmen", ({ view }) => (view.row.tellsBrand = tellsBrand));
    const row = screen.getAllByTestId("row").find((one) => one.dataset.id === "carmen");
    const header = screen.getByRole("heading", { name: "Carmen Menzel" }).closest("header");
    expect([row, header].map((place) => place?.textContent?.includes("Northwind Travel"))).toEqual([tellsBrand, tellsBrand]);
  });
});

describe("who answers next", () => {
  const at = "2026-05-12T14:02:31Z";
  const there = (...who: (typeof MAYA | typeof LOGIC)[]) => who.map((participant, nth) => ({ engagement: String(nth), participant, me: participant === MAYA, since: at, until: null, invited: false }));
  const { row } = sample("carmen").view;
  const help = sample("order").view.row.help;

  it.each([
    ["You answer next", there(LOGIC, MAYA), null],
    ["You answer next", there(MAYA), help],
    ["Priya answers next", there(LOGIC, PRIYA), null],
    ["Your Logic answers next", there(LOGIC), null],
    ["Waits for a person", there(LOGIC), help],
    ["Aerolinx answers next", there(AEROLINX), null],
    ["No one answers", [], null],
    ["No one answers", there(PRIYA).map((person) => ({ ...person, invited: true })), null],
  ])("is said: %s", (text, people, help) => {
    expect(standing({ row: { ...row, help, wait: null }, people }, "maya", 0).text.replace(" Nair", "")).toBe(text);
  });

  it.each([
    ["reply", there(MAYA), null, " · due in 3:00"],
    ["joined", there(MAYA), null, " · due in 3:00"],
    ["person", there(LOGIC), help, " · due in 3:00"],
    ["logic", there(LOGIC), null, " · waiting 2:00"],
  ] as const)("and by when, while %s is awaited", (awaited, people, help, said) => {
    const due = awaited === "logic" ? null : "2026-05-12T14:07:31Z";
    const waiting = { ...row, help, due, wait: { since: at, awaited } };
    expect(standing({ row: waiting, people: [...people] }, "maya", Date.parse(at) + 120_000).wait).toBe(said);
  });

  it("stands in the header, and the people beside it agree", async () => {
    await open("carmen");
    expect(screen.getByText("You answer next")).toBeTruthy();
    expect(screen.getByRole("region", { name: "In this conversation" }).textContent).toMatch(/Your Logic\s*listening/);
  });
});

describe("a conversation", () => {
  it("keeps its buttons in place when one cannot be pressed any more", async () => {
    const desk = await open("carmen");
    const names = (): string[] => [...screen.getByRole("group", { name: "Actions" }).children].map((child) => child.textContent?.trim() ?? "");
    const before = names();
    await desk.act("conversation.askForHelp", { id: "carmen", text: "Fares" });
    await vi.waitFor(() => expect(desk.conversation?.view?.may.askForHelp).toBe(false));
    await tick();
    expect(names()).toEqual(before);
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Ask for help" }).disabled).toBe(true);
  });

  it("that is completed has no field, but a way to open it again and to note", async () => {
    const desk = await open("jonas", ({ view }) => {
      view.completed = { at: new Date().toISOString(), by: MAYA, resolution: "Refunded" };
      Object.assign(view, { people: [] });
      Object.assign(view.row, { inProgress: false, engaged: [] });
    });
    expect(screen.queryByRole("textbox", { name: "Message" })).toBeNull();
    expect(screen.getByTestId("read-bar").textContent).toMatch(/Completed by you.*Refunded/s);
    expect(screen.getByRole("button", { name: "Note" })).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Reopen" }));
    expect(await screen.findByRole("textbox", { name: "Message" })).toBeTruthy();
    expect(desk.conversation?.writes).toBe(true);
  });

  it("says once why help is needed", async () => {
    await open("order");
    const shown = [screen.getByTestId("read-bar"), ...document.querySelectorAll("aside")].map((each) => each.textContent).join(" ");
    expect(shown.split("Parcel cannot be found")).toHaveLength(2);
  });
});

describe("the status bar", () => {
  it("says nothing that agents cannot use", () => {
    const app = appView(new Set(), Date.now());
    render(StatusBar, { app, test: () => undefined, outbox: () => undefined });
    expect(screen.getByRole("contentinfo").textContent?.trim()).toMatch(/^●\s*Live$/);
  });

  it("says what was not sent", () => {
    const app = appView(new Set(), Date.now());
    render(StatusBar, { app: { ...app, figures: { ...app.figures, queued: 2 } }, test: () => undefined, outbox: () => undefined });
    expect(screen.getByRole("button", { name: "2 unsent" })).toBeTruthy();
  });
});

describe("texts", () => {
  it("that are long are folded, whole on demand, and never cut without saying so", async () => {
    const text = "Dear Sir or Madam. ".repeat(250);
    render(Words, { props: { text }, context });
    await user.click(screen.getByRole("button", { name: `Show all ${text.length.toLocaleString("en")} characters` }));
    expect(screen.queryByRole("button")).toBeNull();
    expect([isLong("a\n".repeat(25)), isLong("short"), isLong("x".repeat(1_500))]).toEqual([true, false, false]);
  });

  it("set code apart, and no apostrophe", () => {
    const code = (text: string): string[] => parts(text).filter((part) => part.code).map((part) => part.text);
    expect(code("Run `npm ci` first:\n```sh\ncd ui\nnpm ci\n```\nDone")).toEqual(["`npm ci`", "```sh\ncd ui\nnpm ci\n```"]);
    for (const text of ["it`s five o`clock", "a ` b", "``", "```", "`` ``", "`\n`"]) expect(code(text), text).toEqual([]);
    for (const text of ["a `b` c", "```x```", "it`s", "", "`a` `b`", "```\nx", "x\n```\ny\n```\n"]) expect(parts(text).map((part) => part.text).join("")).toBe(text);
  });

  it("call a visitor by the number that tells them apart", () => {
    expect(["Visitor 6d75", "Carmen Menzel", "+44 7700 900142", "Ines"].map(firstName)).toEqual(["Visitor 6d75", "Carmen", "+44 7700 900142", "Ines"]);
  });

  it("of past suggestions are one line until they are wanted", async () => {
    render(Suggestion, { props: { text: "Both days work.", why: "The partner confirmed", time: new Date().toISOString() }, context });
    expect(screen.queryByText("The partner confirmed")).toBeNull();
    await user.click(screen.getByRole("button", { expanded: false }));
    expect(screen.getByText("The partner confirmed")).toBeTruthy();
  });

  it("of the system keep their icon in the line", () => {
    const { container } = render(SystemEntry, { what: "help", text: "Your Logic asked for help", time: new Date().toISOString() });
    expect(container.querySelector("span > svg")).not.toBeNull();
  });
});
