// What was just sent can be taken back: from wherever one is, into the field of the conversation it was meant for.
import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import App from "../App.svelte";
import EntryLine from "../conversation/EntryLine.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { DESK, Desk } from "./desk.svelte";
import { offers } from "./palette";

vi.mock("svelte/transition", () => ({ fly: () => ({ duration: 0 }) }));

const user = userEvent.setup();
const field = (name = "Message"): HTMLTextAreaElement => screen.getByRole<HTMLTextAreaElement>("textbox", { name });
const calls = (host: FakeHost, name: string): unknown[] => host.calls.filter((call) => call.name === name).map(({ request }) => request);
const drafted = (host: FakeHost, id: string): string => host.samples.find(({ view }) => view.row.id === id)?.view.drafts.reply ?? expect.fail(id);

async function start(scene = "undo"): Promise<{ desk: Desk; host: FakeHost }> {
  const host = fakeHost(scene);
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(0));
  return { desk, host };
}

async function open(desk: Desk, id: string): Promise<void> {
  desk.show(id);
  await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
  await tick();
}

/** Sends it, and waits until the desk shows it as held back. */
async function send(desk: Desk, words: string, how = "{Enter}"): Promise<void> {
  field().focus();
  await user.keyboard(`${words}${how}`);
  await vi.waitFor(() => expect(field().value).toBe(""));
  await vi.waitFor(() => expect(desk.app?.figures.held).toBe(1));
}

/** Its bubble; the transcript itself has no height here. */
function bubble(desk: Desk): HTMLElement {
  const entry = desk.conversation?.journey.entries.at(-1) ?? expect.fail("nothing was sent");
  const props = { entry, before: null, after: null, customer: "Jonas Keller", me: "maya", details: vi.fn(), cancel: () => void desk.takeBack(entry.command ?? undefined), retry: null };
  const { container } = render(EntryLine, { props, context: new Map([[DESK, desk]]) });
  return within(container).getByTestId("entry");
}

