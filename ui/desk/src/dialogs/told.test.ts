// A supervisor looks who was told of a call for help.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import InviteDialog from "./InviteDialog.svelte";
import WhoWasTold from "./WhoWasTold.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { OpenConversation } from "../state/conversation.svelte";
import { Desk } from "../state/desk.svelte";

const user = userEvent.setup();
const close = (): void => undefined;

async function look(id: string, scene = "", meanwhile: (host: FakeHost) => void = () => undefined): Promise<{ host: FakeHost; desk: Desk }> {
  const host = fakeHost(scene);
  const desk = new Desk(host);
  await desk.refresh();
  meanwhile(host);
  render(WhoWasTold, { desk, id, close });
  return { host, desk };
}

const lines = async (): Promise<string[]> => (await screen.findAllByRole("listitem")).map((item) => item.textContent?.trim() ?? "");

describe("who was notified", () => {
  it("is one line for each who was called", async () => {
    await look("order");
    expect(screen.getByText("Asking the hub …")).toBeTruthy();
    const [priya, jonas, tomas] = await lines();
    expect(priya).toMatch(/^Priya Nair · shown [\d:]{8} · clicked [\d:]{8}$/);
    expect(jonas).toBe("Jonas Keller · muted: do not disturb");
    expect(tomas).toMatch(/^Tomáš Veselý · sent [\d:]{8}, not confirmed$/);
    expect(screen.getByRole("heading", { name: /Called today .* still open/ })).toBeTruthy();
    expect(screen.getByText("Notified: all agents, supervisors")).toBeTruthy();
  });

  it("is known of calls that are over, also of those that reached nobody", async () => {
    await look("carmen");
    expect(await lines()).toEqual([expect.stringMatching(/Maya Ortiz · shown .* · joined /), "Tomáš Veselý · muted: screen locked"]);
    expect(screen.getAllByRole("heading", { name: /over since/ })).toHaveLength(2);
    expect(screen.getByText("No one was called: no desk was connected.")).toBeTruthy();
  });

  it("is nobody where there was no call", async () => {
    await look("left");
    expect(await screen.findByText(/knows of no call for help/)).toBeTruthy();
  });

  it("cannot be seen offline, and comes by itself with the network", async () => {
    const { host, desk } = await look("order", "offline");
    expect(await screen.findByText(/You are offline/)).toBeTruthy();
    expect(screen.queryByRole("alert")).toBeNull();
    host.network(true);
    await desk.refresh();
    expect(await lines()).toHaveLength(3);
    expect(screen.queryByText(/You are offline/)).toBeNull();
  });

  it("asks again by itself when more is known of this conversation", async () => {
    const { host, desk } = await look("order");
    const stop = desk.start();
    desk.showTold("order");
    await vi.waitFor(() => expect(host.calls.filter(({ name }) => name === "app.state")).toHaveLength(2));
    await lines();
    const asked = (): number => host.calls.filter(({ name }) => name === "conversation.alerts").length;
    await new Promise((done) => setTimeout(done, 50));
    const before = asked();
    host.tell({ type: "alerts", id: "carmen" });
    await new Promise((done) => setTimeout(done, 50));
    expect(asked()).toBe(before);
    host.tell({ type: "alerts", id: "order" });
    await vi.waitFor(() => expect(asked()).toBe(before + 1));
    stop();
  });

  it("says what went wrong, and can be asked again", async () => {
    await look("order", "", (host) => host.refuse.set("conversation.alerts", { code: "hub.failed", message: "the hub does not say who was told" }));
    expect((await screen.findByRole("alert")).textContent).toBe("The hub does not say who was told.");
    await user.click(screen.getByRole("button", { name: "Refresh" }));
    expect(await lines()).toHaveLength(3);
    expect(screen.queryByRole("alert")).toBeNull();
  });
});

describe("transferring", () => {
  it("asks the colleague with the words, and says that the user stays until they join", async () => {
    const host = fakeHost();
    const desk = new Desk(host);
    const open = new OpenConversation(host, "carmen");
    await open.refresh();
    if (!open.view) throw new Error("no view");
    render(InviteDialog, { desk, view: open.view, close, transfer: true });
    expect(screen.getByText("You leave once they join. Until then you handle this.")).toBeTruthy();
    await user.click(await screen.findByRole("radio", { name: /Priya Nair/ }));
    await user.type(screen.getByRole("textbox"), "She waits for the airline.");
    await user.click(screen.getByRole("button", { name: /Ask to take over/ }));
    const asked = host.calls.filter(({ name }) => name === "conversation.transfer").map(({ request }) => request);
    expect(asked).toEqual([{ id: "carmen", user: "priya", note: "She waits for the airline." }]);
    await vi.waitFor(() => expect(desk.toasts.shown.map(({ text }) => text)).toEqual(["Priya Nair is asked. You stay until they join."]));
  });
});

describe("inviting", () => {
  it("says in words who is there and takes calls, those first", async () => {
    const desk = new Desk(fakeHost());
    const open = new OpenConversation(desk.host, "carmen");
    await open.refresh();
    if (!open.view) throw new Error("no view");
    render(InviteDialog, { desk, view: open.view, close });
    const names = (await screen.findAllByRole("radio")).map((radio) => radio.closest("label")?.textContent?.replace(/\s+/g, " ").trim() ?? "");
    expect(names).toEqual([
      expect.stringMatching(/Priya Nair ● available$/),
      expect.stringMatching(/Tomáš Veselý ◐ Lunch, back (tomorrow )?\d\d:\d\d$/),
      expect.stringMatching(/Noor van Dijk ○ offline$/),
    ]);
  });
});
