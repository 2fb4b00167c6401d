// Maya's desk as a whole, without a layout: what it asks, and what it does with what it is told.
import { describe, expect, it, vi } from "vitest";
import { fakeHost } from "../host/fake";
import { actionsOf } from "./actions";
import { Desk } from "./desk.svelte";
import { customers, everywhere, matches, offers } from "./palette";

async function start(scene = ""): Promise<{ desk: Desk; host: ReturnType<typeof fakeHost>; stop: () => void }> {
  const host = fakeHost(scene);
  const desk = new Desk(host);
  const stop = desk.start();
  await vi.waitFor(() => expect(desk.app).not.toBeNull());
  await vi.waitFor(() => expect(desk.list.loaded).toBe(true));
  return { desk, host, stop };
}

describe("the desk", () => {
  it("opens what a notification asks for, in its section", async () => {
    const { desk, host, stop } = await start();
    host.tell({ type: "open", id: "order", section: "help", key: null });
    await vi.waitFor(() => expect(desk.conversation?.view?.row.name).toBe("Luís Carvalho"));
    expect(desk.list.section).toBe("help");
    stop();
  });

  it("opens links in the system's browser, and where that fails gives the address to copy", async () => {
    const { desk, host, stop } = await start();
    await desk.copying.follow("https://a.example/x");
    expect(host.calls.at(-1)).toEqual({ name: "link.open", request: { url: "https://a.example/x" } });
    expect(desk.toasts.shown).toEqual([]);
    host.refuse.set("link.open", { code: "browser.failed", message: "The page cannot be opened: xdg-open failed (exit status: 3)." });
    await desk.copying.follow("https://b.example/");
    expect(desk.toasts.shown[0]).toMatchObject({ tone: "bad", copy: "https://b.example/" });
    stop();
  });

  it("shows what a link or the tray wants, also what they wanted before it was there", async () => {
    const host = fakeHost("signed_out");
    host.want({ type: "conversation", id: "carmen" });
    const desk = new Desk(host);
    const stop = desk.start();
    await vi.waitFor(() => expect(desk.conversation?.view?.row.name).toBe("Carmen Menzel"));
    host.want({ type: "section", section: "left" });
    await vi.waitFor(() => expect(desk.list.section).toBe("left"));
    host.want({ type: "nowhere", reason: "This link cannot be opened." });
    await vi.waitFor(() => expect(desk.toasts.shown.map((toast) => toast.text)).toEqual(["This link cannot be opened."]));
    expect(desk.conversation?.view?.row.name).toBe("Carmen Menzel");
    stop();
  });

  it("reads a conversation that needed the hub as soon as it is connected", async () => {
    const { desk, host, stop } = await start("offline");
    host.refuse.set("conversation.open", { code: "conversation.unknown", message: "not on this machine" });
    desk.show("carmen");
    await vi.waitFor(() => expect(desk.conversation?.problem?.code).toBe("conversation.unknown"));
    host.network(true);
    await vi.waitFor(() => expect(desk.conversation?.view?.row.name).toBe("Carmen Menzel"));
    stop();
  });

  it("takes what a colleague has taken off the screen, and leaves the agent's own words there", async () => {
    const taken = { code: "conversation.call_taken", message: "Priya Nair took the call for help from Carmen Menzel." };
    for (const words of ["", "One moment"]) {
      const { desk, host, stop } = await start();
      desk.show("carmen");
      await vi.waitFor(() => expect(desk.conversation?.view?.row.name).toBe("Carmen Menzel"));
      desk.conversation?.composer.write(words);
      host.refuse.set("conversation.open", taken);
      host.tell({ type: "conversation", id: "carmen" });
      await vi.waitFor(() => expect(desk.conversation?.problem).toEqual(taken));
      expect(desk.conversation?.view).toBeNull();
      expect(desk.conversation?.journey.entries).toEqual([]);
      expect(desk.conversation?.composer.text).toBe(words);
      host.tell({ type: "conversation", id: "carmen" });
      await vi.waitFor(() => expect(desk.conversation?.view?.row.name).toBe("Carmen Menzel"));
      expect(desk.conversation?.journey.entries.length).toBeGreaterThan(0);
      stop();
    }
  });

  it("answers the next call for help by claiming it", async () => {
    const { desk, host, stop } = await start();
    await desk.next();
    expect(desk.conversation?.id).toBe("order");
    expect(host.calls.find((call) => call.name === "conversation.join")?.request).toEqual({ id: "order", call: "call-order" });
    stop();
  });

  it("asks again only for what is on screen", async () => {
    const { desk, host, stop } = await start();
    desk.show("carmen");
    await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
    host.calls.length = 0;
    host.tell({ type: "conversation", id: "jonas" }, { type: "conversation", id: "carmen" }, { type: "conversation", id: "carmen" });
    await vi.waitFor(() => expect(host.calls.length).toBe(2));
    expect(host.calls.map((call) => call.name).sort()).toEqual(["conversation.entries", "conversation.open"]);
    stop();
  });

  it("keeps half-written words of every conversation", async () => {
    const { desk, stop } = await start();
    desk.show("jonas");
    await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
    desk.conversation?.composer.switchTo("note");
    desk.conversation?.composer.write("for colleagues");
    desk.show("carmen");
    desk.show("jonas");
    expect(desk.conversation?.composer).toMatchObject({ mode: "note", text: "for colleagues" });
    stop();
  });

  it("shows nothing of the one who signed out", async () => {
    const { desk, stop } = await start();
    desk.show("carmen");
    await desk.act("session.signOut", {});
    await vi.waitFor(() => expect(desk.app?.me).toBeNull());
    expect(desk.conversation).toBeNull();
    expect(desk.app?.connection.state).toBe("signed_out");
    stop();
  });

  it("shows nothing while what is kept here is locked, and everything when it opens", async () => {
    const { desk, stop } = await start("passphrase");
    expect(desk.app).toMatchObject({ me: null, connection: { state: "locked", ask: "passphrase" } });
    await desk.act("cache.unlock", { passphrase: "correct horse" });
    await vi.waitFor(() => expect(desk.app?.me?.name).toBe("Maya Ortiz"));
    await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(0));
    stop();
  });

  it("opens a hit at its entry", async () => {
    const { desk, stop } = await start();
    desk.show("carmen", undefined, "carmen:3");
    await vi.waitFor(() => expect(desk.conversation?.target).toEqual({ key: "carmen:3" }));
    desk.show("jonas");
    desk.show("carmen");
    expect(desk.conversation).toMatchObject({ target: null, following: true });
    stop();
  });

  it("hears who begins to write after their own words arrived in the same moment", async () => {
    const { desk, host, stop } = await start();
    desk.show("carmen");
    await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
    const writing = { type: "typing" as const, id: "carmen", by: { kind: "customer" as const }, until: new Date(Date.now() + 60_000).toISOString() };
    host.tell(writing);
    host.add("carmen", { by: { kind: "customer" }, body: { type: "text", turn: "t", text: "so?", silent: false } });
    await vi.waitFor(() => expect(desk.conversation?.journey.entries.at(-1)?.body).toMatchObject({ text: "so?" }));
    expect(desk.conversation?.typing.who(Date.now())).toEqual([]);
    host.add("carmen", { by: { kind: "customer" }, body: { type: "text", turn: "u", text: "and", silent: false } });
    host.tell(writing);
    await vi.waitFor(() => expect(desk.conversation?.typing.who(Date.now())).toHaveLength(1));
    stop();
  });

  it("offers exactly what the core allows", async () => {
    const { desk, stop } = await start();
    desk.show("order");
    await vi.waitFor(() => expect(desk.conversation?.view).toBeTruthy());
    const view = desk.conversation?.view;
    if (!view) throw new Error("no view");
    expect(actionsOf(desk, view).map((action) => action.label)).toEqual(["Join", "Note", "Call more people", "Help not needed", "Open in its own window", "Copy link", "Copy transcript", "As seen by …", "Who was notified"]);
    const here = offers(desk).filter((offer) => offer.group === "here");
    expect(here.map((offer) => offer.label)).toEqual(["Join", "Note", "Call more people", "Help not needed", "Open in its own window", "Copy link", "Copy transcript", "As seen by …", "Who was notified", "Translate this conversation", "Search in this conversation"]);
    stop();
  });

  it("says who was told to those only who see every conversation", async () => {
    const { desk, stop } = await start();
    desk.show("order");
    await vi.waitFor(() => expect(desk.conversation?.view).toBeTruthy());
    if (desk.app) desk.app = { ...desk.app, counts: { ...desk.app.counts, all: null } };
    expect(offers(desk).some((offer) => offer.id === "told")).toBe(false);
    stop();
  });

  it("finds customers by name, and leads into the search", async () => {
    const { desk, stop } = await start();
    expect((await customers(desk, "sofia")).map((offer) => offer.label)).toEqual(["Sofia Lindgren"]);
    everywhere(desk, "refund").run();
    expect(desk).toMatchObject({ overlay: "search", search: { query: "refund" } });
    expect(matches("Ask for help", "he as")).toBe(true);
    expect(matches("Ask for help", "elp")).toBe(false);
    stop();
  });
});
