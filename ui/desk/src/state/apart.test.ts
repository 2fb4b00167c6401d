// A conversation in a window of its own, beside the main one: two desks on one core.
import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import App from "../App.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "./desk.svelte";
import { offers } from "./palette";

vi.mock("svelte/transition", () => ({ fly: () => ({ duration: 0 }) }));

const user = userEvent.setup();
const at = (): string => document.activeElement?.getAttribute("data-focus") ?? document.activeElement?.tagName ?? "";
const field = (): HTMLTextAreaElement => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
const calls = (host: FakeHost, name: string): unknown[] => host.calls.filter((call) => call.name === name).map(({ request }) => request);

afterEach(() => document.body.replaceChildren());

async function main(host: FakeHost): Promise<Desk> {
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(0));
  return desk;
}

async function select(desk: Desk, id: string): Promise<void> {
  desk.show(id);
  await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
  await tick();
}

/** The window that the shell opens for a conversation. */
async function apart(host: FakeHost, id: string): Promise<Desk> {
  if (!calls(host, "window.popOut").length) await host.rpc("window.popOut", { id });
  const desk = new Desk(host, id);
  render(App, { desk });
  await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
  await vi.waitFor(() => expect(at()).toBe("message"));
  return desk;
}

describe("the main window", () => {
  it("opens a conversation in its own window, from the list and from the message field, with what was typed", async () => {
    const host = fakeHost();
    const desk = await main(host);
    await select(desk, "carmen");
    await user.keyboard("{Shift>}{Enter}{/Shift}");
    await vi.waitFor(() => expect(calls(host, "window.popOut")).toEqual([{ id: "carmen" }]));
    await select(desk, "jonas");
    field().focus();
    await user.keyboard("As promised");
    await user.keyboard("{Control>}{Shift>}O{/Shift}{/Control}");
    await vi.waitFor(() => expect(calls(host, "window.popOut")).toEqual([{ id: "carmen" }, { id: "jonas" }]));
    expect(host.calls.findIndex(({ name }) => name === "conversation.draft")).toBeLessThan(host.calls.findLastIndex(({ name }) => name === "window.popOut"));
  });

  it("finds it by other words, in the commands and behind the dots", async () => {
    const desk = await main(fakeHost());
    await select(desk, "carmen");
    for (const word of ["window", "second screen", "pop out"]) {
      const found = offers(desk).filter(({ label, also }) => word.split(" ").every((part) => `${label} ${also}`.toLowerCase().includes(part)));
      expect(found.map(({ label }) => label), word).toContain("Open in its own window");
    }
    await user.click(screen.getByRole("button", { name: "More actions" }));
    await screen.findByRole("menuitem", { name: /Open in its own window/ });
  });

  it("has no second field for it, and shows the other window or brings the conversation back", async () => {
    const host = fakeHost();
    const desk = await main(host);
    await select(desk, "carmen");
    await user.keyboard("{Shift>}{Enter}{/Shift}");
    const bar = await screen.findByTestId("elsewhere");
    expect(screen.queryByRole("textbox", { name: "Message" })).toBeNull();
    // Until the other window is there, what is typed is nobody's; back here, neither words nor "reply" go anywhere but there.
    await user.keyboard("Nice to hear from you");
    expect(calls(host, "conversation.join")).toEqual([]);
    expect(calls(host, "window.popOut")).toHaveLength(1);
    window.dispatchEvent(new Event("focus"));
    await vi.waitFor(() => expect(at()).toBe("list"));
    await user.keyboard("rNice to hear from you");
    expect(calls(host, "conversation.join")).toEqual([]);
    await vi.waitFor(() => expect(calls(host, "window.popOut")).toHaveLength(2));
    await user.click(within(bar).getByRole("button", { name: "Show it" }));
    await vi.waitFor(() => expect(calls(host, "window.popOut")).toHaveLength(3));
    await user.click(within(bar).getByRole("button", { name: "Bring it here" }));
    await vi.waitFor(() => expect(document.activeElement).toBe(field()));
    expect(field().value).toBe("Good news, Carmen: ");
  });

  it("says that there are too many", async () => {
    const host = fakeHost();
    const desk = await main(host);
    host.refuse.set("window.popOut", { code: "window.too_many", message: "8 conversations have their own window already. Close one of them first." });
    await select(desk, "carmen");
    await user.keyboard("{Shift>}{Enter}{/Shift}");
    await screen.findByText("8 conversations have their own window already. Close one of them first.");
  });

  it("leaves a notification's press to the conversation's own window", async () => {
    const host = fakeHost();
    const desk = await main(host);
    await select(desk, "jonas");
    await host.rpc("window.popOut", { id: "carmen" });
    await vi.waitFor(() => expect(desk.windows.isElsewhere("carmen")).toBe(true));
    host.tell({ type: "open", id: "carmen", section: "my", key: null });
    host.tell({ type: "open", id: "aiko", section: null, key: null });
    await vi.waitFor(() => expect(desk.conversation?.id).toBe("aiko"));
    expect(calls(host, "conversation.open")).not.toContainEqual({ id: "carmen" });
  });
});

