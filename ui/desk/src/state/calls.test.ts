// Nobody is dropped by a click: calls that are lost or dismissed, waits that joining does not end, what opens next, and
// signing out.
import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../App.svelte";
import Row from "../list/Row.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "./desk.svelte";
import { offers } from "./palette";
import { standing } from "../words/standing";

vi.mock("svelte/transition", () => ({ fly: () => ({ duration: 0 }) }));

const user = userEvent.setup();
const at = (): string => document.activeElement?.getAttribute("data-focus") ?? document.activeElement?.tagName ?? "";
const calls = (host: FakeHost, name: string): unknown[] => host.calls.filter((call) => call.name === name).map(({ request }) => request);
const TAKEN = { code: "conversation.call_taken", message: "Priya Nair took the call for help from Luís Carvalho." };

afterEach(() => {
  vi.restoreAllMocks();
});

async function start(scene = ""): Promise<{ desk: Desk; host: FakeHost }> {
  const host = fakeHost(scene);
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(desk.list.loaded).toBe(true));
  await vi.waitFor(() => expect(at()).toBe("list"));
  return { desk, host };
}

async function select(desk: Desk, id: string): Promise<void> {
  desk.show(id);
  await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
  await tick();
}

/** Maya was slower than Priya, with the list in focus. */
async function lost(): Promise<{ desk: Desk; host: FakeHost; rest: () => void }> {
  const { desk, host } = await start();
  await select(desk, "carmen");
  let now = performance.now();
  vi.spyOn(performance, "now").mockImplementation(() => now);
  host.refuse.set("conversation.join", TAKEN);
  await user.keyboard("n");
  await vi.waitFor(() => expect(screen.getByTestId("next-call")).toBeTruthy());
  await vi.waitFor(() => expect(at()).toBe("list"));
  return { desk, host, rest: () => (now += 1_000) };
}

describe("whoever loses a call", () => {
  it.each(["n", "{Enter}", "a"])("is offered the next, and joins it with %s", async (key) => {
    const { desk, host, rest } = await lost();
    expect(screen.getByTestId("next-call").textContent).toMatch(/Priya Nair took the call for help from Luís Carvalho\. *Here is the next: Omar Haddad/);
    expect(desk).toMatchObject({ conversation: { id: "alone-1" }, list: { section: "help", cursor: "alone-1" } });
    rest();
    await user.keyboard(key);
    await vi.waitFor(() => expect(calls(host, "conversation.join").at(-1)).toEqual({ id: "alone-1", call: "call-1" }));
    await vi.waitFor(() => expect(at()).toBe("message"));
    expect(screen.queryByTestId("next-call")).toBeNull();
  });

  it("joins no one with the words that they go on typing", async () => {
    const { desk, host, rest } = await lost();
    await user.keyboard("No problem, anna{Enter}");
    expect(calls(host, "conversation.join")).toHaveLength(1);
    expect(desk.overlay).toBeNull();
    rest();
    await user.keyboard("n");
    await vi.waitFor(() => expect(calls(host, "conversation.join")).toHaveLength(2));
  });

  it("gets back to where they were when no one else needs help", async () => {
    const { desk, host } = await start();
    host.samples.forEach(({ view }) => view.row.id === "alone-1" && (view.row.help = null));
    await select(desk, "carmen");
    host.refuse.set("conversation.join", TAKEN);
    await user.keyboard("n");
    await vi.waitFor(() => expect(desk.toasts.shown[0]?.text).toBe(`${TAKEN.message} No one else needs help.`));
    expect(desk.conversation?.id).toBe("carmen");
  });

  it("hears of it in the corner when it was a notification", async () => {
    const { desk, host } = await start();
    await select(desk, "carmen");
    host.tell({ type: "taken", id: "order", text: TAKEN.message });
    await user.click(await screen.findByRole("button", { name: "Show the next call" }));
    await vi.waitFor(() => expect(desk.conversation?.id).toBe("alone-1"));
  });

  it("keeps what they went on to meanwhile", async () => {
    const { desk, host } = await start();
    await select(desk, "order");
    const { rpc } = host;
    let refuse = (): void => undefined;
    const refused = new Promise<void>((done) => (refuse = done));
    host.rpc = (async (...asked: Parameters<typeof rpc>) => {
      if (asked[0] !== "conversation.join") return rpc.apply(host, asked);
      await refused;
      throw TAKEN;
    }) as typeof rpc;
    await user.keyboard("a");
    await select(desk, "carmen");
    document.querySelector<HTMLElement>("[data-focus=message]")?.focus();
    await user.keyboard("I am on it");
    refuse();
    await screen.findByRole("button", { name: "Show the next call" });
    expect(desk.conversation?.id).toBe("carmen");
    expect(at()).toBe("message");
  });

  it("sees the reason when it is another one", async () => {
    const { desk, host } = await start();
    host.refuse.set("conversation.join", { code: "hub.busy", message: "The hub is busy." });
    await desk.next();
    expect(desk.toasts.shown.map(({ text }) => text)).toEqual(["The hub is busy."]);
    expect(desk.conversation?.id).toBe("order");
  });
});

