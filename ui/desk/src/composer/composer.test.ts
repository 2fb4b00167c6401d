// Maya writes to Carmen.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import Composer from "./Composer.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { OpenConversation } from "../state/conversation.svelte";
import { Desk } from "../state/desk.svelte";

let host: FakeHost;
let open: OpenConversation;
const user = userEvent.setup();
const field = (): HTMLTextAreaElement => screen.getByRole("textbox");
const sent = (name: string): unknown[] => host.calls.filter((call) => call.name === name).map((call) => call.request);

async function compose(id = "carmen"): Promise<void> {
  host = fakeHost();
  const desk = new Desk(host);
  open = new OpenConversation(host, id);
  await open.refresh();
  if (!open.view) throw new Error("no view");
  open.shown.note(open.newest(), 0);
  render(Composer, { desk, view: open.view, composer: open.composer, offline: false, leave: null });
}

describe("the composer", () => {
  beforeEach(() => compose());

  it("continues the draft that the core kept", () => {
    expect(field().value).toBe("Good news, Carmen: ");
  });

  it("sends with Enter, against what was on screen, and frees the field", async () => {
    await user.type(field(), "Friday it is.{Enter}");
    await vi.waitFor(() => expect(field().value).toBe(""));
    expect(sent("conversation.send")).toEqual([
      { id: "carmen", text: "Good news, Carmen: Friday it is.", writtenAgainst: 14, anyway: false },
    ]);
  });

  it("makes a new line with Shift Enter and sends nothing", async () => {
    await user.type(field(), "one{Shift>}{Enter}{/Shift}two");
    expect(field().value).toContain("one\ntwo");
    expect(sent("conversation.send")).toEqual([]);
  });

  it("sends nothing with the Enter that ends a composition, whatever the engine says of it", async () => {
    for (const part of [{ isComposing: true }, { keyCode: 229 }]) {
      const event = new KeyboardEvent("keydown", { key: "Enter", bubbles: true, cancelable: true, ...part } as KeyboardEventInit);
      field().dispatchEvent(event);
      expect(event.defaultPrevented).toBe(false);
    }
    expect(sent("conversation.send")).toEqual([]);
  });

  it("says near the limit how much is left, and beyond it sends nothing", async () => {
    open.composer.write("a".repeat(9_990));
    const shown = { selector: ".count" };
    expect(await screen.findByText("Characters left: 10", shown)).toBeTruthy();
    open.composer.write("a".repeat(10_012));
    expect(await screen.findByText("Too long by 12 characters", shown)).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Send" }).disabled).toBe(true);
    await user.type(field(), "{Enter}");
    expect(sent("conversation.send")).toEqual([]);
  });

  it("reads the count out near the end, at the end and beyond, and not with every key", async () => {
    const aloud: string[] = [];
    for (const length of [9_400, 9_501, 9_502, 9_899, 9_900, 9_901, 10_000, 10_001, 10_002, 9_999]) {
      open.composer.write("a".repeat(length));
      await tick();
      const now = screen.getByTestId("characters-left").textContent ?? "";
      if (now !== aloud.at(-1)) aloud.push(now);
    }
    expect(aloud).toEqual(["", "Characters left: 499", "Characters left: 100", "Characters left: 0", "Too long by 1 character", "Characters left: 1"]);
  });

  it("keeps the text when sending fails, and says why", async () => {
    host.refuse.set("conversation.send", { code: "conversation.completed", message: "the conversation is completed" });
    await user.type(field(), "Bye{Enter}");
    expect((await screen.findByRole("alert")).textContent).toContain("The conversation is completed");
    expect(field().value).toBe("Good news, Carmen: Bye");
  });

  it("asks calmly when the conversation has moved on, and sends only when told to", async () => {
    host.refuse.set("conversation.send", { code: "conversation.moved_on", message: "moved on" });
    await user.type(field(), "Thursday{Enter}");
    expect((await screen.findByRole("alert")).textContent).toContain("There is a new message above.");
    expect(field().value).toContain("Thursday");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await vi.waitFor(() => expect(field().value).toBe(""));
    expect(sent("conversation.send").map((request) => (request as { anyway: boolean }).anyway)).toEqual([false, true]);
  });

  it("asks before a reply reopens what was completed meanwhile", async () => {
    host.refuse.set("conversation.send", { code: "conversation.completed", message: "The conversation is completed." });
    await user.type(field(), "Thursday{Enter}");
    expect((await screen.findByRole("alert")).textContent).toContain("The conversation is completed.");
    host.refuse.set("conversation.send", { code: "conversation.completed", message: "The conversation is completed." });
    await user.type(field(), "{Enter}");
    await screen.findByRole("button", { name: /^Reopen and send/ });
    await user.keyboard("{Control>}{Enter}{/Control}");
    await vi.waitFor(() => expect(field().value).toBe(""));
    expect(sent("conversation.send").map((request) => (request as { reopen?: boolean }).reopen)).toEqual([undefined, undefined, true]);
  });

  it("lets the agent go on editing, then sends against what is on screen by then", async () => {
    host.refuse.set("conversation.send", { code: "conversation.moved_on", message: "moved on" });
    await user.type(field(), "Thursday{Enter}");
    await user.click(await screen.findByRole("button", { name: "Keep editing" }));
    expect(screen.queryByRole("alert")).toBeNull();
    open.shown.note(15, 1);
    await user.type(field(), "!{Enter}");
    await vi.waitFor(() => expect(field().value).toBe(""));
    expect(sent("conversation.send").at(-1)).toMatchObject({ writtenAgainst: 15, anyway: false });
  });

  it("keeps what is typed while a message goes out", async () => {
    let done = (): void => undefined;
    const rpc = host.rpc.bind(host);
    vi.spyOn(host, "rpc").mockImplementation(async (name, request) => {
      if (name === "conversation.send") await new Promise<void>((resolve) => (done = resolve));
      return rpc(name, request);
    });
    await user.type(field(), "one{Enter}");
    await user.type(field(), " two");
    done();
    await vi.waitFor(() => expect(field().value).toBe(" two"));
  });

  it("queues one message with each Enter while the hub does not answer", async () => {
    const release: (() => void)[] = [];
    const rpc = host.rpc.bind(host);
    vi.spyOn(host, "rpc").mockImplementation(async (name, request) => {
      const answer = await rpc(name, request);
      if (name === "conversation.send") await new Promise<void>((resolve) => release.push(resolve));
      return answer;
    });
    await user.clear(field());
    for (const words of ["aaa", "bbb", "ccc"]) {
      await user.type(field(), words);
      await user.keyboard("{Enter}");
      expect(field().value).toBe("");
    }
    await user.type(field(), "half");
    await vi.waitFor(() => expect(sent("conversation.send").map((request) => (request as { text: string }).text)).toEqual(["aaa", "bbb", "ccc"]));
    release.forEach((one) => one());
    await vi.waitFor(() => expect(open.composer.sending).toBe(false));
    expect(field().value).toBe("half");
    expect(sent("conversation.send")).toHaveLength(3);
  });

  it("brings words back that were refused, above what was begun since", async () => {
    let refuse = (): void => undefined;
    const rpc = host.rpc.bind(host);
    vi.spyOn(host, "rpc").mockImplementation(async (name, request) => {
      if (name === "conversation.send") await new Promise<void>((resolve) => (refuse = resolve));
      return rpc(name, request);
    });
    host.refuse.set("conversation.send", { code: "conversation.completed", message: "the conversation is completed" });
    await user.clear(field());
    await user.type(field(), "aaa{Enter}bbb");
    refuse();
    await vi.waitFor(() => expect(field().value).toBe("aaa\n\nbbb"));
    open.composer.flush();
    expect(sent("conversation.draft").at(-1)).toMatchObject({ text: "aaa\n\nbbb" });
  });

  it("takes the suggestion with Tab only into an empty field", async () => {
    await user.click(field());
    await user.tab();
    expect(field().value).toBe("Good news, Carmen: ");
    await user.clear(field());
    await user.click(field());
    await user.tab();
    expect(field().value).toMatch(/^Both days work/);
    expect(sent("conversation.send")).toEqual([]);
    await user.type(field(), " See you{Enter}");
    await vi.waitFor(() => expect(sent("conversation.send")[0]).toMatchObject({ suggestion: "suggestion-1" }));
    await user.type(field(), "And more{Enter}");
    await vi.waitFor(() => expect(sent("conversation.send")).toHaveLength(2));
    expect(sent("conversation.send")[1]).not.toHaveProperty("suggestion");
  });

  it("keeps the note apart from the reply, and both as drafts", async () => {
    await user.click(screen.getByRole("button", { name: "Note" }));
    expect(field().value).toBe("");
    await user.type(field(), "She is furious");
    await user.click(screen.getByRole("button", { name: "Reply" }));
    expect(field().value).toBe("Good news, Carmen: ");
    expect(screen.getByTitle("Has a draft").textContent).toContain("Note");
    open.composer.flush();
    expect(sent("conversation.draft")).toEqual([{ id: "carmen", text: "She is furious", note: true, base: "" }]);
    await user.click(screen.getByRole("button", { name: "Note" }));
    await user.type(field(), "{Enter}");
    await vi.waitFor(() => expect(sent("conversation.note")).toEqual([{ id: "carmen", text: "She is furious" }]));
    expect(sent("conversation.send")).toEqual([]);
  });

  it("offers colleagues after an @ in a note, and takes one by key", async () => {
    await user.click(screen.getByRole("button", { name: "Note" }));
    await user.type(field(), "Ask @pri");
    const list = await screen.findByRole("listbox", { name: "Colleagues to mention" });
    const option = screen.getByRole("option", { name: /Priya Nair available/ });
    expect(field().getAttribute("aria-controls")).toBe(list.id);
    expect(field().getAttribute("aria-activedescendant")).toBe(option.id);
    await user.keyboard("{Enter}");
    expect(field().value).toBe("Ask @Priya Nair ");
    expect(screen.queryByRole("listbox")).toBeNull();
    await user.keyboard("about it{Enter}");
    await vi.waitFor(() => expect(sent("conversation.note")).toEqual([{ id: "carmen", text: "Ask @Priya Nair about it" }]));
  });

  it("offers a colleague who is invited but not here yet, and says so", async () => {
    const people = host.samples.find(({ view }) => view.row.id === "carmen")?.view.people;
    people?.push({ engagement: "noor-invited", participant: { kind: "agent", user: "noor", name: "Noor van Dijk" }, me: false, since: "2026-05-12T14:02:31Z", until: null, invited: true });
    await user.click(screen.getByRole("button", { name: "Note" }));
    await user.type(field(), "Ask @noo");
    expect((await screen.findByRole("option", { name: /Noor van Dijk/ })).textContent).toMatch(/invited ·/);
    await user.keyboard("{Enter}");
    expect(field().value).toBe("Ask @Noor van Dijk ");
  });

  it("mentions nobody else for a colleague who cannot see the conversation", async () => {
    await user.click(screen.getByRole("button", { name: "Note" }));
    await user.type(field(), "Ask @n");
    await screen.findByRole("listbox", { name: "Colleagues to mention" });
    const offered = screen.getAllByRole("option").map((option) => option.textContent);
    expect([offered[0], offered[1]]).toEqual([expect.stringMatching(/Noor van Dijk\s+not in this conversation: invite first/), expect.stringContaining("Priya Nair")]);
    await user.keyboard("{Enter}");
    expect(field().value, "Noor begins so, not Priya").toBe("Ask @n");
    await user.keyboard("{ArrowDown}{Enter}");
    expect(field().value).toBe("Ask @Priya Nair ");
  });

  it("puts the offer of colleagues aside with Escape, and has none in a reply", async () => {
    await user.type(field(), "@p");
    expect(screen.queryByRole("listbox")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Note" }));
    await user.type(field(), "@p");
    await screen.findByRole("listbox");
    await user.keyboard("{Escape}r");
    expect(field().value).toBe("@pr");
    expect(screen.queryByRole("listbox")).toBeNull();
    await user.clear(field());
    await user.type(field(), "@zz");
    await vi.waitFor(() => expect(screen.queryByRole("listbox")).toBeNull());
  });

  it("tells that the agent writes, but not with every key", async () => {
    await user.type(field(), "a few words");
    expect(sent("conversation.typing")).toHaveLength(1);
  });

  it("keeps the draft after a pause, and at once when left", async () => {
    vi.useFakeTimers();
    open.composer.write("Half a");
    open.composer.write("Half a thought");
    vi.advanceTimersByTime(1000);
    open.composer.write("Half a thought more");
    open.composer.flush();
    vi.useRealTimers();
    expect(sent("conversation.draft")).toEqual([
      { id: "carmen", text: "Half a thought", note: false, base: "Good news, Carmen: " },
      { id: "carmen", text: "Half a thought more", note: false, base: "Half a thought" },
    ]);
  });
});
