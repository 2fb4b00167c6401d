// Ada, who manages settings, keeps the company's numbers on WhatsApp; Maya never sees them.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import NumbersDialog from "../dialogs/NumbersDialog.svelte";
import IllNumbers from "../frame/IllNumbers.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";
import { offers } from "../state/palette";

let host: FakeHost;
const user = userEvent.setup();

async function desk(scene: string): Promise<Desk> {
  host = fakeHost(scene);
  const desk = new Desk(host);
  await desk.refresh();
  return desk;
}

async function show(scene = "administrator"): Promise<void> {
  render(NumbersDialog, { desk: await desk(scene), close: vi.fn() });
  await screen.findByText("+34600123456");
}

const saved = (): unknown[] => host.calls.filter(({ name }) => name === "numbers.save").map(({ request }) => request);
const press = async (name: string | RegExp): Promise<void> => user.click(await screen.findByRole("button", { name }));

describe("numbers on WhatsApp", () => {
  it("are offered to those who manage settings alone", async () => {
    const ids = async (scene: string): Promise<string[]> => offers(await desk(scene)).map(({ id }) => id);
    expect(await ids("administrator")).toContain("palette-numbers");
    expect(await ids("")).not.toContain("palette-numbers");
  });

  it("tell what this month cost, and their templates with what Meta thinks of them", async () => {
    await show();
    await press("Open +34600123456");
    expect(await screen.findByText("812 of 1,000 free replies")).toBeTruthy();
    expect(screen.getByText("Utility templates, charged: 64")).toBeTruthy();
    expect(await screen.findByText("Rejected")).toBeTruthy();
  });

  it("are entered with their secrets, and changed without", async () => {
    await show();
    await press("New number");
    const type = async (label: string, words: string): Promise<void> => user.type(screen.getByLabelText(label), words);
    await type("Name in the webhook's address", "third");
    await type("Number", "+34600123458");
    await type("Phone number ID", "7");
    await type("WhatsApp Business account ID", "8");
    expect(screen.getByRole<HTMLButtonElement>("button", { name: "Save" }).disabled).toBe(true);
    await type("Access token", "token");
    await type("App secret", "secret");
    await type("Verify token", "a long one");
    await press("Save");
    await press("Change");
    expect(screen.getByLabelText<HTMLInputElement>("Access token").value).toBe("");
    await user.selectOptions(screen.getByLabelText("Customers learn that we read"), "As soon as it arrives");
    await user.click(screen.getByLabelText("Customers see that somebody is typing"));
    await press("Save");
    await vi.waitFor(() => expect(saved()).toHaveLength(2));
    expect(saved()[0]).toMatchObject({ id: "third", settings: { accessToken: "token", appSecret: "secret", verifyToken: "a long one" } });
    expect(saved()[1]).toMatchObject({ id: "third", settings: { accessToken: null, appSecret: null, verifyToken: null, readReceipts: "on_delivered", typing: false } });
  });

  it("offer to show typing to customers who learn that we read", async () => {
    await show();
    await press("Open +34600123456");
    await press("Change");
    expect(screen.getByLabelText<HTMLInputElement>("Customers see that somebody is typing").checked).toBe(true);
    await user.selectOptions(screen.getByLabelText("Customers learn that we read"), "Never");
    expect(screen.queryByLabelText("Customers see that somebody is typing")).toBeNull();
  });

  it("say what is wrong with what was entered, and keep it", async () => {
    await show();
    await press("Open +34600123456");
    await press("Change");
    const field = screen.getByLabelText<HTMLInputElement>("Number");
    await user.clear(field);
    await user.type(field, "600");
    await press("Save");
    expect(await screen.findByText(/write it with its country/)).toBeTruthy();
    expect(field.value).toBe("600");
  });

  it("are checked, and everything that is missing is said", async () => {
    await show();
    host.numbers.check = { ...host.numbers.check, missing: [{ code: "fields", named: "messages", detail: "" }, { code: "of_next_year", named: "", detail: "Something new is missing." }] };
    await press("Open +34600123456");
    await press("Check");
    expect(await screen.findByText("The webhook is not subscribed to messages.")).toBeTruthy();
    expect(screen.getByText("Something new is missing.")).toBeTruthy();
    expect(screen.getByText("High quality")).toBeTruthy();
    expect(screen.getByText("Writes first to up to 1,000 customers a day")).toBeTruthy();
  });

  it("are removed after a second press, and those of the settings not at all", async () => {
    await show();
    await press("Open +34600123457");
    expect(screen.queryByRole("button", { name: "Remove" })).toBeNull();
    await press("Back");
    await press("Open +34600123456");
    await press("Remove");
    await press("Remove it");
    await vi.waitFor(() => expect(host.calls.filter(({ name }) => name === "numbers.remove")).toHaveLength(1));
    expect(await screen.findByText("+34600123457")).toBeTruthy();
    expect(screen.queryByText("+34600123456")).toBeNull();
  });
});

describe("an ill number", () => {
  it("is announced across the window, with what to do and the way there", async () => {
    const ada = await desk("administrator,ill");
    render(IllNumbers, { desk: ada });
    expect((await screen.findByRole("alert")).textContent).toContain("Enter a new one.");
    await press("WhatsApp numbers");
    expect(ada.overlay).toBe("numbers");
  });

  it("is not announced once it is well", async () => {
    render(IllNumbers, { desk: await desk("administrator") });
    await vi.waitFor(() => expect(host.calls.some(({ name }) => name === "numbers.list")).toBe(true));
    expect(screen.queryByRole("alert")).toBeNull();
  });
});