describe("a call that is joined", () => {
  it("is followed by the list", async () => {
    const { desk } = await start();
    desk.goInto("help");
    await vi.waitFor(() => expect(desk.list.rows.length).toBe(2));
    await user.keyboard("n");
    await vi.waitFor(() => expect(desk).toMatchObject({ conversation: { id: "order" }, list: { section: "my", cursor: "order" } }));
  });

  it("still waits, in the row and in the header", async () => {
    const { desk } = await start();
    await select(desk, "number");
    expect(screen.getByText("You joined, no reply")).toBeTruthy();
    const row = desk.list.rows.find((one) => one?.id === "number") ?? expect.fail("it is mine");
    render(Row, { row, at: 0, total: 1, me: "maya", on: false, cursor: false, several: { channel: false }, open: () => undefined });
    expect(screen.getAllByRole("option").at(-1)?.textContent).toMatch(/joined, no reply\s+9:1\d/);
    desk.conversation?.composer.write("Hello");
    await desk.conversation?.composer.send(false);
    await vi.waitFor(() => expect(screen.queryByText("You joined, no reply")).toBeNull());
  });

  it.each([
    ["person", "Waits for a person 9:12"],
    ["joined", "Priya Nair joined, no reply 9:12"],
    ["reply", "Priya Nair answers next · waiting 9:12"],
  ] as const)("stands for supervisors as %s", (awaited, text) => {
    const now = Date.parse("2026-05-12T14:12:12Z");
    const { view } = structuredClone(fakeHost("", now).samples.find((sample) => sample.view.row.id === "aiko")) ?? { view: null };
    if (!view) throw new Error("there is no Aiko");
    const since = "2026-05-12T14:03:00Z";
    Object.assign(view.row, { wait: { since, awaited }, due: null });
    if (awaited === "person") Object.assign(view, { people: [], row: { ...view.row, engaged: [], help: { call: "c", reason: "r", by: { kind: "logic" }, since } } });
    const said = standing(view, "sara", now);
    expect(said.text + said.wait).toBe(text);
    render(Row, { row: view.row, at: 0, total: 1, me: "sara", on: false, cursor: false, several: { channel: false }, open: () => undefined });
    expect(screen.getByTestId("row").textContent).toMatch(/(joined, no reply|waiting)/);
  });
});

describe("help that is not needed", () => {
  async function dialog(id: string): Promise<{ desk: Desk; host: FakeHost; box: HTMLElement }> {
    const { desk, host } = await start();
    await select(desk, id);
    desk.overlay = "helpNotNeeded";
    return { desk, host, box: await screen.findByRole("dialog", { name: "Help not needed" }) };
  }

  it("is no button for those who only look on, and never one click", async () => {
    const { desk, host } = await start();
    await select(desk, "order");
    expect(screen.queryByRole("button", { name: /Help not needed/ })).toBeNull();
    await user.click(screen.getByRole("button", { name: "More actions" }));
    await user.click(await screen.findByRole("menuitem", { name: "Help not needed" }));
    await screen.findByRole("dialog", { name: "Help not needed" });
    expect(calls(host, "conversation.helpNotNeeded")).toEqual([]);
  });

  it("asks who goes on and why, and can be undone", async () => {
    const { desk, host, box } = await dialog("order");
    expect(within(box).getAllByRole("radio").map((radio) => (radio as HTMLInputElement).value)).toEqual(["logic", "nobody"]);
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(calls(host, "conversation.helpNotNeeded"), "without a reason").toEqual([]);
    await user.type(within(box).getByRole("textbox", { name: "Reason" }), "It was a test");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await vi.waitFor(() => expect(calls(host, "conversation.helpNotNeeded")).toEqual([{ id: "order", goesOn: "logic", reason: "It was a test", seen: 5 }]));
    await vi.waitFor(() => expect(desk.conversation?.view?.row.help).toBeNull());
    expect(offers(desk).some(({ label }) => label === "Undo: help not needed")).toBe(true);
    await user.click(await screen.findByRole("button", { name: "Undo" }));
    await vi.waitFor(() => expect(desk.conversation?.view?.row).toMatchObject({ help: { call: "call-order" }, wait: { awaited: "person" } }));
    expect(desk.calls.undoable).toBeNull();
  });

  it("names the people who go on", async () => {
    const { desk } = await start();
    await desk.act("conversation.askForHelp", { id: "carmen", text: "Fares" });
    await select(desk, "carmen");
    desk.overlay = "helpNotNeeded";
    expect((await screen.findByRole("dialog", { name: "Help not needed" })).textContent).toContain("You and Aerolinx go on");
  });

  it("says so when it was taken or dismissed meanwhile", async () => {
    const { box } = await dialog("alone-4");
    expect(box.textContent).toContain("does not need help any more");
    expect(within(box).getByRole<HTMLButtonElement>("button", { name: "Dismiss the call" }).disabled).toBe(true);
  });
});

