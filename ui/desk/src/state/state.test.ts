import { describe, expect, it, vi } from "vitest";
import type { Change, EntryView } from "$shared/types";
import { Script } from "../dev/entries";
import { fakeHost } from "../host/fake";
import { coalesce, together, type Batch } from "./changes";
import { EMPTY, meets, only, updated, withLater, withNewest, withOlder } from "./journey";
import { SectionList } from "./list.svelte";
import { reask } from "./reask";
import { Shown } from "./shown";

const by = { kind: "customer" } as const;
const until = "2026-05-12T14:02:31Z";

describe("changes", () => {
  it("that come together become one batch", () => {
    const later: (() => void)[] = [];
    const batches: Batch[] = [];
    const tell = together((batch) => batches.push(batch), (run) => later.push(run));
    tell([{ type: "lists" }, { type: "conversation", id: "a" }]);
    tell([{ type: "conversation", id: "a" }, { type: "conversation", id: "b" }, { type: "app" }]);
    expect(later).toHaveLength(1);
    later.shift()?.();
    expect(batches).toHaveLength(1);
    expect(batches[0]).toMatchObject({ app: true, lists: true, everything: false });
    expect([...(batches[0]?.conversations ?? [])]).toEqual(["a", "b"]);
    tell([{ type: "lists" }]);
    expect(later).toHaveLength(1);
  });

  it("keep apart who wrote before the conversation changed and who writes since", () => {
    const typing: Change = { type: "typing", id: "a", by, until };
    expect(coalesce([typing, { type: "conversation", id: "a" }]).typing).toMatchObject([{ late: false }]);
    expect(coalesce([{ type: "conversation", id: "a" }, typing]).typing).toMatchObject([{ late: true }]);
    expect(coalesce([{ type: "conversation", id: "b" }, typing]).typing).toMatchObject([{ late: false }]);
  });
});

describe("asking again", () => {
  it("never has two questions out, and asks once more after any number of wishes", async () => {
    const answers: (() => void)[] = [];
    const ask = vi.fn(() => new Promise<void>((done) => answers.push(done)));
    const again = reask(ask);
    const first = again();
    void again();
    void again();
    expect(ask).toHaveBeenCalledTimes(1);
    answers.shift()?.();
    await vi.waitFor(() => expect(ask).toHaveBeenCalledTimes(2));
    answers.shift()?.();
    await first;
    expect(ask).toHaveBeenCalledTimes(2);
  });
});

describe("what was on screen", () => {
  it("counts only after it could have been read", () => {
    const shown = new Shown();
    shown.note(5, 1000);
    shown.note(6, 9_800);
    expect(shown.settled(10_000)).toBe(5);
    expect(shown.settled(10_200)).toBe(6);
  });

  it("counts from the start in a conversation that has just been opened", () => {
    const shown = new Shown();
    shown.note(7, 10_000);
    expect(shown.settled(10_001)).toBe(7);
  });

  it("never goes back, and stays right however much comes in", () => {
    const shown = new Shown();
    for (let at = 0; at < 1000; at++) shown.note(at, at * 10);
    shown.note(3, 10_000);
    expect(shown.newest()).toBe(999);
    expect(shown.settled(9_990)).toBe(959);
  });
});

