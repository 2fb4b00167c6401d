// Maya's drafts: what she writes, what comes back, and that no word of either is lost.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { fakeHost, type FakeHost } from "../host/fake";
import { OpenConversation } from "./conversation.svelte";
import { merged } from "./drafts";

describe("two hands in one draft", () => {
  it.each([
    ["nothing was written here", "Hello", "Hello again", "Hello", "Hello again"],
    ["the core has nothing new", "Hello", "Hello", "Hello Carmen", "Hello Carmen"],
    ["words came back above it", "Hello", "Friday.\n\nHello", "Hello Carmen", "Friday.\n\nHello Carmen"],
    ["the words that came back were begun here", "He", "Hello", "Help", "Hello\n\nHelp"],
    ["they are still in the field, and more", "Hello ", "Hello", "Hello Carmen", "Hello Carmen"],
    ["words came back while the first were written", "", "Friday.", "Hello", "Friday.\n\nHello"],
    ["it was emptied elsewhere", "Hello", "", "Hello Carmen", "Hello Carmen"],
  ])("keep every word when %s", (_, base, core, mine, both) => expect(merged(base, core, mine)).toBe(both));
});

describe("a draft", () => {
  let host: FakeHost;
  let open: OpenConversation;
  const moved = { note: false, code: "conversation.moved_on", reason: "something is new", at: null };

  beforeEach(async () => {
    host = fakeHost();
    open = new OpenConversation(host, "jonas");
    await open.refresh();
  });

  it("is there again after a restart, the reply and the note", async () => {
    open.composer.write("Dear Jonas");
    open.composer.switchTo("note");
    open.composer.write("Ask the bank");
    open.composer.flush();
    const later = new OpenConversation(host, "jonas");
    await later.refresh();
    expect(later.composer.text).toBe("Dear Jonas");
    later.composer.switchTo("note");
    expect(later.composer.text).toBe("Ask the bank");
  });

  it("that came back says why until it is changed", async () => {
    host.giveBack("jonas", "It is on its way.", { note: false, code: "channel.window_closed", reason: "the 24 hours are over", at: null });
    await open.refresh();
    expect(open.composer).toMatchObject({ text: "It is on its way.", returned: { reason: "the 24 hours are over", at: null }, held: null });
    open.composer.write("It is on its way!");
    expect(open.composer.returned).toBeNull();
    open.composer.flush();
    await open.refresh();
    expect(open.composer.returned).toBeNull();
  });

  it("that was overtaken asks, and is sent anyway when told to", async () => {
    host.giveBack("jonas", "It is on its way.", moved);
    await open.refresh();
    expect(open.composer.held).toBe("moved-on");
    expect(await open.composer.send(true)).toBe(true);
    expect(host.calls.find((call) => call.name === "conversation.send")?.request).toMatchObject({ text: "It is on its way.", anyway: true });
    expect(open.composer).toMatchObject({ text: "", returned: null });
  });

  it("asks once: a question put aside does not come again by itself", async () => {
    host.giveBack("jonas", "It is on its way.", moved);
    await open.refresh();
    open.composer.keepEditing();
    await open.refresh();
    expect(open.composer).toMatchObject({ held: null, text: "It is on its way." });
  });

  it("that comes back while another one is written keeps both", async () => {
    open.composer.write("One more");
    host.giveBack("jonas", "It is on its way.", moved);
    await open.refresh();
    expect(open.composer.text).toBe("It is on its way.\n\nOne more");
  });

  it("is the core's before it is sent, so that the core can take exactly that out of it", async () => {
    open.composer.write("It is on it way.");
    open.composer.flush();
    open.composer.write("It is on its way.");
    host.calls.length = 0;
    await open.composer.send();
    expect(host.calls.slice(0, 2).map(({ name }) => name)).toEqual(["conversation.draft", "conversation.send"]);
    await open.refresh();
    expect(open.composer.text).toBe("");
  });

  it("that comes back right after it was sent is not overwritten by its own end", async () => {
    open.composer.write("It is on its way.");
    const send = host.rpc.bind(host);
    vi.spyOn(host, "rpc").mockImplementation(async (name, request) => {
      const answer = await send(name, request);
      if (name === "conversation.send") host.giveBack("jonas", "It is on its way.", moved);
      return answer;
    });
    await open.composer.send();
    await open.refresh();
    expect(open.composer).toMatchObject({ text: "It is on its way.", held: "moved-on" });
  });

  it("is not undone by an answer that crossed it", async () => {
    open.composer.write("Done.");
    const crossing = open.refresh();
    await open.composer.send();
    await crossing;
    await vi.waitFor(() => expect(open.view?.drafts.reply).toBe(""));
    expect(open.composer.text).toBe("");
  });
});
