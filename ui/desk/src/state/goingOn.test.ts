// One conversation of a chat goes on in another.
import { describe, expect, it, vi } from "vitest";
import type { ConversationView, MayView } from "$shared/types";
import { fakeHost } from "../host/fake";
import { actionsOf, type Action } from "./actions";
import { Desk } from "./desk.svelte";

async function opened(id: string): Promise<{ desk: Desk; host: ReturnType<typeof fakeHost>; view: ConversationView }> {
  const host = fakeHost("");
  const desk = new Desk(host);
  await desk.refresh();
  desk.show(id);
  await desk.conversation?.refresh();
  return { desk, host, view: await host.rpc("conversation.open", { id }) };
}

const find = (desk: Desk, view: ConversationView, may: Partial<MayView>, label: string): Action | undefined => actionsOf(desk, { ...view, may: { ...view.may, ...may } }).find((action) => action.label === label);

describe("going on", () => {
  it("begins a new conversation of the chat and shows it", async () => {
    const { desk, host, view } = await opened("jonas");
    expect(find(desk, view, { continueNew: false }, "Continue in a new conversation")).toBeUndefined();
    find(desk, view, {}, "Continue in a new conversation")?.run();
    await vi.waitFor(() => expect(desk.conversation?.id).toBe("carmen"));
    expect(host.calls.filter(({ name }) => name === "conversation.continueNew").map(({ request }) => request)).toEqual([{ id: "jonas" }]);
  });

  it("says why it was not done, and stays", async () => {
    const { desk, host, view } = await opened("jonas");
    host.refuse.set("conversation.continueNew", { code: "conversation.not_newest", message: "There is a newer conversation in this chat. Go on there." });
    find(desk, view, {}, "Continue in a new conversation")?.run();
    await vi.waitFor(() => expect(desk.toasts.shown.at(-1)?.text).toBe("There is a newer conversation in this chat. Go on there."));
    expect(desk.conversation?.id).toBe("jonas");
  });

  it("says that it belongs to the one before, and takes that back", async () => {
    const { desk, host, view } = await opened("jonas");
    expect(find(desk, view, {}, "Belongs to the one before")).toBeUndefined();
    find(desk, view, { belong: true }, "Belongs to the one before")?.run();
    find(desk, view, { notBelong: true }, "Does not belong to the one before")?.run();
    const said = (): unknown[] => host.calls.filter(({ name }) => name === "conversation.belong").map(({ request }) => request);
    await vi.waitFor(() => expect(said()).toEqual([{ id: "jonas", belongs: true }, { id: "jonas", belongs: false }]));
  });
});
