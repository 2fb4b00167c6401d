// Carmen writes Portuguese; Maya reads English.
import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it, vi } from "vitest";
import Translation from "./Translation.svelte";
import Turn from "./Turn.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import type { OpenConversation } from "../state/conversation.svelte";
import { Desk } from "../state/desk.svelte";
import { offered, offers } from "../state/palette";
import { onKey } from "../state/shortcuts";
import { transcript } from "../state/transcript";
import { AT_ONCE, Translating, type Reading } from "../state/translating.svelte";
import { quoteOf } from "../words/quotes";
import type { EntryView } from "$shared/types";

const MOVE = "Olá, preciso de mudar a minha viagem para um dia da próxima semana.\nSerá que dá?";
const MOVED = "Hello, I need to move my trip to some day next week.\nWould that work?";
const user = userEvent.setup();

afterEach(() => vi.useRealTimers());

interface Stage {
  host: FakeHost;
  desk: Desk;
  open: OpenConversation;
}

async function opened(scene: string): Promise<Stage> {
  const host = fakeHost(scene);
  const desk = new Desk(host);
  await desk.refresh();
  desk.show("carmen");
  await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
  const open = desk.conversation;
  if (!open) throw new Error("nothing is open");
  return { host, desk, open };
}

const said = (open: OpenConversation, words: string): EntryView => {
  const entry = open.journey.entries.find(({ body }) => "text" in body && body.text === words);
  if (!entry) throw new Error(`nobody said ${words}`);
  return entry;
};
const asked = (host: FakeHost): { turns: string[] }[] => host.calls.filter(({ name }) => name === "conversation.translate").map(({ request }) => request as { turns: string[] });
const is = (open: OpenConversation, words: string, live = true): Reading["is"] | null => open.translating.of(said(open, words), live)?.is ?? null;
const strip = (): HTMLElement => screen.getByRole("group", { name: "Translation" });

function showStrip({ desk, open }: Stage): void {
  if (!open.view?.translating) throw new Error("nothing to translate");
  render(Translation, { desk, open, view: open.view.translating, customer: "Carmen Menzel" });
}

function press(desk: Desk, key: string): void {
  onKey(desk, new KeyboardEvent("keydown", { key, altKey: true, cancelable: true }));
}

/** The transcript wants what is on screen, until all of it was answered. */
async function translated({ host, open }: Stage): Promise<void> {
  const before = asked(host).length;
  open.translating.want(open.journey.entries, true);
  await vi.waitFor(() => expect(asked(host).length).toBeGreaterThan(before));
  await vi.waitFor(() => expect(open.translating.asking.size).toBe(0));
  await open.refresh();
}

describe("a conversation in another language", () => {
  it("is offered in one line, and translated in one request", async () => {
    const stage = await opened("foreign");
    showStrip(stage);
    expect(strip().textContent).toContain("Carmen Menzel writes Portuguese.");
    await user.click(within(strip()).getByRole("button", { name: /Translate/ }));
    await vi.waitFor(() => expect(stage.open.view?.translating?.on).toBe(true));
    expect(is(stage.open, MOVE)).toBe("asking");
    await translated(stage);
    expect(asked(stage.host)).toHaveLength(1);
    expect(asked(stage.host)[0]?.turns.length).toBe(4);
    expect(stage.open.translating.of(said(stage.open, MOVE), true)).toEqual({ is: "translation", text: MOVED, from: "pt" });
    stage.open.translating.want(stage.open.journey.entries, true);
    await new Promise((done) => setTimeout(done, 200));
    expect(asked(stage.host), "what failed is not asked for again").toHaveLength(1);
  });

  it("is not offered to whoever reads the language", async () => {
    const stage = await opened("foreign");
    showStrip(stage);
    await user.click(within(strip()).getByRole("button", { name: "I read Portuguese" }));
    const sent = stage.host.calls.find(({ name }) => name === "settings.set")?.request as { reads: string[] };
    expect(sent.reads).toEqual(["en", "pt"]);
  });

  it("is turned on and off by a key and from the palette", async () => {
    const { desk, open } = await opened("foreign");
    press(desk, "t");
    await vi.waitFor(() => expect(open.view?.translating?.on).toBe(true));
    offered(offers(desk), "stop transl")[0]?.run();
    await vi.waitFor(() => expect(open.view?.translating?.on).toBe(false));
    expect(offered(offers(desk), "translate conv")[0]?.key).toBe("Alt T");
  });

  it("says that the hub cannot translate", async () => {
    const { desk, open } = await opened("");
    if (open.view) open.view = { ...open.view, translating: null };
    press(desk, "t");
    expect(desk.toasts.shown.at(-1)?.text).toBe("This hub cannot translate.");
  });
});

