// What ends later than it was begun belongs to its own customer, whichever conversation is open by then.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import App from "../App.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "./desk.svelte";
import { painted } from "./painted";

vi.mock("svelte/transition", () => ({ fly: () => ({ duration: 0 }) }));

const user = userEvent.setup();
const field = (): HTMLTextAreaElement => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
const calls = (host: FakeHost, name: string): unknown[] => host.calls.filter((call) => call.name === name).map(({ request }) => request);

/** With this conversation open. */
async function start(id: string): Promise<{ desk: Desk; host: FakeHost }> {
  const host = fakeHost("");
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(0));
  await select(desk, id);
  return { desk, host };
}

async function select(desk: Desk, id: string): Promise<void> {
  desk.focus.acted();
  desk.show(id);
  await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
  await tick();
}

/** Answers that come when they are let. */
function held(host: FakeHost, name: string): () => void {
  let come = (): void => undefined;
  const answered = new Promise<void>((done) => (come = done));
  const { rpc } = host;
  host.rpc = (async (...asked: Parameters<typeof rpc>) => {
    if (asked[0] === name) await answered;
    return rpc.apply(host, asked);
  }) as typeof rpc;
  return come;
}

describe("a quick reply that comes late", () => {
  it("stands in its own conversation's draft, and Enter sends no other", async () => {
    const { desk, host } = await start("carmen");
    const come = held(host, "library.insert");
    field().focus();
    await user.keyboard("{Control>}/{/Control}");
    await screen.findByRole("listbox", { name: "Quick replies and questions" });
    await user.keyboard("working");
    await user.keyboard("{Enter}");
    await vi.waitFor(() => expect(field().value).toBe("Good news, Carmen: "));
    const carmen = desk.conversation?.composer;
    await select(desk, "jonas");
    field().focus();
    await user.keyboard("Hello Jonas");
    come();
    await vi.waitFor(() => expect(carmen?.text).toBe("Good news, Carmen: I'm working on it and will be right back with you."));
    expect(field().value).toBe("Hello Jonas");
    expect(calls(host, "conversation.send")).toEqual([]);
  });
});

describe("a dialog", () => {
  it("stays with the customer for whom it was opened", async () => {
    const { desk, host } = await start("jonas");
    desk.overlay = "tags";
    await screen.findByRole("dialog", { name: "Tags of Jonas Keller" });
    await vi.waitFor(() => expect(calls(host, "tags.list")).toHaveLength(1));
    desk.show("carmen");
    await vi.waitFor(() => expect(desk.conversation).toMatchObject({ id: "carmen", loaded: true }));
    await user.keyboard("fragile{Enter}");
    await vi.waitFor(() => expect(calls(host, "conversation.tag")).toEqual([{ id: "jonas", add: ["fragile"], remove: [] }]));
  });
});

describe("letters typed while another conversation is looked for", () => {
  it("by Alt ↓ reach neither the one that is left nor in part the one that comes", async () => {
    const { desk, host } = await start("carmen");
    field().focus();
    const come = held(host, "conversations.list");
    await user.keyboard("{Alt>}{ArrowDown}{/Alt}Hello{Enter}");
    expect(desk.conversation?.composer.text).toBe("Good news, Carmen: ");
    expect(calls(host, "conversation.send")).toEqual([]);
    come();
    await vi.waitFor(() => expect(desk.conversation?.id).toBe("jonas"));
    await vi.waitFor(() => expect(document.activeElement).toBe(field()));
    await new Promise((done) => setTimeout(done, 400));
    await user.keyboard("there");
    expect(desk.conversation?.composer.text).toBe("");
    expect(screen.getByText(/Press Tab to write here/)).toBeTruthy();
    await user.keyboard("{Tab}Hi");
    expect(desk.conversation?.composer.text).toBe("Hi");
  });

  it("and not found cost the next conversation nothing", async () => {
    const { desk, host } = await start("carmen");
    host.refuse.set("conversations.list", { code: "internal", message: "The list cannot be read." });
    field().focus();
    const come = held(host, "conversations.list");
    await user.keyboard("{Alt>}{ArrowDown}{/Alt}H");
    come();
    await screen.findByText("The list cannot be read.");
    await select(desk, "jonas");
    field().focus();
    await user.keyboard("Hello");
    expect(desk.conversation?.composer.text).toBe("Hello");
  });

  it("after the last one's end are no commands for the next", async () => {
    const { desk, host } = await start("jonas");
    desk.focus.list();
    await tick();
    const come = held(host, "conversations.list");
    await user.keyboard("e{Control>}{Enter}{/Control}");
    await vi.waitFor(() => expect(calls(host, "conversation.complete")).toHaveLength(1));
    await vi.waitFor(() => expect(desk.overlay).toBeNull());
    await user.keyboard("lo");
    expect(desk.overlay).toBeNull();
    come();
    await vi.waitFor(() => expect(desk.conversation?.id).toBe("carmen"));
    expect(desk.overlay).toBeNull();
  });
});

