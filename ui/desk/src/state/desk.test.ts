// Maya's desk as a whole, without a layout: what it asks, and what it does with what it is told.
import { describe, expect, it, vi } from "vitest";
import { fakeHost } from "../host/fake";
import { actionsOf } from "./actions";
import { Desk } from "./desk.svelte";
import { conversations, matches, offers } from "./palette";

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
    host.tell({ type: "open", id: "order", section: "help" });
    await vi.waitFor(() => expect(desk.conversation?.view?.row.name).toBe("Luís Carvalho"));
    expect(desk.list.section).toBe("help");
    stop();
  });

  it("answers the next call for help by claiming it", async () => {
    const { desk, host, stop } = await start();
    await desk.next();
    expect(desk.conversation?.id).toBe("order");
    expect(host.calls.find((call) => call.name === "conversation.join")?.request).toEqual({ id: "order", call: "call-order" });
    stop();
  });

  it("says who was faster, in the core's words", async () => {
    const { desk, host, stop } = await start();
    host.refuse.set("conversation.join", { code: "conversation.call_taken", message: "Priya Nair took this call for help" });
    await desk.next();
    expect(desk.toasts.shown.map((toast) => toast.text)).toEqual(["Priya Nair took this call for help"]);
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

  it("offers exactly what the core allows", async () => {
    const { desk, stop } = await start();
    desk.show("order");
    await vi.waitFor(() => expect(desk.conversation?.view).toBeTruthy());
    const view = desk.conversation?.view;
    if (!view) throw new Error("no view");
    expect(actionsOf(desk, view).map((action) => action.label)).toEqual(["Join", "Help not needed"]);
    expect(offers(desk).filter((offer) => offer.group === "This conversation")).toHaveLength(2);
    stop();
  });

  it("finds conversations of every section by name", async () => {
    const { desk, stop } = await start();
    expect((await conversations(desk, "sofia")).map((offer) => offer.label)).toEqual(["Sofia Lindgren"]);
    expect(matches("Ask for help", "he as")).toBe(true);
    expect(matches("Ask for help", "elp")).toBe(false);
    stop();
  });
});
