// Maya invites a partner from outside, and takes a link back.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import InviteDialog from "./InviteDialog.svelte";
import InvitePartner from "./InvitePartner.svelte";
import People from "../context/People.svelte";
import { AEROLINX } from "../dev/entries";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";

const user = userEvent.setup();

async function inviting(scene = ""): Promise<{ host: FakeHost; desk: Desk; close: ReturnType<typeof vi.fn> }> {
  const host = fakeHost(scene);
  const desk = new Desk(host);
  await desk.refresh();
  const view = await host.rpc("conversation.open", { id: "carmen" });
  const close = vi.fn();
  render(InvitePartner, { desk, view, close });
  return { host, desk, close };
}

const asked = (host: FakeHost): unknown[] => host.calls.filter(({ name }) => name === "conversation.inviteExternal").map(({ request }) => request);

describe("the link of a partner", () => {
  it("is shown once, and can be copied", async () => {
    const { host, close } = await inviting();
    await user.type(screen.getByRole("textbox", { name: /^Name/ }), "Nordwind");
    await user.type(screen.getByRole("textbox", { name: /^E-mail/ }), "ops@nordwind.example");
    await user.click(screen.getByRole("radio", { name: "15 minutes" }));
    await user.click(screen.getByRole("button", { name: /Create link/ }));
    const link = await screen.findByRole<HTMLInputElement>("textbox", { name: "Link" });
    expect(asked(host)).toEqual([{ id: "carmen", name: "Nordwind", email: "ops@nordwind.example", ttlS: 900 }]);
    expect(link.value).toContain("/guest/");
    await user.click(screen.getByRole("button", { name: "Copy link" }));
    await screen.findByText(/Copied/);
    expect(await navigator.clipboard.readText()).toBe(link.value);
    expect(screen.getByText(/mails another link to ops@nordwind.example/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Done" }));
    expect(close).toHaveBeenCalledOnce();
  });

  it("is the only way where no mail server is known", async () => {
    await inviting("no_mail");
    expect(screen.queryByRole("textbox", { name: /E-mail/ })).toBeNull();
  });

  it("is not made if the hub refuses, which says why and keeps what was typed", async () => {
    const { host } = await inviting();
    host.refuse.set("conversation.inviteExternal", { code: "input.invalid", message: "This is not an e-mail address." });
    const name = screen.getByRole<HTMLInputElement>("textbox", { name: /^Name/ });
    await user.type(name, "Nordwind");
    await user.click(screen.getByRole("button", { name: /Create link/ }));
    await screen.findByText(/not an e-mail address/i);
    expect(name.value).toBe("Nordwind");
  });

  it("is one press away from inviting a colleague", async () => {
    const host = fakeHost();
    const desk = new Desk(host);
    const view = await host.rpc("conversation.open", { id: "carmen" });
    render(InviteDialog, { desk, view, close: () => undefined });
    await user.click(screen.getByRole("button", { name: /outside your team/ }));
    expect(desk.overlay).toBe("inviteExternal");
  });
});

describe("a partner among the participants", () => {
  const until = new Date(Date.now() + 42 * 60_000 + 500).toISOString();
  const person = { engagement: "e", participant: AEROLINX, me: false, since: new Date().toISOString(), until, invited: false };

  it("is named as external, with the time that is left", () => {
    render(People, { people: [person, { ...person, engagement: "f", invited: true }], customer: "Carmen", me: "maya", logic: false, revoke: vi.fn() });
    expect(screen.getAllByRole("listitem").map((item) => item.textContent?.replace(/\s+/g, " ").trim())).toEqual([
      expect.stringMatching(/Aerolinx external 4[12]:\d\d left Revoke$/),
      expect.stringMatching(/Aerolinx external invited · 4[12]:\d\d left Revoke$/),
    ]);
  });

  it("stays with those who take part: who looks on has no button for that", () => {
    render(People, { people: [person], customer: "Carmen", me: "maya", logic: false, revoke: null });
    expect(screen.getByText("Aerolinx")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /Revoke/ })).toBeNull();
  });

  it("is sent away by two presses, not by one", async () => {
    const revoke = vi.fn();
    render(People, { people: [person], customer: "Carmen", me: "maya", logic: false, revoke });
    await user.click(screen.getByRole("button", { name: "Revoke the link of Aerolinx" }));
    expect(revoke).not.toHaveBeenCalled();
    await user.tab();
    await user.click(screen.getByRole("button", { name: "Revoke the link of Aerolinx" }));
    await user.click(screen.getByRole("button", { name: "Revoke now: the link of Aerolinx" }));
    expect(revoke).toHaveBeenCalledExactlyOnceWith("aerolinx");
  });
});
