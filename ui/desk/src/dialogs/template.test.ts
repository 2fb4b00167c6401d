// Jonas is on WhatsApp: for 24 hours after his last message he can be answered, afterwards with templates alone.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import CardDialog from "./CardDialog.svelte";
import OtherContact from "./OtherContact.svelte";
import StartDialog from "./StartDialog.svelte";
import TemplateDialog from "./TemplateDialog.svelte";
import ReplyWindow from "../composer/ReplyWindow.svelte";
import WordsDialog from "./WordsDialog.svelte";
import TemplateBar from "../composer/TemplateBar.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { actionsOf } from "../state/actions";
import { clock } from "../state/clock.svelte";
import { Desk } from "../state/desk.svelte";
import { iso } from "../dev/entries";

const user = userEvent.setup();
const close = vi.fn();

async function jonas(closed = false): Promise<{ host: FakeHost; desk: Desk }> {
  const host = fakeHost("");
  const desk = new Desk(host);
  await desk.refresh();
  if (closed) host.samples.forEach(({ view }) => (view.window = view.row.id === "jonas" ? { until: iso(Date.now() - 1_000) } : view.window));
  desk.show("jonas");
  await vi.waitFor(() => expect(desk.conversation?.view).toBeTruthy());
  return { host, desk };
}

const sent = (host: FakeHost): unknown[] => host.calls.filter(({ name }) => name === "conversation.sendTemplate").map(({ request }) => request);

describe("the phone number", () => {
  it("is asked for where none is known, in the agent's words", async () => {
    const { host, desk } = await jonas();
    const view = desk.conversation?.view;
    if (!view) throw new Error("Jonas is not there");
    actionsOf(desk, { ...view, may: { ...view.may, askNumber: true } }).find(({ is }) => is === "askNumber")?.run();
    expect(desk.overlay).toBe("askNumber");
    render(WordsDialog, { desk, view, kind: "askNumber", close });
    await user.click(screen.getByRole("button", { name: /^Ask/ }));
    await vi.waitFor(() => expect(host.calls.find(({ name }) => name === "conversation.askForNumber")?.request).toEqual({ id: "jonas", text: "May we have your phone number?" }));
  });
});

describe("a contact card", () => {
  it("needs a name and an address, and is sent with the keyboard", async () => {
    const { host, desk } = await jonas();
    const view = desk.conversation?.view;
    if (!view) throw new Error("Jonas is not there");
    actionsOf(desk, { ...view, may: { ...view.may, card: true } }).find(({ is }) => is === "card")?.run();
    expect(desk.overlay).toBe("card");
    render(CardDialog, { desk, view, close });
    const send = screen.getByRole<HTMLButtonElement>("button", { name: /^Send card/ });
    await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByRole("textbox", { name: "Name" })));
    await user.keyboard("Lena Vogt");
    expect(send.disabled, "nobody could be reached by it").toBe(true);
    await user.tab();
    await user.keyboard("+34 600 123 457{Control>}{Enter}{/Control}");
    const person = { name: "Lena Vogt", phones: ["+34 600 123 457"], emails: [], organisation: "", more: [] };
    await vi.waitFor(() => expect(host.calls.find(({ name }) => name === "conversation.sendCard")?.request).toEqual({ id: "jonas", person }));
  });
});

