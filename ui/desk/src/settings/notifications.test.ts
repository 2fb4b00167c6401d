// Maya chooses what notifies her, and tries it.
import { fireEvent, render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { SettingsView } from "$shared/types";
import Settings from "./Settings.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";
import type { SettingsSection } from "../words/settings";

const user = userEvent.setup();

async function choose(scene = "", section: SettingsSection = "notifications", host = fakeHost(scene)): Promise<{ host: FakeHost; desk: Desk }> {
  const desk = new Desk(host);
  await desk.refresh();
  desk.openSettings(section);
  render(Settings, { desk, close: () => undefined });
  return { host, desk };
}

const saved = (host: FakeHost): SettingsView[] => host.calls.flatMap((call) => (call.name === "settings.set" ? [call.request as SettingsView] : []));
const loudness = (kind: string, words: string): HTMLElement => within(screen.getByRole("radiogroup", { name: kind })).getByRole("radio", { name: words });

describe("notifications", () => {
  it("show what was chosen", async () => {
    await choose();
    expect(screen.getAllByRole("radiogroup")).toHaveLength(9);
    expect(loudness("Someone needs help", "Sound")).toHaveProperty("checked", true);
    expect(loudness("Delivery failed", "Silent")).toHaveProperty("checked", true);
    expect(screen.getByRole("switch", { name: "Repeat every minute until answered" })).toHaveProperty("checked", false);
    expect(screen.getByRole("switch", { name: "Show the customer's words" })).toHaveProperty("checked", true);
  });

  it("have a limit of the queue for those who see everything, which half a number is not", async () => {
    const { host } = await choose();
    const limit = screen.getByRole("spinbutton", { name: /Too many are more than/ });
    expect(limit).toHaveProperty("value", "10");
    await fireEvent.change(limit, { target: { value: "0" } });
    expect(limit).toHaveProperty("value", "10");
    expect(saved(host)).toEqual([]);
    await fireEvent.change(limit, { target: { value: "25" } });
    await vi.waitFor(() => expect(saved(host).at(-1)?.notifications.queueThreshold).toBe(25));
  });

  it("tell those who read all reviews of low scores, up to the one that they choose", async () => {
    const { host } = await choose();
    expect(loudness("A customer gave a low score", "Silent")).toHaveProperty("checked", true);
    const highest = screen.getByRole("spinbutton", { name: /Low is up to/ });
    expect(highest).toHaveProperty("value", "2");
    await fireEvent.change(highest, { target: { value: "4" } });
    expect(highest).toHaveProperty("value", "2");
    expect(saved(host)).toEqual([]);
    await fireEvent.change(highest, { target: { value: "1" } });
    await vi.waitFor(() => expect(saved(host).at(-1)?.notifications.lowScoreUpTo).toBe(1));
    await user.click(loudness("A customer gave a low score", "Off"));
    await vi.waitFor(() => expect(saved(host).at(-1)?.notifications.lowScore).toBe("off"));
  });

  it("save a choice at once, with everything else as it stands", async () => {
    const { host, desk } = await choose();
    await desk.settings.choose({ mindCustomer: true });
    await user.click(loudness("Customer wrote", "Off"));
    await vi.waitFor(() => expect(desk.app?.settings.notifications.customerWrote).toBe("off"));
    const before = { helpNeeded: "sound", invited: "sound", waitingTooLong: "sound", deliveryFailed: "silent", mentioned: "sound", reminded: "sound", queueLong: "sound", queueThreshold: 10, lowScore: "silent", lowScoreUpTo: 2, repeat: false, preview: true, quiet: null, chime: "system", volume: 70, tried: true };
    const asUsual = { order: "need", group: "none", only: "all" };
    const lists = { my: asUsual, help: asUsual, left: asUsual, all: asUsual };
    expect(saved(host).at(-1)).toEqual({ lists, mindCustomer: true, openNext: true, undoS: null, startSection: "my", appearance: null, language: "system", reads: [], board: { wantedS: 60, unansweredS: 300, calls: 0, fallbacks: 5, freePlaces: 0 }, notifications: { ...before, customerWrote: "off" } });
  });

  it("keep both of two choices in a row", async () => {
    const { desk } = await choose();
    void desk.settings.notify({ repeat: true });
    await desk.settings.notify({ preview: false });
    expect(desk.app?.settings.notifications).toMatchObject({ repeat: true, preview: false });
  });

  it("say why a choice was not kept, and show what stands", async () => {
    const { host } = await choose();
    host.refuse.set("settings.set", { code: "cache.full", message: "the disk is full" });
    await user.click(loudness("Someone needs help", "Off"));
    expect((await screen.findByRole("alert")).textContent).toBe("The disk is full");
    expect(loudness("Someone needs help", "Sound")).toHaveProperty("checked", true);
    await user.click(loudness("Someone needs help", "Silent"));
    await vi.waitFor(() => expect(screen.queryByRole("alert")).toBeNull());
  });

  it("have quiet hours, of which a half-written one is no choice", async () => {
    const { host, desk } = await choose();
    await user.click(screen.getByRole("switch", { name: "Quiet hours" }));
    const from = await screen.findByLabelText<HTMLInputElement>("From");
    expect(from.value).toBe("22:00");
    await fireEvent.change(from, { target: { value: "21:30" } });
    await vi.waitFor(() => expect(desk.app?.settings.notifications.quiet).toEqual({ from: 21 * 60 + 30, to: 7 * 60 }));
    const count = saved(host).length;
    await fireEvent.change(from, { target: { value: "" } });
    await fireEvent.blur(from);
    expect(from.value).toBe("21:30");
    expect(saved(host)).toHaveLength(count);
    await user.click(screen.getByRole("switch", { name: "Quiet hours" }));
    await vi.waitFor(() => expect(desk.app?.settings.notifications.quiet).toBeNull());
  });
});

describe("the test notification", () => {
  const test = (): Promise<void> => user.click(screen.getByRole("button", { name: "Send a test notification" }));

  it("is told to be the system's, which may hide it", async () => {
    await choose();
    await test();
    expect(await screen.findByText("The system took it (dunst 1.9).")).toBeTruthy();
    expect(screen.queryByText(/dunstctl/)).toBeNull();
    await user.click(screen.getByRole("button", { name: "No" }));
    expect(await screen.findByText("In a terminal: dunstctl set-paused false")).toBeTruthy();
    expect(screen.getByText(/Do you share your screen/)).toBeTruthy();
  });

  it("that was seen is remembered, and not asked about again", async () => {
    const { host } = await choose("first_day");
    await test();
    await user.click(await screen.findByRole("button", { name: "Yes, I saw it" }));
    expect(await screen.findByText("Good: calls for help reach you like this.")).toBeTruthy();
    await vi.waitFor(() => expect(saved(host).at(-1)?.notifications.tried).toBe(true));
    expect(screen.queryByRole("button", { name: "No" })).toBeNull();
  });

  it("that failed says why, and nothing else", async () => {
    await choose("failing");
    await test();
    expect((await screen.findByRole("alert")).textContent).toBe("No notification service answers.");
    expect(screen.getByText(/keep this window in sight/)).toBeTruthy();
    expect(screen.queryByText(/The system took it/)).toBeNull();
  });

  it("is one and the same from everywhere", async () => {
    const host = fakeHost();
    const desk = new Desk(host);
    await desk.refresh();
    desk.tryNotification();
    desk.tryNotification();
    expect(desk).toMatchObject({ overlay: "settings", settingsAt: { section: "notifications", setting: "tryOut" } });
    await vi.waitFor(() => expect(desk.trial.outcome).toEqual({ state: "taken", server: "dunst 1.9", seen: null }));
    expect(host.calls.filter((call) => call.name === "notifications.test")).toHaveLength(1);
  });
});

describe("the start at login", () => {
  const atLogin = (): Promise<HTMLElement> => screen.findByRole("switch", { name: "Start at login" });

  it("is what the system says, asked anew", async () => {
    const { host } = await choose("", "start");
    expect(await atLogin()).toHaveProperty("checked", false);
    await user.click(await atLogin());
    await vi.waitFor(() => expect(host.startup).toEqual({ state: "on" }));
    expect(await atLogin()).toHaveProperty("checked", true);
  });

  it("that the system refuses stays as it is, and says why", async () => {
    const { host } = await choose("", "start");
    host.refuse.set("startup.set", { code: "startup.failed", message: "cannot write Tandem.desktop" });
    await user.click(await atLogin());
    expect((await screen.findByRole("alert")).textContent).toBe("Cannot write Tandem.desktop.");
    await vi.waitFor(async () => expect(await atLogin()).toHaveProperty("checked", false));
  });

  it("cannot be chosen where no system does it", async () => {
    const host = fakeHost();
    host.startup = { state: "unavailable", reason: "This desk cannot be started at login." };
    await choose("", "start", host);
    expect(await atLogin()).toHaveProperty("disabled", true);
    expect(screen.getByText("This desk cannot be started at login.")).toBeTruthy();
  });
});
