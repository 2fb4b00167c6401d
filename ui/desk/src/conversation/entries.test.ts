import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { EntryView } from "$shared/types";
import EntryLine from "./EntryLine.svelte";
import { fakeHost } from "../host/fake";
import { DESK, Desk } from "../state/desk.svelte";
import { AEROLINX, CUSTOMER, LOGIC, MAYA, PRIYA, Script } from "../dev/entries";

const NOW = new Date(2026, 4, 12, 14, 2).getTime();
const script = (): Script => new Script("carmen", NOW);
const details = vi.fn();
const cancel = vi.fn();
const retry = vi.fn();

function show(written: Script, told: (() => void) | null = null): HTMLElement {
  const entry = written.entries.at(-1) as EntryView;
  const before = written.entries.at(-2) ?? null;
  const props = { entry, before, after: null, customer: "Carmen Menzel", me: "maya", details, cancel, retry, told };
  render(EntryLine, { props, context: new Map([[DESK, new Desk(fakeHost())]]) });
  return screen.getByTestId("entry");
}

describe("entries", () => {
  it.each([
    [CUSTOMER, "customer", "Carmen"],
    [MAYA, "agent", "You"],
    [PRIYA, "agent", "Priya Nair"],
    [LOGIC, "logic", "Your Logic"],
    [AEROLINX, "external_agent", "Aerolinx · external"],
  ])("name who speaks, never by colour alone (%#)", (by, kind, name) => {
    const entry = show(script().says(by, "Hello", 0));
    expect(entry.dataset).toMatchObject({ kind, entry: "text" });
    expect(entry.textContent).toContain(name);
  });

  it("never turn what a customer wrote into markup", () => {
    const entry = show(script().customer("<img src=x onerror=alert(1)> javascript:alert(1)", 0));
    expect(entry.querySelector("img, a, script")).toBeNull();
    expect(entry.textContent).toContain("<img src=x onerror=alert(1)>");
  });

  it("show addresses, and open nothing", async () => {
    const entry = show(script().customer("look at https://tandem.example/x", 0));
    const link = entry.querySelector("a") as HTMLAnchorElement;
    expect(link.title).toBe("https://tandem.example/x");
    const click = new MouseEvent("click", { bubbles: true, cancelable: true });
    link.dispatchEvent(click);
    expect(click.defaultPrevented).toBe(true);
  });

  it("mark the choice that was taken", () => {
    show(script().asks("Which?", ["Same price", "Earliest date"], 1, 0));
    const items = screen.getAllByRole("listitem").map((item) => item.textContent?.trim());
    expect(items).toEqual(["Same price", "Chosen: Earliest date"]);
  });

  it("show what they quote, how people react, and what they said before", () => {
    const written = script().customer("My red bag", 0);
    const about = { quote: { turn: "asked", by: MAYA, text: "Which bag?" }, reactions: [{ by: MAYA, emoji: "👍" }], earlier: ["My bag"] };
    Object.assign(written.entries.at(-1) as EntryView, { about });
    const entry = show(written);
    expect(entry.querySelector("blockquote")?.textContent).toMatch(/You\s+Which bag\?/);
    expect(screen.getByRole("list", { name: "Reactions" }).textContent).toContain("👍");
    expect(screen.getByText("Edited").closest("details")?.textContent).toContain("My bag");
  });

  it("say how far a message has come, and open its way", async () => {
    show(script().fails(MAYA, "Hello?", 0, "The number does not exist"));
    const button = screen.getByRole("button", { name: /not delivered/ });
    expect(button.textContent).toMatch(/14:02 · not delivered: The number does not exist/);
    await userEvent.click(button);
    expect(details).toHaveBeenCalledWith(button);
  });

  it("say that nobody knows whether it arrived, and that sending it again may double it", async () => {
    const written = script().fails(MAYA, "Hello?", 0, "WhatsApp did not say whether this arrived.");
    written.entries.at(-1)?.stages.forEach((one) => one.stage === "failed" && Object.assign(one, { stage: "unconfirmed" }));
    show(written);
    expect(screen.getByRole("button", { name: /not confirmed: WhatsApp did not say/ })).toBeTruthy();
    retry.mockClear();
    await userEvent.click(screen.getByRole("button", { name: "Send this message again; it may arrive twice" }));
    expect(retry).toHaveBeenCalledWith("carmen-turn-1");
  });

  it("of which nobody knows whether it arrived are left alone, and ask for nothing any more", async () => {
    const written = script().fails(MAYA, "Hello?", 0, "WhatsApp did not say whether this arrived.");
    written.entries.at(-1)?.stages.forEach((one) => one.stage === "failed" && Object.assign(one, { stage: "unconfirmed" }));
    const entry = show(written);
    await userEvent.click(screen.getByRole("button", { name: "Leave this message as it is" }));
    expect(entry.textContent).toContain("not confirmed");
    expect(entry.textContent).not.toContain("WhatsApp did not say");
    expect(screen.queryByRole("button", { name: /again|Leave/ })).toBeNull();
  });

  it.each([
    ["template", "Send a template", "template"],
    ["other_contact", "Use another contact", "otherContact"],
  ] as const)("that failed offer what helps: %s", async (remedy, name, overlay) => {
    const desk = new Desk(fakeHost());
    await desk.refresh();
    desk.show("jonas");
    await vi.waitFor(() => expect(desk.conversation?.view).toBeTruthy());
    const entry = new Script("jonas", NOW).fails(MAYA, "Hello?", 0, "No.", remedy).entries.at(-1) as EntryView;
    const props = { entry, before: null, after: null, customer: "Jonas", me: "maya", details, cancel, retry };
    render(EntryLine, { props, context: new Map([[DESK, desk]]) });
    expect(screen.queryByRole("button", { name: "Retry this message" })).toBeNull();
    await userEvent.click(screen.getByRole("button", { name }));
    expect(desk.overlay).toBe(overlay);
  });

  it("that failed for good offer nothing", () => {
    show(script().fails(MAYA, "Hello?", 0, "The customer does not want marketing messages.", "nothing"));
    expect(screen.queryByRole("button", { name: "Retry this message" })).toBeNull();
  });

  it("send a failed message again", async () => {
    show(script().fails(MAYA, "Hello?", 0, "The number does not exist"));
    await userEvent.click(screen.getByRole("button", { name: "Retry this message" }));
    expect(retry).toHaveBeenCalledWith("carmen-turn-1");
  });

  it.each([
    ["a reply", () => script().says(MAYA, "Soon", 0, "queued")],
    ["a note", () => script().note(MAYA, "Call her", 0)],
    ["an action", () => script().system("engagement", "You join", 0, MAYA)],
  ])("say that %s is queued, and take it back", async (_, write) => {
    cancel.mockClear();
    const written = write();
    const [entry] = written.entries;
    if (entry) Object.assign(entry, { position: null, command: "command-1" });
    expect(show(written).textContent).toContain("queued");
    await userEvent.click(screen.getByRole("button", { name: /^Cancel/ }));
    expect(cancel).toHaveBeenCalledOnce();  });

  it.each([
    ["a call for help", script().system("help", "Your Logic asked for help", 0, LOGIC)],
    ["a failure of Your Logic", script().system("failure", "Your Logic could not answer", 0)],
  ])("of %s tell supervisors who was told", async (_, written) => {
    const told = vi.fn();
    show(written, told);
    await userEvent.click(screen.getByRole("button", { name: "Who was notified" }));
    expect(told).toHaveBeenCalledOnce();
  });

  it.each([
    ["to others", script().system("help", "Your Logic asked for help", 0, LOGIC), null],
    ["where nobody was called", script().system("engagement", "You joined", 0, MAYA), vi.fn()],
  ])("do not speak of who was told %s", (_, written, told) => {
    show(written, told);
    expect(screen.queryByRole("button", { name: "Who was notified" })).toBeNull();
  });

  it("share one name when said in one go", () => {
    const entry = show(script().customer("one", 1).customer("two", 0.5));
    expect(entry.querySelector(".by")).toBeNull();
    expect(entry.querySelector(".hidden-words")?.textContent).toBe("Carmen");
  });

  it("show a file as a chip with its size", () => {
    const entry = show(script().file(CUSTOMER, "pass.pdf", "application/pdf", 88_102, "my pass", 0));
    expect(entry.dataset.entry).toBe("attachment");
    expect(entry.textContent).toMatch(/pass\.pdf\s*PDF · 88 kB\s*Open\s*Save as …\s*my pass/);
  });

  it("show a picture through the core, never from outside", async () => {
    const entry = show(script().file(CUSTOMER, "box.jpg", "image/jpeg", 1000, "", 0));
    const picture = await screen.findByRole("img", { name: "box.jpg" });
    expect(entry.contains(picture)).toBe(true);
    expect(picture.getAttribute("src")).toMatch(/^data:/);
  });

  it.each([
    ["note", script().note(LOGIC, "Fare class W", 0)],
    ["suggestion", script().suggests("Say yes", "because", 0)],
    ["system", script().system("help", "Asked for help", 0)],
    ["seam", script().seam("whatsapp", 0, "resolved by Your Logic")],
  ])("keep a %s apart from what was said", (type, written) => {
    const entry = show(written);
    expect(entry.dataset.entry).toBe(type);
    expect(entry.querySelector(".turn")).toBeNull();
  });
});
