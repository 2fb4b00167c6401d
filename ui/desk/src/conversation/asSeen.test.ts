// A supervisor looks at a conversation as its participants saw it.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import ConversationPane from "./ConversationPane.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { lookAsSeen } from "../state/asSeen.svelte";
import { DESK, Desk } from "../state/desk.svelte";

const user = userEvent.setup();

async function look(scene = ""): Promise<{ host: FakeHost; desk: Desk }> {
  const host = fakeHost(scene);
  const desk = new Desk(host);
  await desk.refresh();
  lookAsSeen(desk, "carmen");
  const open = desk.conversation;
  if (!open || !desk.app?.me) throw new Error("nothing is open");
  await open.refresh();
  render(ConversationPane, { props: { desk, open, me: desk.app.me, connection: desk.app.connection }, context: new Map([[DESK, desk]]) });
  return { host, desk };
}

const slider = (): Promise<HTMLInputElement> => screen.findByRole<HTMLInputElement>("slider", { name: "Moment" });
const aloud = async (): Promise<string> => (await slider()).getAttribute("aria-valuetext") ?? "";
const marks = (): (string | undefined)[] => screen.getAllByTestId("as-seen-entry").map(({ dataset }) => dataset["mark"]);

describe("as seen by", () => {
  it("begins at the end, through the customer's eyes, and says that it is recorded", async () => {
    const { host } = await look();
    const at = await slider();
    expect(at.value).toBe(at.max);
    expect(screen.getByText(/This look is recorded\./)).toBeTruthy();
    expect(screen.queryAllByText(/Note from|Your note/)).toEqual([]);
    expect(marks()).not.toContain("undelivered");
    expect(host.calls.filter(({ name }) => name === "asSeen.look").map(({ request }) => request)).toEqual([{ id: "carmen", viewpoint: { kind: "customer" } }]);
  });

  it("goes from event to event, by minutes, and to the ends, by keys", async () => {
    const { desk } = await look();
    (await slider()).focus();
    const seen = desk.conversation?.asSeen;
    if (!seen) throw new Error("nothing is looked at");
    const end = seen.at;
    await user.keyboard("{ArrowLeft}");
    expect(seen.at).toBe(seen.ticks.at(-2));
    await user.keyboard("{ArrowRight}");
    expect(seen.at).toBe(end);
    await user.keyboard("{Shift>}{ArrowLeft}{/Shift}");
    expect(seen.at).toBe(end - 60_000);
    await user.keyboard("{Home}");
    expect(seen.at).toBe(seen.from);
    await user.keyboard("{ArrowLeft}");
    expect(seen.at).toBe(seen.from);
    await user.keyboard("{End}");
    expect(seen.at).toBe(end);
  });

  it("says at each moment what was unread and not delivered, below it and aloud", async () => {
    const { host, desk } = await look();
    const seen = desk.conversation?.asSeen;
    if (!seen) throw new Error("nothing is looked at");
    await slider();
    const entries = host.samples.find(({ view }) => view.row.id === "carmen")?.entries ?? [];
    const turn = Date.parse(entries.findLast(({ by, body }) => by.kind !== "customer" && body.type === "text")?.time ?? "");
    seen.to(turn);
    await vi.waitFor(() => expect(marks().at(-1)).toBe("undelivered"));
    expect(screen.getByText("Not delivered yet")).toBeTruthy();
    expect(await aloud()).toMatch(/\d\d:\d\d:\d\d · .*1 not delivered$/);
    seen.to(turn + 4_000);
    await vi.waitFor(() => expect(marks().at(-1)).toBe("unread"));
    expect(screen.getByText("Unread")).toBeTruthy();
    seen.to(turn + 20_000);
    await vi.waitFor(() => expect(marks().at(-1)).toBe("seen"));
    expect(screen.getByText("Seen up to here")).toBeTruthy();
  });

  it("looks through other eyes at the same moment", async () => {
    const { host, desk } = await look();
    (await slider()).focus();
    await user.keyboard("{Home}");
    const at = desk.conversation?.asSeen?.at;
    await user.selectOptions(screen.getByRole("combobox", { name: "As seen by" }), "Maya Ortiz");
    await vi.waitFor(() => expect(host.calls.filter(({ name }) => name === "asSeen.look")).toHaveLength(2));
    await screen.findByText(/was not in the conversation/);
    expect(desk.conversation?.asSeen?.at).toBe(at);
    expect(screen.queryAllByTestId("as-seen-entry")).toEqual([]);
  });

  it("lets nobody write, act or see meanwhile, and Escape leads back to now", async () => {
    const { host, desk } = await look();
    await slider();
    expect(desk.writes).toBe(false);
    expect(screen.queryByRole("textbox")).toBeNull();
    expect(screen.queryByRole("button", { name: /Complete/ })).toBeNull();
    expect(host.calls.map(({ name }) => name)).not.toContain("conversation.seen");
    (await slider()).focus();
    await user.keyboard("{Escape}");
    expect(desk.conversation?.asSeen).toBeNull();
    expect(await screen.findByTestId("transcript")).toBeTruthy();
  });

  it("needs the hub, says so, and comes by itself with the network", async () => {
    const { host, desk } = await look("offline");
    expect(await screen.findByText("Only the hub knows what was on their screens: connect first.")).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
    host.network(true);
    await desk.refresh();
    expect(await slider()).toBeTruthy();
  });

  it("says what went wrong, and can be asked again", async () => {
    const host = fakeHost();
    host.refuse.set("asSeen.look", { code: "hub.failed", message: "The hub does not say what was on their screens." });
    const desk = new Desk(host);
    await desk.refresh();
    lookAsSeen(desk, "carmen");
    const open = desk.conversation;
    if (!open || !desk.app?.me) throw new Error("nothing is open");
    await open.refresh();
    render(ConversationPane, { props: { desk, open, me: desk.app.me, connection: desk.app.connection }, context: new Map([[DESK, desk]]) });
    expect((await screen.findByRole("alert")).textContent).toContain("The hub does not say");
    await user.click(screen.getByRole("button", { name: "Ask again" }));
    expect(await slider()).toBeTruthy();
  });

  it("is for supervisors only, and ends when another conversation is opened", async () => {
    const { desk } = await look();
    const open = desk.conversation;
    desk.show("jonas");
    expect(open?.asSeen).toBeNull();
    expect(desk.conversation?.asSeen).toBeNull();
    const agent = new Desk(fakeHost());
    await agent.refresh();
    if (agent.app) agent.app = { ...agent.app, counts: { ...agent.app.counts, all: null } };
    lookAsSeen(agent, "carmen");
    expect(agent.conversation).toBeNull();
  });
});
