// Maya uses the company's own buttons: with the mouse, by keyboard, on the network and off it.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import ContextPane from "./ContextPane.svelte";
import Palette from "../dialogs/Palette.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";

const user = userEvent.setup();
const close = (): void => undefined;

async function at(id: string, scene = "", change: (host: FakeHost) => void = () => undefined): Promise<{ host: FakeHost; desk: Desk }> {
  const host = fakeHost(scene);
  change(host);
  const desk = new Desk(host);
  await desk.refresh();
  desk.show(id);
  await desk.conversation?.refresh();
  const view = desk.conversation?.view ?? expect.fail(`${id} is open`);
  render(ContextPane, { desk, view, me: "maya", floating: false, close });
  return { host, desk };
}

const presses = (host: FakeHost): unknown[] => host.calls.filter(({ name }) => name === "conversation.pressButton").map(({ request }) => request);
const said = (desk: Desk): string[] => desk.toasts.shown.map(({ tone, text }) => `${tone}: ${text}`);
const described = (name: string): string => {
  const id = screen.getByRole("button", { name }).getAttribute("aria-describedby") ?? "";
  return document.getElementById(id)?.textContent ?? "";
};

describe("custom buttons", () => {
  it("tell what they do, not by colour alone", async () => {
    await at("carmen");
    expect(screen.getByRole("region", { name: "Buttons" })).toBeTruthy();
    expect(described("Refund")).toBe("Starts a refund to the customer's card. Notifies Your Logic.");
    expect(described("Copy booking reference")).toBe("Copies a text.");
    expect(described("Open booking")).toBe("The booking in the back office. Opens a page in the browser.");
  });

  it("tell Your Logic, open a page, copy a text, and say so", async () => {
    const { host, desk } = await at("carmen");
    await user.click(screen.getByRole("button", { name: "Refund" }));
    await expect.poll(() => said(desk)).toContain("good: Refund: pressed.");
    await user.click(screen.getByRole("button", { name: "Open booking" }));
    await expect.poll(() => said(desk)).toContain("good: Open booking: page opened in the browser.");
    expect(presses(host)).toEqual([{ id: "carmen", button: "refund" }, { id: "carmen", button: "booking" }]);
    await user.click(screen.getByRole("button", { name: "Copy booking reference" }));
    await expect.poll(() => said(desk)).toContain("good: Copy booking reference: text copied.");
    expect(await navigator.clipboard.readText()).toBe("NW-20418");
    expect(presses(host).length).toBe(2);
  });

  it("that cannot be pressed say why, also to whoever presses them all the same", async () => {
    const { host, desk } = await at("order");
    const refund = screen.getByRole("button", { name: "Refund" });
    expect(refund.getAttribute("aria-disabled")).toBe("true");
    expect(described("Refund")).toContain("Join the conversation first.");
    expect(screen.getByText("Join the conversation first.", { selector: "p" })).toBeTruthy();
    refund.focus();
    await user.keyboard("{Enter}");
    await expect.poll(() => said(desk)).toEqual(["plain: Refund: Join the conversation first."]);
    expect(presses(host)).toEqual([]);
  });

  it("wait while the desk is offline", async () => {
    const { desk } = await at("carmen", "offline");
    await user.click(screen.getByRole("button", { name: "Refund" }));
    await expect.poll(() => said(desk)).toContain("good: Refund: waits until the hub can be reached.");
    await expect.poll(async () => (await desk.host.rpc("outbox.list", {})).map(({ what }) => what)).toContain("Press Refund");
  });

  it("that the hub refuses say why, and nothing else", async () => {
    const { host, desk } = await at("carmen");
    host.refuse.set("conversation.pressButton", { code: "conversation.no_button", message: "This button is not offered any more." });
    await user.click(screen.getByRole("button", { name: "Refund" }));
    await expect.poll(() => said(desk)).toEqual(["bad: This button is not offered any more."]);
  });

  it("are in the palette", async () => {
    const { host, desk } = await at("carmen");
    render(Palette, { desk, close });
    await user.type(screen.getByRole("combobox"), "press refund");
    await user.keyboard("{Enter}");
    await expect.poll(() => presses(host)).toEqual([{ id: "carmen", button: "refund" }]);
  });

  it("take no room where there are none", async () => {
    await at("carmen", "", (host) => (host.buttons = () => []));
    expect(screen.queryByRole("region", { name: "Buttons" })).toBeNull();
  });
});