describe("a message that was just sent", () => {
  it("says how long it can be taken back, and to screen readers once", async () => {
    const { desk } = await start();
    await open(desk, "jonas");
    await send(desk, "It is on its way.");
    const sent = bubble(desk);
    expect(sent.textContent).toContain("It is on its way.");
    expect(within(sent).getByText(/^Sending in \d+ s$/).getAttribute("aria-hidden")).toBe("true");
    expect(within(sent).getByRole("button", { name: "Undo send" })).toBeTruthy();
    const said = screen.getByText("Sending in 20 seconds. Ctrl Z takes it back.");
    expect(said.getAttribute("aria-live")).toBe("polite");
    expect(screen.queryByRole("button", { name: /unsent/ })).toBeNull();
  });

  it("comes back with Ctrl Z in the empty field", async () => {
    const { desk, host } = await start();
    await open(desk, "jonas");
    await send(desk, "Too hasty");
    await user.keyboard("{Control>}z{/Control}");
    await vi.waitFor(() => expect(field().value).toBe("Too hasty"));
    expect(document.activeElement).toBe(field());
    expect(drafted(host, "jonas")).toBe("Too hasty");
    expect(screen.queryByRole("button", { name: "Undo send" })).toBeNull();
  });

  it("comes back although the core has not taken it yet when Ctrl Z is pressed", async () => {
    const { desk, host } = await start();
    await open(desk, "jonas");
    const ask = host.rpc.bind(host);
    let release = (): void => undefined;
    const released = new Promise<void>((done) => (release = done));
    vi.spyOn(host, "rpc").mockImplementation(async (name, request) => {
      if (name === "conversation.send") await released;
      return ask(name, request);
    });
    field().focus();
    await user.keyboard("Too fast{Enter}");
    await open(desk, "carmen");
    (document.activeElement as HTMLElement).blur();
    await user.keyboard("{Control>}z{/Control}");
    expect(calls(host, "outbox.takeBack"), "it waits for the core").toEqual([]);
    release();
    await vi.waitFor(() => expect(desk.conversation?.id).toBe("jonas"));
    await vi.waitFor(() => expect(field().value).toBe("Too fast"));
    expect(desk.app?.figures.held).toBe(0);
  });

  it("comes back into its own conversation when another is open by then", async () => {
    const { desk, host } = await start();
    await open(desk, "jonas");
    await send(desk, "For Jonas");
    await open(desk, "carmen");
    (document.activeElement as HTMLElement).blur();
    await user.keyboard("{Control>}z{/Control}");
    await vi.waitFor(() => expect(desk.conversation?.id).toBe("jonas"));
    await vi.waitFor(() => expect(field().value).toBe("For Jonas"));
    expect(drafted(host, "carmen")).toBe("Good news, Carmen: ");
  });

  it("stays while a field has words of its own to undo", async () => {
    const { desk, host } = await start();
    await open(desk, "jonas");
    await send(desk, "First");
    await user.keyboard("Second");
    await user.keyboard("{Control>}z{/Control}");
    await tick();
    expect(calls(host, "outbox.takeBack")).toEqual([]);
  });

  it("comes back as a note if it was one", async () => {
    const { desk } = await start();
    await open(desk, "jonas");
    await user.click(screen.getByRole("button", { name: "Note" }));
    await user.keyboard("Call the bank{Enter}");
    await vi.waitFor(() => expect(desk.app?.figures.held).toBe(1));
    desk.write("reply");
    await tick();
    await user.keyboard("{Control>}z{/Control}");
    await vi.waitFor(() => expect(field("Note").value).toBe("Call the bank"));
  });

  it("comes back by the button beside it, and by the palette", async () => {
    const { desk } = await start();
    await open(desk, "jonas");
    await send(desk, "One");
    await user.click(within(bubble(desk)).getByRole("button", { name: "Undo send" }));
    await vi.waitFor(() => expect(field().value).toBe("One"));
    await user.clear(field());
    await send(desk, "Two");
    offers(desk).find(({ label }) => label === "Take back what was just sent")?.run();
    await vi.waitFor(() => expect(field().value).toBe("Two"));
  });

  it("is undone in turn with a dismissal, the later one first, and each says its key", async () => {
    const { desk, host } = await start();
    await open(desk, "jonas");
    await send(desk, "One");
    expect(within(bubble(desk)).getByRole("button", { name: "Undo send" }).textContent).toMatch(/^Undo( send)?\s*Ctrl Z$/);
    await desk.act("conversation.helpNotNeeded", { id: "order", goesOn: "logic", reason: "It was a test" });
    desk.calls.dismissed({ id: "order", name: "Luís Carvalho" }, "logic");
    expect((await screen.findByRole("button", { name: "Undo" })).textContent).toMatch(/^Undo( send)?\s*Ctrl Z$/);
    expect(offers(desk).filter(({ key }) => key === "Ctrl Z").map(({ label }) => label)).toEqual(["Undo: help not needed"]);
    await user.keyboard("{Control>}z{/Control}");
    await vi.waitFor(() => expect(calls(host, "conversation.restoreHelp")).toEqual([{ id: "order" }]));
    expect(screen.queryByRole("button", { name: "Undo" }), "its message is gone").toBeNull();
    expect(calls(host, "outbox.takeBack")).toEqual([]);
    await vi.waitFor(() => expect(desk.undoable).toBe("turn"));
    (document.activeElement as HTMLElement).blur();
    await user.keyboard("{Control>}z{/Control}");
    await vi.waitFor(() => expect(field().value).toBe("One"));
    expect(desk.undoable).toBeNull();
  });

  it("goes at once with Ctrl Enter", async () => {
    const { desk, host } = await start();
    await open(desk, "jonas");
    field().focus();
    await user.keyboard("Right now{Control>}{Enter}{/Control}");
    await vi.waitFor(() => expect(calls(host, "conversation.send")).toMatchObject([{ text: "Right now", anyway: false, now: true }]));
    await vi.waitFor(() => expect(field().value).toBe(""));
    expect(screen.queryByRole("button", { name: "Undo send" })).toBeNull();
  });

  it("offline comes back as long as it waits", async () => {
    const { desk } = await start("offline");
    await open(desk, "jonas");
    (document.activeElement as HTMLElement).blur();
    await user.keyboard("{Control>}z{/Control}");
    await vi.waitFor(() => expect(field("Note").value).toBe("Call the bank if it is not there on Friday."));
  });

  it("can be undone for as long as the agent chooses", async () => {
    const { desk, host } = await start();
    desk.openSettings("sending", "undo");
    const seconds = await screen.findByRole("spinbutton", { name: /Undo send/ });
    await user.clear(seconds);
    await user.type(seconds, "9{Enter}");
    seconds.blur();
    await vi.waitFor(() => expect(calls(host, "settings.set").at(-1)).toMatchObject({ undoS: 9 }));
    const before = calls(host, "settings.set").length;
    await user.clear(seconds);
    await user.type(seconds, "21");
    seconds.blur();
    expect(calls(host, "settings.set").length).toBe(before);
  });
});