describe("letters typed right after a conversation came late", () => {
  let now = 0;

  beforeEach(() => {
    now = 1_000;
    vi.spyOn(performance, "now").mockImplementation(() => now);
  });

  it("are nobody's, with the rest of the word, until Tab", async () => {
    const { desk, host } = await start("carmen");
    field().focus();
    const come = held(host, "conversations.list");
    await user.keyboard("{Alt>}{ArrowDown}{/Alt}");
    now += 150;
    come();
    await vi.waitFor(() => expect(desk.conversation?.id).toBe("jonas"));
    await vi.waitFor(() => expect(document.activeElement).toBe(field()));
    now += 250;
    await user.keyboard("H");
    now += 1_000;
    await user.keyboard("ello{Enter}");
    expect(desk.conversation?.composer.text).toBe("");
    expect(calls(host, "conversation.send")).toEqual([]);
    expect(screen.getByText(/Press Tab to write here/)).toBeTruthy();
    await user.keyboard("{Tab}Hi");
    expect(desk.conversation?.composer.text).toBe("Hi");
  });

  it("are nobody's after a notification's conversation has come, nor is what is dictated then", async () => {
    const { desk, host } = await start("carmen");
    desk.focus.list();
    await tick();
    now += 5_000;
    host.tell({ type: "open", id: "jonas", section: null, key: null });
    await vi.waitFor(() => expect(document.activeElement).toBe(field()));
    expect(desk.conversation?.id).toBe("jonas");
    const dictated = new InputEvent("beforeinput", { bubbles: true, cancelable: true, inputType: "insertText", data: "Hello" });
    field().dispatchEvent(dictated);
    expect(dictated.defaultPrevented).toBe(true);
    expect(document.activeElement).toBe(document.body);
    now += 5_000;
    const goesOn = new InputEvent("beforeinput", { bubbles: true, cancelable: true, inputType: "insertText", data: " there" });
    field().dispatchEvent(goesOn);
    expect(goesOn.defaultPrevented, "its field has no focus").toBe(true);
  });

  it("are the new one's if it came with the key, and a moment after it came at once", async () => {
    const { desk, host } = await start("carmen");
    field().focus();
    const come = held(host, "conversations.list");
    await user.keyboard("{Alt>}{ArrowDown}{/Alt}");
    now += 30;
    come();
    await vi.waitFor(() => expect(document.activeElement).toBe(field()));
    await vi.waitFor(() => expect(desk.conversation?.id).toBe("jonas"));
    await new Promise<void>(painted);
    now += 110;
    await user.keyboard("Hi");
    expect(desk.conversation?.composer.text).toBe("Hi");
  });
});

describe("a note of somebody who is not engaged", () => {
  const note = (): HTMLTextAreaElement | null => screen.queryByRole<HTMLTextAreaElement>("textbox", { name: "Note" });

  it("closes with the key that sends it, not in the middle of what is typed next", async () => {
    const { desk, host } = await start("aiko");
    desk.focus.list();
    await tick();
    await user.keyboard("m");
    await vi.waitFor(() => expect(document.activeElement).toBe(note()));
    const come = held(host, "conversation.note");
    await user.keyboard("Calls every week{Enter}");
    expect(note()).toBeNull();
    expect(document.activeElement?.closest("[data-focus=list]")).not.toBeNull();
    come();
    await vi.waitFor(() => expect(calls(host, "conversation.note")).toEqual([{ id: "aiko", text: "Calls every week" }]));
  });

  it("is there again if it was not taken, and takes no focus", async () => {
    const { desk, host } = await start("aiko");
    desk.focus.list();
    await tick();
    await user.keyboard("m");
    await vi.waitFor(() => expect(document.activeElement).toBe(note()));
    host.refuse.set("conversation.note", { code: "internal", message: "The disk is full." });
    await user.keyboard("Calls every week{Enter}");
    await vi.waitFor(() => expect(note()?.value).toBe("Calls every week"));
    expect(screen.getAllByRole("alert").map(({ textContent }) => textContent)).toContain("Not sent. The disk is full.");
    expect(document.activeElement?.closest("[data-focus=list]")).not.toBeNull();
  });
});
