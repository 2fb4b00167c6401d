// What was not sent is found, and can be seen to; nothing of it goes by one press.
import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { beforeEach, describe, expect, it, vi } from "vitest";
import App from "../App.svelte";
import Row from "../list/Row.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { clock } from "../state/clock.svelte";
import { Desk } from "../state/desk.svelte";
import { offers } from "../state/palette";
import { pendingWords } from "../words/pending";
import { moment } from "../words/time";

vi.mock("svelte/transition", () => ({ fly: () => ({ duration: 0 }) }));

const user = userEvent.setup();
const calls = (host: FakeHost, name: string): unknown[] => host.calls.filter((call) => call.name === name).map(({ request }) => request);

async function start(scene: string): Promise<{ desk: Desk; host: FakeHost }> {
  const host = fakeHost(scene);
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(0));
  return { desk, host };
}

beforeEach(() => (clock.heard = null));

describe("what was not sent", () => {
  it("has a place in the rail only while there is something", async () => {
    await start("");
    expect(screen.queryByRole("link", { name: "Not sent" })).toBeNull();
    document.body.replaceChildren();
    await start("not_sent");
    expect(screen.getByTestId("section-count-notSent").textContent).toBe("3");
  });

  it("is reached by click, key and palette", async () => {
    const { desk } = await start("not_sent");
    await user.click(screen.getByRole("link", { name: "Not sent" }));
    expect(desk.overlay).toBe("notSent");
    desk.overlay = null;
    await tick();
    await user.keyboard("{Alt>}5{/Alt}");
    expect(desk.overlay).toBe("notSent");
    desk.overlay = null;
    offers(desk).find(({ id }) => id === "palette-not-sent")?.run();
    expect(desk.overlay).toBe("notSent");
  });

  it("says whose it was, the words, the files, why and when, and offers only what can be done", async () => {
    await start("not_sent");
    await user.keyboard("{Alt>}5{/Alt}");
    const [gone, seen, act] = await screen.findAllByTestId("not-sent");
    if (!gone || !seen || !act) throw new Error("three lines");
    expect(gone.textContent).toMatch(/Declan O'Rourke.*Liam Chen took the call.*depot in Cork.*label\.pdf/s);
    const names = (line: HTMLElement): (string | null)[] => within(line).getAllByRole("button").map((button) => button.textContent);
    expect(names(gone)).toEqual(["Copy", "Discard"]);
    expect(names(seen)).toEqual(["Open", "Note to Priya Nair", "Copy", "Discard"]);
    expect(names(act)).toEqual(["Open", "Discard"]);
  });

  it("is discarded only when the dialog closes, and can be brought back until then", async () => {
    const { desk, host } = await start("not_sent");
    await user.keyboard("{Alt>}5{/Alt}");
    for (const whom of ["Declan O'Rourke", "Aiko Tanabe"]) await user.click(await screen.findByRole("button", { name: `Discard: Reply, ${whom}` }));
    await user.click(screen.getByRole("button", { name: "Undo discarding: Reply, Aiko Tanabe" }));
    await vi.waitFor(() => expect(document.activeElement?.getAttribute("aria-label")).toBe("Discard: Reply, Aiko Tanabe"));
    expect(calls(host, "notSent.discard")).toEqual([]);
    desk.overlay = null;
    await vi.waitFor(() => expect(calls(host, "notSent.discard")).toEqual([{ key: "reply-declan" }]));
  });

  it("goes to colleagues as a note, and is opened", async () => {
    const { desk, host } = await start("not_sent");
    await user.keyboard("{Alt>}5{/Alt}");
    await user.click(await screen.findByRole("button", { name: "Note to Priya Nair: Reply, Aiko Tanabe" }));
    expect(calls(host, "notSent.note")).toEqual([{ key: "reply-aiko" }]);
    await user.click(await screen.findByRole("button", { name: "Open: Join, Luís Carvalho" }));
    await vi.waitFor(() => expect(desk.conversation?.id).toBe("order"));
    expect(desk.overlay).toBeNull();
  });
});

describe("what the hub has not confirmed", () => {
  const since = "2026-05-12T14:02:31Z";
  const now = Date.parse(since);

  it("is named once it takes noticeably long", () => {
    const one = { what: "Complete", since };
    expect(pendingWords([], now)).toBeNull();
    expect(pendingWords([one], now + 500)).toBeNull();
    expect(pendingWords([one], now + 3_000)).toBe("Complete queued");
    expect(pendingWords([{ what: "Join", since }, one], now + 3_000)).toBe("Join and 1 more queued");
  });

  it("is the same words in row, header, bar and context", async () => {
    const { desk } = await start("offline");
    desk.show("jonas");
    desk.contextOpen = true;
    await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
    await tick();
    const words = "Reply and 1 more queued";
    for (const where of [document.querySelector("#row-jonas"), document.querySelector("main header"), screen.getByTestId("composer"), screen.getByRole("complementary", { name: "Context" })]) {
      expect(where?.textContent).toContain(words);
    }
  });
});

describe("one outage", () => {
  it("has one time, and the waits stand still at it", async () => {
    const { desk } = await start("offline");
    const connection = desk.app?.connection;
    if (connection?.state !== "offline") throw new Error("the scene is offline");
    const time = new Date(connection.since).toTimeString().slice(0, 5);
    // A few minutes after midnight it was yesterday.
    const when = moment(connection.since, Date.now());
    expect(screen.getByTestId("status-connection").textContent).toContain(`Offline since ${when}`);
    expect(screen.getByText(`As of ${when}.`)).toBeTruthy();
    expect(clock.known).toBe(Date.parse(connection.since));
    const row = desk.list.rows.find((one) => one?.id === "aiko") ?? expect.fail("Aiko waits");
    render(Row, { row, at: 0, total: 1, me: "maya", on: false, cursor: false, several: { channel: false }, open: () => undefined });
    expect(screen.getAllByRole("option").at(-1)?.querySelector("time")?.title).toBe(`as of ${time}`);
  });

  it("begins with a hub that does not answer: not live any more", async () => {
    await start("silent");
    expect(screen.getByTestId("status-connection").textContent).toMatch(/No answer since \d\d:\d\d:\d\d/);
    expect(screen.queryByText(/^Live$/)).toBeNull();
  });
});
