// One conversation as Maya has it open: its pages, who writes, what was seen.
import { describe, expect, it, vi } from "vitest";
import type { Participant } from "$shared/types";
import { fakeHost, type FakeHost } from "../host/fake";
import { OpenConversation } from "./conversation.svelte";

const by = { kind: "customer" } as const;
const says = (text: string) => ({ by, body: { type: "text" as const, turn: text, text, silent: false } });
const asked = (host: FakeHost) => host.calls.filter((call) => call.name === "conversation.entries").map((call) => call.request);
const positions = (open: OpenConversation): number[] => open.journey.entries.map((entry) => entry.position ?? 0);

describe("an open conversation", () => {
  it("tells what was seen once per position", async () => {
    const host = fakeHost();
    const open = new OpenConversation(host, "jonas");
    await open.refresh();
    open.seen();
    open.seen();
    host.add("jonas", says("thanks"));
    await open.refresh();
    open.seen();
    const told = host.calls.filter((call) => call.name === "conversation.seen").map((call) => call.request);
    expect(told).toEqual([
      { id: "jonas", upTo: 5 },
      { id: "jonas", upTo: 6 },
    ]);
  });
});

describe("the pages of a journey", () => {
  it("begin at the end and grow upwards, each page once", async () => {
    const host = fakeHost("large");
    const open = new OpenConversation(host, "long");
    await open.refresh();
    expect(positions(open)).toEqual(range(9942, 10_001));
    void open.older();
    await open.older();
    await vi.waitFor(() => expect(positions(open)).toEqual(range(9882, 10_001)));
    expect(asked(host)).toEqual([
      { id: "long", limit: 60 },
      { id: "long", limit: 60, before: "long:9942" },
    ]);
  });

  it("around a hit stand apart from the end, and are paged in towards it", async () => {
    const open = new OpenConversation(fakeHost("large"), "long");
    await open.refresh();
    await open.goTo("long:9900");
    expect(open.target).toEqual({ key: "long:9900" });
    expect(open.journey).toMatchObject({ more: true, later: true });
    expect(positions(open)).toEqual(range(9870, 9929));
    await open.newer();
    await open.newer();
    expect(positions(open)).toEqual(range(9870, 10_001));
    expect(open.journey.later).toBe(false);
  });

  it("stay where they are when something comes at the end, and nothing unseen counts as seen", async () => {
    const host = fakeHost("large");
    const open = new OpenConversation(host, "long");
    await open.goTo("long:5000");
    const before = positions(open);
    host.add("long", says("hello?"));
    await open.refresh();
    expect(positions(open)).toEqual(before);
    open.seen();
    expect(host.calls.some((call) => call.name === "conversation.seen")).toBe(false);
  });

  it("go back to the newest in one step", async () => {
    const open = new OpenConversation(fakeHost("large"), "long");
    await open.goTo("long:5000");
    const { stretch } = open;
    await open.toNewest();
    expect(positions(open).at(-1)).toBe(10_001);
    expect(open).toMatchObject({ following: true, target: null });
    expect(open.stretch).toBeGreaterThan(stretch);
  });

  it("show the hit that was asked for last, whatever is answered first", async () => {
    const open = new OpenConversation(fakeHost("large"), "long");
    void open.refresh();
    void open.goTo("long:5000");
    await open.goTo("long:7000");
    await vi.waitFor(() => expect(open.loaded).toBe(true));
    expect(positions(open)).toContain(7000);
    expect(positions(open)).not.toContain(10_001);
    expect(open.target).toEqual({ key: "long:7000" });
  });

  it("go to what is already there without asking", async () => {
    const host = fakeHost();
    const open = new OpenConversation(host, "carmen");
    await open.refresh();
    await open.goTo("carmen:5");
    expect(asked(host)).toHaveLength(1);
    expect(open.target).toEqual({ key: "carmen:5" });
  });

  it("show the end, and say why, when a hit cannot be opened", async () => {
    const host = fakeHost();
    const open = new OpenConversation(host, "carmen");
    host.refuse.set("conversation.entries", { code: "entry.unknown", message: "this message is not here any more" });
    await open.goTo("carmen:999");
    expect(open.problem?.message).toBe("This message is not here any more");
    expect(positions(open)).not.toEqual([]);
  });

  it("leave a gap rather than move who reads further up", async () => {
    const host = fakeHost("large");
    const open = new OpenConversation(host, "long");
    await open.refresh();
    open.following = false;
    for (let at = 0; at < 300; at++) host.add("long", says(`burst ${at}`));
    await open.refresh();
    expect(positions(open)).toEqual(range(9942, 10_001));
    expect(open.journey.later).toBe(true);
    await open.newer();
    expect(positions(open).at(-1)).toBe(10_061);
  });
});

describe("who is writing", () => {
  const signal = (who: Participant) => ({ id: "carmen", by: who, until: new Date(Date.now() + 60_000).toISOString() });
  const aerolinx = { kind: "external_agent", link: "aerolinx", name: "Aerolinx" } as const;

  it("stops with their own words, not with somebody else's", async () => {
    const host = fakeHost();
    const open = new OpenConversation(host, "carmen");
    await open.refresh();
    open.hear([signal(by), signal(aerolinx)], []);
    host.add("carmen", says("there you are"));
    await open.refresh();
    expect(open.typing.who(Date.now())).toEqual([aerolinx]);
  });

  it("goes on when something else about the conversation changes", async () => {
    const host = fakeHost();
    const open = new OpenConversation(host, "carmen");
    await open.refresh();
    open.hear([signal(by)], []);
    host.add("carmen", { by, body: { type: "system", what: "other", text: "Carmen is on another page" } });
    await open.refresh();
    expect(open.typing.who(Date.now())).toEqual([by]);
    expect(open.typing.who(Date.now() + 61_000)).toEqual([]);
  });

  it("is told apart from who looks on, and from what happens elsewhere", async () => {
    const open = new OpenConversation(fakeHost(), "carmen");
    await open.refresh();
    open.hear([{ ...signal(by), id: "jana" }], [signal(by)]);
    expect([open.typing.who(Date.now()), open.watching.who(Date.now())]).toEqual([[], [by]]);
    expect(open.watching.who(Date.now() + 61_000)).toEqual([]);
  });
});

describe("the outbox in a conversation", () => {
  it("gives words that are cancelled back to the draft, before what was being written", async () => {
    const host = fakeHost("offline");
    const open = new OpenConversation(host, "jonas");
    await open.refresh();
    open.composer.write("And one more thing");
    const queued = open.journey.entries.find((entry) => entry.command !== null && entry.body.type === "text");
    await open.cancel(queued?.command ?? "");
    await open.refresh();
    expect(open.composer.text).toBe("The refund left our bank this morning.\n\nAnd one more thing");
    expect(open.journey.entries).not.toContain(queued);
  });

  it("sends the words of a failed message again", async () => {
    const host = fakeHost();
    const open = new OpenConversation(host, "jonas");
    await open.retry("jonas-turn-4");
    await open.refresh();
    expect(open.journey.entries.at(-1)?.body).toMatchObject({ text: "The bank refused the first attempt." });
  });
});

function range(from: number, to: number): number[] {
  return Array.from({ length: to - from + 1 }, (_, at) => from + at);
}
