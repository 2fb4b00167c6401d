// What is shown at once, and what is not rendered anew.
import { describe, expect, it, vi } from "vitest";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "./desk.svelte";
import { same, sameEach } from "./same";

async function start(): Promise<{ desk: Desk; host: FakeHost }> {
  const host = fakeHost("");
  const desk = new Desk(host);
  await desk.refresh();
  desk.list.show("my", "");
  await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(3));
  return { desk, host };
}

describe("the next conversation", () => {
  it("is read before its key comes, and shown with that key", async () => {
    const { desk, host } = await start();
    const [first, second, third] = desk.list.rows.map((row) => row?.id);
    desk.move(1, false);
    expect(desk.conversation?.id).toBe(first);
    const opened = (): unknown[] => host.calls.filter(({ name }) => name === "conversation.open").map(({ request }) => (request as { id: string }).id);
    await vi.waitFor(() => expect(opened()).toContain(second));
    await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
    await new Promise((done) => setTimeout(done));
    desk.move(1, false);
    expect(desk.conversation?.id).toBe(second);
    expect(desk.conversation?.view?.row.id).toBe(second);
    expect(desk.conversation?.journey.entries.length).toBeGreaterThan(0);
    await vi.waitFor(() => expect(opened()).toContain(third));
    // The core's answer follows.
    await vi.waitFor(() => expect(opened().filter((id) => id === second)).toHaveLength(2));
  });
});

describe("a conversation that was read before", () => {
  it.each(["unchanged", "changed"] as const)("is read again once it is painted, and at once if it changed: %s", async (how) => {
    const { desk, host } = await start();
    const stop = desk.start();
    await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(3));
    const [first, second] = desk.list.rows.map((row) => row?.id ?? "");
    for (const id of [first, second]) {
      desk.show(id ?? "");
      await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
    }
    await new Promise((done) => setTimeout(done, 50));
    if (how === "changed") host.tell({ type: "conversation", id: first ?? "" });
    await new Promise((done) => setTimeout(done, 50));
    const before = host.calls.length;
    const asked = (): boolean => host.calls.slice(before).some(({ name, request }) => name === "conversation.open" && (request as { id: string }).id === first);
    desk.show(first ?? "");
    expect(asked()).toBe(how === "changed");
    await vi.waitFor(() => expect(asked()).toBe(true), { timeout: 5_000 });
    stop();
  });
});

describe("what the core says again", () => {
  it("stays the object that it is, as long as it says the same", () => {
    const before = { key: "a", words: "Hello" };
    expect(same(before, { key: "a", words: "Hello" })).toBe(before);
    expect(same(before, { key: "a", words: "Hello!" })).toEqual({ key: "a", words: "Hello!" });
    const now = sameEach([before, null], [{ key: "b", words: "Hi" }, { key: "a", words: "Hello" }], ({ key }) => key);
    expect(now[1]).toBe(before);
    expect(now[0]).toEqual({ key: "b", words: "Hi" });
  });

  it("leaves rows, view and entries as they are", async () => {
    const { desk } = await start();
    desk.move(1, false);
    await vi.waitFor(() => expect(desk.conversation?.view).toBeTruthy());
    const [row] = desk.list.rows;
    const { conversation } = desk;
    const view = conversation?.view;
    const entry = conversation?.journey.entries.at(-1);
    await Promise.all([desk.list.refresh(), conversation?.refresh()]);
    expect(desk.list.rows[0]).toBe(row);
    expect(conversation?.view).toBe(view);
    expect(conversation?.journey.entries.at(-1)).toBe(entry);
  });

  it("keeps the rows on the page until those of another filter are there", async () => {
    const { desk } = await start();
    const { shown } = desk.list;
    desk.list.show("my", "carmen");
    expect(desk.list.shown).toBe(shown);
    await vi.waitFor(() => expect(desk.list.shown).not.toBe(shown));
  });
});