describe("another contact", () => {
  it("is one of the customer's other chats, which is opened", async () => {
    const { host, desk } = await jonas(true);
    const view = desk.conversation?.view;
    if (!view) throw new Error("Jonas is not there");
    actionsOf(desk, view).find(({ is }) => is === "otherContact")?.run();
    expect(desk.overlay).toBe("otherContact");
    render(OtherContact, { desk, view, close });
    const open = await screen.findByRole("button", { name: "Open: Web chat, in progress" });
    await vi.waitFor(() => expect(document.activeElement).toBe(open));
    await user.keyboard("{Enter}");
    expect(desk.conversation?.id).toBe(host.samples.find((one) => one.view.row.channel === "web_chat")?.view.row.id);
  });

  it("may be a number that is written to first", async () => {
    const { desk } = await jonas();
    const view = desk.conversation?.view;
    if (!view) throw new Error("Jonas is not there");
    render(OtherContact, { desk, view: { ...view, row: { ...view.row, id: "carmen" } }, close });
    expect(await screen.findByText(/No other chat with/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Write to another number" }));
    expect(desk.overlay).toBe("start");
  });
});

describe("the time for replies", () => {
  it.each([
    [3 * 3_600_000, /replies until/, false],
    [90 * 60_000, /another 1 h 30 min/, true],
    [-1_000, /is over/, true],
  ])("is told, and stands out when it is nearly over", (ms, words, warns) => {
    const { unmount } = render(ReplyWindow, { replies: { until: iso(clock.now + ms) }, channel: "whatsapp" });
    expect(screen.getByText(words).classList.contains("soon")).toBe(warns);
    unmount();
  });

  it("leaves templates alone when it is over", async () => {
    const { desk } = await jonas(true);
    const view = desk.conversation?.view;
    if (!view) throw new Error("nothing is open");
    expect(actionsOf(desk, view).map(({ is }) => is)).not.toContain("reply");
    render(TemplateBar, { desk, view, noted: false });
    await user.click(screen.getByRole("button", { name: "Send a template" }));
    expect(desk.overlay).toBe("template");
  });
});

describe("a template", () => {
  it("is sent once every variable is filled, and shown as it will be read", async () => {
    const { host, desk } = await jonas();
    const view = desk.conversation?.view;
    if (!view) throw new Error("nothing is open");
    render(TemplateDialog, { desk, view, close });
    const send = await screen.findByRole<HTMLButtonElement>("button", { name: /Send template/ });
    await user.type(await screen.findByLabelText("Value for 1"), "Jonas");
    await user.type(screen.getByLabelText("Value for 2"), "40 €");
    expect(screen.getByText("Guten Tag Jonas, die Erstattung von 40 € ist unterwegs.")).toBeTruthy();
    expect(send.disabled).toBe(true);
    await user.type(screen.getByLabelText(/the button/), "NW-19920");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await vi.waitFor(() => expect(close).toHaveBeenCalled());
    expect(sent(host)).toMatchObject([{ id: "jonas", template: { name: "refund_sent" }, values: [{ key: "1", value: "Jonas" }, { key: "2", value: "40 €" }, { part: "button", value: "NW-19920" }] }]);
  });

  it("without variables goes as it is", async () => {
    const { host, desk } = await jonas();
    const view = desk.conversation?.view;
    if (!view) throw new Error("nothing is open");
    render(TemplateDialog, { desk, view, close });
    await user.selectOptions(await screen.findByLabelText("Template"), "still_there · de");
    await user.click(screen.getByRole("button", { name: /Send template/ }));
    expect(sent(host)).toMatchObject([{ template: { name: "still_there" }, values: [] }]);
  });
});

describe("a conversation that the company begins", () => {
  it("needs a number and every value, and opens; one in progress is opened instead", async () => {
    const host = fakeHost("");
    const desk = new Desk(host);
    await desk.refresh();
    render(StartDialog, { desk, close });
    const send = await screen.findByRole<HTMLButtonElement>("button", { name: /Send template/ });
    await user.selectOptions(await screen.findByLabelText("Template"), "still_there · de");
    expect(send.disabled).toBe(true);
    await user.type(screen.getByLabelText(/Phone number/), "0151 5550 1122");
    await user.click(send);
    expect(await screen.findByText(/with its country: /)).toBeTruthy();
    await user.clear(screen.getByLabelText(/Phone number/));
    await user.type(screen.getByLabelText(/Phone number/), "+49 151 5550 1122");
    await user.keyboard("{Control>}{Enter}{/Control}");
    await vi.waitFor(() => expect(desk.conversation?.id).toBe("jonas"));
    expect(desk.toasts.shown.at(-1)?.text).toMatch(/Nothing was sent/);
    const begun = host.calls.filter(({ name }) => name === "starts.begin").map(({ request }) => request);
    expect(begun).toMatchObject([{ id: "started", turn: "started-1" }, { id: "started", turn: "started-1", from: "main", to: "+49 151 5550 1122", template: { name: "still_there" }, values: [] }]);
  });

  it("begins with the number that a link names, whoever is in view, and sends nothing by itself", async () => {
    const host = fakeHost("");
    const desk = new Desk(host);
    await desk.refresh();
    desk.show("carmen");
    await desk.conversation?.refresh();
    desk.writeFirst("+34600123456");
    expect(desk.overlay).toBe("start");
    render(StartDialog, { desk, close });
    expect((await screen.findByLabelText<HTMLInputElement>(/Phone number/)).value).toBe("+34600123456");
    expect(screen.getByLabelText<HTMLInputElement>(/Name/).value).toBe("");
    expect(host.calls.filter(({ name }) => name === "starts.begin")).toEqual([]);
  });

  it("is not begun from a number that does not send", async () => {
    const host = fakeHost("");
    const desk = new Desk(host);
    await desk.refresh();
    render(StartDialog, { desk, close });
    await user.selectOptions(await screen.findByLabelText("From"), "+49 30 5550 100");
    await user.type(screen.getByLabelText(/Phone number/), "+49 151 5550 1122");
    expect(screen.getByText(/does not send at the moment/)).toBeTruthy();
    expect(screen.getByRole<HTMLButtonElement>("button", { name: /Send template/ }).disabled).toBe(true);
  });
});
