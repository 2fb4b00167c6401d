// Jonas is on WhatsApp: his messages can be quoted and reacted to. Carmen is in the web chat, where neither is possible.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import EntryLine from "./EntryLine.svelte";
import ReactDialog from "../dialogs/ReactDialog.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { actionsOf } from "../state/actions";
import { Desk } from "../state/desk.svelte";
import { lastOfCustomer, mayCome, turnOf } from "../words/quotes";
import type { ConversationView, EntryView } from "$shared/types";

const user = userEvent.setup();
const close = vi.fn();

afterEach(() => close.mockClear());

interface Stage {
  host: FakeHost;
  desk: Desk;
  view: ConversationView;
  last: EntryView;
}

async function opened(id: string): Promise<Stage> {
  const host = fakeHost("");
  const desk = new Desk(host);
  await desk.refresh();
  desk.show(id);
  await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
  const view = desk.conversation?.view;
  const last = lastOfCustomer(desk.conversation?.journey.entries ?? [], id);
  if (!view || !last) throw new Error("nothing is open");
  return { host, desk, view, last };
}

const requests = (host: FakeHost, name: string): unknown[] => host.calls.filter((call) => call.name === name).map(({ request }) => request);

describe("a quote", () => {
  it("of the last message goes out with the reply, once", async () => {
    const { host, desk, view, last } = await opened("jonas");
    const composer = desk.conversation?.composer;
    if (!composer) throw new Error("nothing is open");
    actionsOf(desk, view).find(({ is }) => is === "quote")?.run();
    expect(composer.quote?.turn).toBe(turnOf(last));
    for (const words of ["This one", "And another"]) {
      composer.write(words);
      await composer.send();
    }
    expect(requests(host, "conversation.send")).toMatchObject([{ text: "This one", replyTo: turnOf(last) }, { text: "And another" }]);
    expect(requests(host, "conversation.send")[1]).not.toHaveProperty("replyTo");
  });

  it("stays with the words of a reply that is refused", async () => {
    const { host, desk, last } = await opened("jonas");
    const composer = desk.conversation?.composer;
    if (!composer) throw new Error("nothing is open");
    desk.quote(last);
    host.refuse.set("conversation.send", { code: "input.invalid", message: "Too long." });
    composer.write("This one");
    await composer.send();
    expect([composer.text, composer.quote?.turn]).toEqual(["This one", turnOf(last)]);
  });

  it("is offered at its turn, with a reaction", async () => {
    const { last } = await opened("jonas");
    const [quote, react] = [vi.fn(), vi.fn()];
    render(EntryLine, { entry: last, before: null, after: null, customer: "Jonas", me: "maya", details: vi.fn(), cancel: vi.fn(), retry: null, quote, react });
    await user.click(screen.getByRole("button", { name: "Quote" }));
    await user.click(screen.getByRole("button", { name: "React" }));
    expect([quote.mock.calls.length, react.mock.calls.length]).toEqual([1, 1]);
  });

  it("has a file fetched again that could not be fetched, as long as the channel keeps it", async () => {
    const { host, desk, last } = await opened("jonas");
    const owed = { ...last, about: { quote: null, earlier: [], reactions: [], owed: true } };
    const sent = Date.parse(owed.time);
    expect([mayCome(owed, sent), mayCome(owed, sent + 8 * 24 * 3_600_000), mayCome(last, sent)]).toEqual([true, false, false]);
    const fetch = () => void desk.conversation?.fetchFile(owed);
    render(EntryLine, { entry: owed, before: null, after: null, customer: "Jonas", me: "maya", details: vi.fn(), cancel: vi.fn(), retry: null, fetch });
    await user.click(screen.getByRole("button", { name: "Try again to fetch this file" }));
    expect(requests(host, "conversation.fetchFile")).toEqual([{ id: "jonas", turn: turnOf(last) }]);
  });

  it("is not offered where the channel has none", async () => {
    const { desk, view } = await opened("carmen");
    expect(actionsOf(desk, view).filter(({ is }) => is === "quote" || is === "react")).toEqual([]);
  });
});

describe("a reaction", () => {
  it("is found by its name, and can be taken back", async () => {
    const { host, desk, view, last } = await opened("jonas");
    const { unmount } = render(ReactDialog, { desk, view, entry: last, close });
    await user.type(await screen.findByRole("combobox", { name: "Emoji" }), "tada");
    await screen.findByRole("option", { name: /🎉/ });
    await user.keyboard("{Enter}");
    await vi.waitFor(() => expect(close).toHaveBeenCalled());
    unmount();
    const given = { ...last, about: { quote: null, earlier: [], owed: false, reactions: [{ by: { kind: "agent" as const, user: "maya", name: "Maya" }, emoji: "🎉" }] } };
    render(ReactDialog, { desk, view, entry: given, close });
    await user.click(screen.getByRole("button", { name: "Take back 🎉" }));
    const turn = turnOf(last);
    expect(requests(host, "conversation.react")).toEqual([{ id: "jonas", turn, emoji: "🎉" }, { id: "jonas", turn, emoji: null }]);
  });
});
