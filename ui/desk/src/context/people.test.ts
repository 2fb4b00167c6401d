// Who is in a conversation and does not see what happens there stands beside it, with the reason and the time.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import ContextPane from "./ContextPane.svelte";
import InviteDialog from "../dialogs/InviteDialog.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";

async function at(name: string): Promise<{ desk: Desk; host: FakeHost }> {
  const host = fakeHost();
  const desk = new Desk(host);
  await desk.refresh();
  desk.show(host.samples.find(({ view }) => view.row.name === name)?.view.row.id ?? name);
  await desk.conversation?.refresh();
  return { desk, host };
}

async function beside(name: string): Promise<FakeHost> {
  const { desk, host } = await at(name);
  const view = desk.conversation?.view ?? expect.fail(`${name} is open`);
  render(ContextPane, { desk, view, me: "maya", floating: false, close: () => undefined });
  return host;
}

describe("a colleague in a conversation", () => {
  it("who is away stands there with the reason and the return", async () => {
    await beside("Grace Okafor");
    const line = (await screen.findByText(/Lunch, back/)).closest("li");
    expect(line?.textContent).toContain("Tomáš Veselý");
  });

  it("who is available needs no more words, and nobody asks for those of a conversation without one", async () => {
    const host = await beside("Aiko Tanabe");
    await vi.waitFor(() => expect(host.calls.some(({ name }) => name === "colleagues.list")).toBe(true));
    expect(screen.queryByText(/available/)).toBeNull();
    const alone = await beside("Carmen Menzel");
    expect(alone.calls.some(({ name }) => name === "colleagues.list")).toBe(false);
  });
});

describe("choosing a colleague", () => {
  it("begins with the first who can come, and says why others cannot", async () => {
    const { desk } = await at("Carmen Menzel");
    const view = desk.conversation?.view ?? expect.fail("Carmen is open");
    render(InviteDialog, { desk, view, close: () => undefined, transfer: true });
    await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByRole("radio", { name: /Priya Nair\s*available/ })));
    expect(screen.getByRole("radio", { name: /Tomáš Veselý\s*Lunch, back/ })).toBeTruthy();
    expect(screen.getByRole("radio", { name: /Noor van Dijk\s*offline/ })).toBeTruthy();
  });

  it("does not take the focus from words that were begun", async () => {
    const { desk, host } = await at("Carmen Menzel");
    const view = desk.conversation?.view ?? expect.fail("Carmen is open");
    let answer = (): void => undefined;
    const asked = host.rpc.bind(host);
    vi.spyOn(host, "rpc").mockImplementation((name, request) => (name === "colleagues.list" ? new Promise((done) => (answer = () => done(asked(name, request)))) : asked(name, request)));
    render(InviteDialog, { desk, view, close: () => undefined });
    const message = screen.getByRole("textbox");
    message.focus();
    await userEvent.setup().keyboard("Please");
    answer();
    await screen.findByRole("radio", { name: /Priya/ });
    expect(document.activeElement).toBe(message);
  });
});