describe("a conversation's own window", () => {
  it("shows this conversation alone, with the focus in its field, and says for whom it looks", async () => {
    const host = fakeHost();
    const desk = await apart(host, "carmen");
    expect(screen.getByRole("heading", { level: 1 }).textContent).toBe("Carmen Menzel");
    expect(document.title).toBe("Carmen Menzel");
    expect(screen.queryByRole("navigation")).toBeNull();
    expect(field().value).toBe("Good news, Carmen: ");
    desk.attention.here = true;
    await vi.waitFor(() => expect(calls(host, "window.looking").at(-1)).toEqual({ id: "carmen", window: "carmen" }));
  });

  it("writes the same draft as the main window", async () => {
    const host = fakeHost();
    const both = await main(host);
    await select(both, "carmen");
    await both.windows.popOut("carmen");
    await vi.waitFor(() => expect(both.writes).toBe(false));
    const desk = await apart(host, "carmen");
    await user.keyboard("see you there");
    expect(desk.conversation?.composer.text).toBe("Good news, Carmen: see you there");
    await desk.windows.close();
    await vi.waitFor(() => expect(both.writes).toBe(true));
    await vi.waitFor(() => expect(both.conversation?.composer.text).toBe("Good news, Carmen: see you there"));
  });

  it("keeps what was typed last when it is closed from outside", async () => {
    const host = fakeHost();
    await apart(host, "carmen");
    await user.keyboard("at noon");
    await host.rpc("window.bringBack", { id: "carmen" });
    await vi.waitFor(() => expect(calls(host, "conversation.draft").at(-1)).toMatchObject({ text: "Good news, Carmen: at noon" }));
  });

  it("has the same keys: Esc leads to the name, where letters act on it, and Enter back into the field", async () => {
    const host = fakeHost();
    const desk = await apart(host, "carmen");
    await user.keyboard("hello{Escape}");
    await vi.waitFor(() => expect(at()).toBe("list"));
    expect(desk.conversation?.composer.text).toBe("Good news, Carmen: hello");
    await user.keyboard("g");
    expect(desk.overlay).toBe("tags");
    desk.overlay = null;
    await tick();
    desk.focus.list();
    await tick();
    await user.keyboard("{Enter}");
    await vi.waitFor(() => expect(at()).toBe("message"));
  });

  it("does nothing to another customer: it leads to the main window", async () => {
    const host = fakeHost();
    const desk = await apart(host, "carmen");
    await user.keyboard("{Alt>}2{/Alt}");
    desk.show("jonas");
    await vi.waitFor(() => expect(calls(host, "window.want")).toEqual([{ section: "help" }, { id: "jonas" }]));
    await user.keyboard("{Escape}n");
    await screen.findByText("The list is in the main window.");
    expect(calls(host, "conversation.join")).toEqual([]);
    await desk.goOn("carmen");
    expect(desk.conversation?.id).toBe("carmen");
  });

  it("stays on top, and closes, with a key", async () => {
    const host = fakeHost();
    const desk = await apart(host, "carmen");
    await user.keyboard("{Control>}{Shift>}T{/Shift}{/Control}");
    await vi.waitFor(() => expect(desk.windows.onTop).toBe(true));
    expect(screen.getByRole("button", { name: "Keep on top" }).getAttribute("aria-pressed")).toBe("true");
    await user.click(screen.getByRole("button", { name: "Keep on top" }));
    await vi.waitFor(() => expect(desk.windows.onTop).toBe(false));
    await user.keyboard("{Control>}w{/Control}");
    await vi.waitFor(() => expect(calls(host, "window.bringBack")).toEqual([{ id: "carmen" }]));
  });

  it("counts in its title what was not seen", async () => {
    const host = fakeHost();
    const desk = await apart(host, "carmen");
    // What was there is seen.
    await vi.waitFor(() => expect(calls(host, "conversation.seen")).toHaveLength(1));
    desk.attention.here = false;
    await host.rpc("window.want", {});
    const sample = host.samples.find(({ view }) => view.row.id === "carmen");
    if (sample) sample.view.row.unread = true;
    for (const text of ["Hello?", "Are you there?"]) host.add("carmen", { by: { kind: "customer", name: "Carmen Menzel" } as never, body: { type: "text", turn: text, text, silent: false } });
    await vi.waitFor(() => expect(document.title).toBe("(2) Carmen Menzel"));
  });

  it("says that the conversation is over, and offers to close", async () => {
    const host = fakeHost();
    await apart(host, "jonas");
    await host.rpc("conversation.complete", { id: "jonas", text: "Paid back." });
    const over = await screen.findByTestId("over");
    expect(over.textContent).toContain("This conversation is completed.");
    await user.click(within(over).getByRole("button", { name: /Close this window/ }));
    await vi.waitFor(() => expect(calls(host, "window.bringBack")).toEqual([{ id: "jonas" }]));
  });

  it("says that it cannot be read any more, and shows nothing of it but the agent's own words", async () => {
    const host = fakeHost();
    await apart(host, "jonas");
    await user.keyboard("One moment");
    host.refuse.set("conversation.open", { code: "conversation.unknown", message: "This conversation does not exist, or you may not see it." });
    host.tell({ type: "conversation", id: "jonas" });
    expect((await screen.findByTestId("over")).textContent).toContain("You cannot read this conversation any more.");
    expect(screen.queryByTestId("transcript")).toBeNull();
    expect(screen.queryByRole("button", { name: /^(Join|Send)/ })).toBeNull();
    expect(screen.getByText("One moment")).toBeTruthy();
  });

  it("comes to the front with the focus in its field, and does what its notification asks", async () => {
    const host = fakeHost();
    const desk = await apart(host, "carmen");
    desk.focus.list();
    await vi.waitFor(() => expect(at()).toBe("list"));
    host.tell({ type: "raise", id: "carmen" });
    await vi.waitFor(() => expect(at()).toBe("message"));
    desk.focus.list();
    await vi.waitFor(() => expect(at()).toBe("list"));
    host.tell({ type: "open", id: "carmen", section: "my", key: null });
    await vi.waitFor(() => expect(at()).toBe("message"));
  });
});