describe("the journey", () => {
  const entries = (from: number, to: number): EntryView[] => {
    const script = new Script("c", 0);
    for (let at = 0; at < to; at++) script.customer(`${at + 1}`, 0);
    return script.entries.slice(from - 1);
  };
  const keys = (list: readonly EntryView[]): string[] => list.map((entry) => entry.key.split(":")[1] ?? "");

  it("keeps what is loaded above a new newest page", () => {
    const held = { ...EMPTY, entries: entries(1, 6), more: true };
    const next = withNewest(held, { entries: entries(5, 8), more: true, later: false, loading: false });
    expect(keys(next.entries)).toEqual(["1", "2", "3", "4", "5", "6", "7", "8"]);
    expect(next.prepended).toBe(false);
  });

  it("starts over when more came in than a page holds", () => {
    const held = { ...EMPTY, entries: entries(1, 3) };
    const next = withNewest(held, { entries: entries(7, 9), more: true, later: false, loading: false });
    expect(keys(next.entries)).toEqual(["7", "8", "9"]);
    expect(next.more).toBe(true);
  });

  it("puts older entries in front, each once", () => {
    const held = { ...EMPTY, entries: entries(4, 6), more: true };
    const next = withOlder(held, { entries: entries(1, 4), more: false, later: false, loading: false });
    expect(keys(next.entries)).toEqual(["1", "2", "3", "4", "5", "6"]);
    expect(next).toMatchObject({ prepended: true, more: false });
  });

  it("grows towards now from where a hit was opened", () => {
    const held = only({ entries: entries(4, 6), more: true, later: true, loading: false });
    const next = withLater(held, { entries: entries(6, 9), more: true, later: false, loading: false });
    expect(keys(next.entries)).toEqual(["4", "5", "6", "7", "8", "9"]);
    expect(next).toMatchObject({ more: true, later: false, prepended: false });
  });

  it("apart from its end takes what is new about its entries, and no others", () => {
    const held = only({ entries: entries(4, 6), more: true, later: true, loading: false });
    const [first, ...rest] = entries(5, 9);
    if (!first) throw new Error("no entry");
    const read = { ...first, stages: [{ stage: "seen" as const, at: until, reason: null }] };
    const next = updated(held, { entries: [read, ...rest], more: true, later: true, loading: false });
    expect(keys(next.entries)).toEqual(["4", "5", "6"]);
    expect(next.entries[1]).toBe(read);
  });

  it("knows when a newest page leaves a gap", () => {
    const held = { ...EMPTY, entries: entries(1, 3) };
    const page = (from: number) => ({ entries: entries(from, from + 2), more: true, later: false, loading: false });
    expect(meets(held, page(3))).toBe(true);
    expect(meets(held, page(5))).toBe(false);
    expect(meets(EMPTY, page(5))).toBe(true);
  });

  it("goes on when a newest page reaches further back, and takes no older entries from it", () => {
    const held = { ...EMPTY, entries: entries(4, 6), more: true };
    const page = { entries: entries(3, 7), more: true, later: false, loading: false };
    expect(meets(held, page)).toBe(true);
    expect(keys(withNewest(held, page).entries)).toEqual(["4", "5", "6", "7"]);
    const whole = withNewest({ ...held, more: false }, { ...page, more: false });
    expect(keys(whole.entries), "a journey that was thought to be whole").toEqual(["3", "4", "5", "6", "7"]);
  });
});

describe("a list", () => {
  it("holds only the pages that were looked at", async () => {
    const host = fakeHost("large");
    const list = new SectionList(host);
    list.show("my", "");
    await vi.waitFor(() => expect(list.loaded).toBe(true));
    expect(list.rows).toHaveLength(10_001);
    expect(list.rows[0]?.name).toBe("Long Journey");
    expect(list.rows[150]).toBeNull();
    list.look(140, 160);
    await vi.waitFor(() => expect(list.rows[150]?.name).toBe("Customer 149"));
  });

  it("gives the keyboard to the last row as soon as it is there", async () => {
    const list = new SectionList(fakeHost("large"));
    list.show("my", "");
    await vi.waitFor(() => expect(list.loaded).toBe(true));
    expect(list.move(Infinity, null)).toBe(10_000);
    list.look(9_990, 10_000);
    await vi.waitFor(() => expect(list.cursor).toBe("row-9999"));
  });

  it("shows a conversation that moved between two answers once", async () => {
    const host = fakeHost("large");
    const list = new SectionList(host);
    list.show("my", "");
    await vi.waitFor(() => expect(list.loaded).toBe(true));
    const [first] = host.samples.splice(0, 1);
    if (first) host.samples.splice(150, 0, first);
    list.look(140, 160);
    await vi.waitFor(() => expect(list.rows[150]?.name).toBe("Long Journey"));
    expect(list.rows.filter((row) => row?.id === "long")).toHaveLength(1);
  });

  it("that nobody sees is read again once it is shown, and only if it changed", async () => {
    const host = fakeHost();
    const list = new SectionList(host);
    list.show("my", "");
    await vi.waitFor(() => expect(list.loaded).toBe(true));
    const asked = vi.spyOn(host, "rpc");
    list.catchUp();
    list.heard(false);
    list.heard(false);
    expect(asked).not.toHaveBeenCalled();
    list.catchUp();
    list.catchUp();
    expect(asked).toHaveBeenCalledTimes(1);
    await list.refresh();
    asked.mockClear();
    list.heard(true);
    expect(asked).toHaveBeenCalledTimes(1);
  });

  it("forgets the answer for a section that is no longer shown", async () => {
    const list = new SectionList(fakeHost());
    list.show("my", "");
    list.show("help", "");
    await vi.waitFor(() => expect(list.loaded).toBe(true));
    expect(list.rows.every((row) => row?.help)).toBe(true);
  });
});