describe("after my part in a conversation", () => {
  const MINE = ["carmen", "jonas", "number", "aiko"];

  it.each([
    ["complete", "e{Control>}{Enter}{/Control}"],
    ["leave", "l{Control>}{Enter}{/Control}"],
  ])("%s, the next of mine opens, with the focus in the list", async (act, keys) => {
    const { desk, host } = await start();
    await select(desk, "jonas");
    await user.keyboard(keys);
    await vi.waitFor(() => expect(calls(host, `conversation.${act}`)).toHaveLength(1));
    await vi.waitFor(() => expect(desk).toMatchObject({ conversation: { id: "carmen" }, list: { section: "my", cursor: "carmen" } }));
    await vi.waitFor(() => expect(at()).toBe("list"));
  });

  it("no other opens if I do not want it, and the list shows where it went", async () => {
    const { desk, host } = await start();
    await desk.settings.choose({ openNext: false });
    await vi.waitFor(() => expect(desk.app?.settings.openNext).toBe(false));
    await select(desk, "jonas");
    await user.keyboard("l{Control>}{Enter}{/Control}");
    await vi.waitFor(() => expect(calls(host, "conversation.leave")).toHaveLength(1));
    await vi.waitFor(() => expect(desk.list).toMatchObject({ section: "left", cursor: "jonas" }));
    expect(desk.conversation?.id).toBe("jonas");
  });

  it("nothing opens when none is left, and Help Needed is one step away", async () => {
    const { desk, host } = await start();
    host.samples.splice(0, host.samples.length, ...host.samples.filter(({ view }) => !MINE.includes(view.row.id) || view.row.id === "jonas"));
    await select(desk, "jonas");
    await user.keyboard("e{Control>}{Enter}{/Control}");
    expect(await screen.findByRole("heading", { name: "You have no conversations" })).toBeTruthy();
    await user.click(within(screen.getByRole("main")).getByRole("button", { name: "Help Needed" }));
    await vi.waitFor(() => expect(desk.list.section).toBe("help"));
  });

  it("another one that I opened meanwhile stays", async () => {
    const { desk } = await start();
    await select(desk, "jonas");
    const going = desk.goOn("jonas");
    desk.show("number");
    await going;
    expect(desk.conversation?.id).toBe("number");
  });
});

describe("reopening", () => {
  it("is what it says: the conversation is mine and in progress", async () => {
    const { desk, host } = await start();
    await select(desk, "left");
    await user.click(screen.getByRole("button", { name: "Reopen" }));
    await vi.waitFor(() => expect(calls(host, "conversation.join")).toEqual([{ id: "left" }]));
    await vi.waitFor(() => expect(desk.conversation?.view?.row).toMatchObject({ inProgress: true }));
    await vi.waitFor(() => expect(at()).toBe("message"));
  });
});

describe("signing out with customers", () => {
  it("offers to ask for help, to leave, or to keep them", async () => {
    const { desk, host } = await start();
    await desk.signOut();
    const box = await screen.findByRole("dialog", { name: "Sign out?" });
    expect(box.textContent).toContain("3 customers are with you: Carmen Menzel, Jonas Keller, +44 7700 900142");
    expect(box.textContent).toContain("1 draft stays on this machine until you sign in here again");
    expect(document.activeElement?.textContent).toBe("Stay signed in");
    expect(within(box).getAllByRole<HTMLInputElement>("radio").map(({ value, checked }) => [value, checked])).toEqual([["ask_for_help", true], ["leave", false], ["stay", false]]);
    await user.click(within(box).getByRole("radio", { name: /Leave/ }));
    await user.click(within(box).getByRole("button", { name: "Sign out" }));
    await vi.waitFor(() => expect(calls(host, "session.signOut")).toEqual([{ customers: "leave" }]));
  });

  it("promises nothing while no one can be told", async () => {
    const { desk, host } = await start("offline");
    await desk.signOut();
    const box = await screen.findByRole("dialog", { name: "Sign out?" });
    expect(within(box).getAllByRole<HTMLInputElement>("radio").map(({ disabled }) => disabled)).toEqual([true, true, false]);
    expect(box.textContent).toContain("You are offline");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await vi.waitFor(() => expect(calls(host, "session.signOut")).toEqual([{ customers: "stay" }]));
  });

  it("stays signed in if one could not be left, and says who", async () => {
    const { desk, host } = await start();
    host.refuse.set("session.signOut", { code: "session.customers", message: "You are still signed in. Not left: Jonas Keller (no answer)." });
    await desk.signOut();
    const box = await screen.findByRole("dialog", { name: "Sign out?" });
    await user.click(within(box).getByRole("button", { name: "Sign out" }));
    expect(await within(box).findByText(/Not left: Jonas Keller/)).toBeTruthy();
    expect(desk.app?.me).not.toBeNull();
  });
});