describe("the words themselves", () => {
  it("are one key away, for all and for each", async () => {
    const { desk, open } = await opened("foreign,translated");
    expect(is(open, MOVE)).toBe("translation");
    press(desk, "o");
    expect([is(open, MOVE), is(open, "Sim, por favor 🙂")]).toEqual(["original", "original"]);
    open.translating.flip(said(open, MOVE).key);
    expect([is(open, MOVE), is(open, "Sim, por favor 🙂")]).toEqual(["translation", "original"]);
    press(desk, "o");
    expect([is(open, MOVE), is(open, "Sim, por favor 🙂")]).toEqual(["translation", "translation"]);
  });

  it("stand beside a mark, and a translation is plain text", async () => {
    const { open } = await opened("foreign,translated");
    const flip = vi.fn();
    const text = "<img src=x onerror=alert(1)> https://evil.example";
    render(Turn, { entry: said(open, MOVE), first: true, last: true, customer: "Carmen", me: "maya", details: vi.fn(), cancel: vi.fn(), retry: null, reading: { is: "translation", text, from: "pt" }, flip });
    const words = screen.getByTestId("translation");
    expect(words.textContent).toBe(text);
    expect(words.querySelector("*")).toBeNull();
    expect(screen.queryByText(/preciso/)).toBeNull();
    expect(screen.getByText(/Translated from Portuguese/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Show original" }));
    expect(flip).toHaveBeenCalledOnce();
  });

  it("are what is quoted and copied", async () => {
    const { host, open } = await opened("foreign,translated");
    expect(quoteOf(said(open, MOVE))?.text).toBe(MOVE);
    if (!open.view) throw new Error("no view");
    const copy = await transcript(host, open.view, "maya", Date.now());
    expect(copy).toContain("preciso de mudar");
    expect(copy).not.toContain("I need to move");
  });

  it("are shown where there is no translation, with the reason", async () => {
    const stage = await opened("foreign");
    await stage.open.readTranslated(true);
    expect(is(stage.open, MOVE, false)).toBe("waiting");
    stage.open.translating.want(stage.open.journey.entries, false);
    await translated(stage);
    expect(stage.open.translating.of(said(stage.open, "Ena pá, era mesmo à maneira!"), true) ?? {}).toMatchObject({ is: "failed", reason: "Could not be translated" });
  });
});

describe("requests", () => {
  it("that fail say why and are repeated when the agent says so", async () => {
    const stage = await opened("foreign");
    await stage.open.readTranslated(true);
    showStrip(stage);
    stage.host.refuse.set("conversation.translate", { code: "translate.failed", message: "The writing model cannot be reached." });
    await translated(stage);
    expect(stage.open.translating.of(said(stage.open, MOVE), true)).toEqual({ is: "failed", reason: "The writing model cannot be reached." });
    await user.click(within(strip()).getByRole("button", { name: "Ask again" }));
    stage.open.translating.want(stage.open.journey.entries, true);
    await vi.waitFor(() => expect(asked(stage.host)).toHaveLength(2));
  });

  it("take a bounded number of turns, the newest first, and none after Stop", async () => {
    vi.useFakeTimers();
    const turns: string[][] = [];
    let answer = (): void => undefined;
    const rpc = vi.fn((_: string, request: unknown) => {
      turns.push((request as { turns: string[] }).turns);
      return new Promise((resolve) => (answer = () => resolve({ untranslated: [] })));
    });
    const translating = new Translating({ rpc } as never);
    const entries = Array.from({ length: 50 }, (_, at) => ({ key: `${at}`, conversation: "carmen", position: at, body: { type: "text", turn: `turn-${at}`, text: "olá", silent: false }, translation: { is: "wanted" } }) as unknown as EntryView);
    translating.want(entries, true);
    await vi.advanceTimersByTimeAsync(200);
    expect(turns).toHaveLength(1);
    expect(turns[0]).toHaveLength(AT_ONCE);
    expect(turns[0]?.at(-1)).toBe("turn-49");
    answer();
    await vi.advanceTimersByTimeAsync(1);
    expect(turns[1]?.at(-1)).toBe("turn-29");
    translating.stop();
    answer();
    await vi.advanceTimersByTimeAsync(1000);
    expect(turns).toHaveLength(2);
    expect(translating.asking.size).toBe(0);
  });
});
