// Maya finds every setting: by section, by keys, and by its words in the palette.
import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import type { SettingsView } from "$shared/types";
import App from "../App.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";
import { offered, offers } from "../state/palette";
import { t } from "../words/catalogue.svelte";
import { SECTIONS, SETTINGS, settingsOf, startOf, unseen } from "../words/settings";

const user = userEvent.setup();

beforeEach(() => localStorage.clear());

async function start(scene = "", host: FakeHost = fakeHost(scene)): Promise<{ desk: Desk; host: FakeHost }> {
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(document.activeElement?.closest("[data-focus=list]")).toBeTruthy());
  return { desk, host };
}

const dialog = (): Promise<HTMLElement> => screen.findByRole("dialog", { name: "Settings" });
const saved = (host: FakeHost): SettingsView | undefined => host.calls.findLast((call) => call.name === "settings.set")?.request as SettingsView | undefined;

describe("the settings", () => {
  it("open with Ctrl , on the name of a section, and give the focus back", async () => {
    await start();
    const before = document.activeElement;
    await user.keyboard("{Control>},{/Control}");
    await dialog();
    expect(document.activeElement).toBe(screen.getByRole("tab", { name: "Notifications" }));
    await user.click(screen.getByRole("button", { name: "Close" }));
    await vi.waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    expect(document.activeElement).toBe(before);
  });

  it("have every section within reach of the arrows", async () => {
    const { desk } = await start();
    desk.openSettings();
    await dialog();
    for (const section of [...SECTIONS.slice(1), ...SECTIONS.slice(0, 1)]) {
      const title = t(`settings-${section}`);
      await user.keyboard("{ArrowDown}");
      const tab = screen.getByRole("tab", { name: title });
      expect(document.activeElement).toBe(tab);
      expect(tab.getAttribute("aria-selected")).toBe("true");
      expect(screen.getByRole("tabpanel", { name: title })).toBeTruthy();
    }
    await user.keyboard("{End}");
    expect(screen.getByRole("tabpanel", { name: "Keyboard shortcuts" }).textContent).toContain("Move and read");
    await user.keyboard("{Home}{ArrowUp}{ArrowUp}");
    expect(screen.getByRole("tabpanel", { name: "About" })).toBeTruthy();
  });

  it("open at one setting, with the focus on it", async () => {
    const { desk } = await start();
    for (const { id, section } of SETTINGS) {
      desk.openSettings(section, id);
      await dialog();
      const place = await vi.waitFor(() => {
        const found = document.querySelector(`[data-setting=${id}]`);
        expect(found, id).not.toBeNull();
        return found as Element;
      });
      await vi.waitFor(() => expect(place.contains(document.activeElement), id).toBe(true));
      desk.overlay = null;
      await vi.waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    }
  });

  it("say what they are called in the palette", async () => {
    const { desk } = await start();
    for (const { id, section, label } of SETTINGS.filter(({ id }) => !["chime", "about", "keys"].includes(id))) {
      desk.openSettings(section, id);
      const shown = await dialog();
      await vi.waitFor(() => expect(within(shown).getAllByText(t(label), { exact: false }).length, id).toBeGreaterThan(0));
      desk.overlay = null;
      await vi.waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    }
  });
});

describe("the palette", () => {
  it.each([
    ["dark", "Theme"],
    ["compact", "Density"],
    ["zoom", "Size of text"],
    ["high", "Contrast"],
    ["bell", "Sound"],
    ["loud", "Volume"],
    ["dnd", "Quiet hours"],
    ["night", "Quiet hours"],
    ["threshold", "Too many are more than"],
    ["unsend", "Undo send, in seconds"],
    ["warning", "Warn me if the customer wrote while I was writing"],
    ["advance", "Open my next conversation when one is over"],
    ["spelling", "Language"],
    ["autostart", "Start at login"],
    ["home", "Opens with"],
    ["version", "About Tandem"],
    ["privacy", "Show the customer's words"],
    ["remind", "Repeat every minute until answered"],
    ["preferences", "Settings"],
    ["try check", "Send a test notification"],
  ])("%s finds %s", async (query, label) => {
    const { desk } = await start();
    expect(offered(offers(desk), query).map((offer) => offer.label)).toContain(label);
  });

  it("finds each setting by its own words and by its section's", async () => {
    const { desk } = await start();
    for (const { section, label } of SETTINGS) {
      expect(offered(offers(desk), t(label)).map((offer) => offer.label)).toContain(t(label));
      expect(offered(offers(desk), `settings ${section.slice(0, 4)}`).map((offer) => offer.label).length).toBeGreaterThan(0);
    }
  });

  it("offers nothing that is not there", () => {
    const ids = (user: Parameters<typeof settingsOf>[0]): string[] => settingsOf(user).map(({ id }) => id);
    expect(ids({ supervises: false, chimes: true })).not.toContain("queueThreshold");
    expect(ids({ supervises: true, chimes: false })).not.toContain("volume");
    expect(ids({ supervises: true, chimes: true })).toHaveLength(SETTINGS.length);
  });

  it("leads from words to the control in four keys and Enter", async () => {
    await start();
    await user.keyboard("{Control>}k{/Control}");
    await user.keyboard("dens{Enter}");
    await dialog();
    await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByRole("radio", { name: "Comfortable" })));
  });
});

describe("the appearance", () => {
  it("applies at once and is kept by the core", async () => {
    const { desk, host } = await start();
    desk.openSettings("appearance");
    await dialog();
    await user.click(screen.getByRole("radio", { name: "Dark" }));
    await user.click(screen.getByRole("radio", { name: "Compact" }));
    await user.click(screen.getByRole("radio", { name: "More" }));
    await user.click(screen.getByRole("button", { name: /Larger/ }));
    const chosen = { theme: "dark", density: "compact", contrast: "more", textPercent: 110 };
    await vi.waitFor(() => expect(saved(host)?.appearance).toEqual(chosen));
    await vi.waitFor(() => expect(desk.app?.settings.appearance).toEqual(chosen));
    const { dataset, style } = document.documentElement;
    expect({ ...dataset }).toMatchObject({ theme: "dark", density: "compact", contrast: "more" });
    expect(style.getPropertyValue("--zoom")).toBe("1.1");
  });

  it("sets the rail tight in a low window, and in a high one with large text", async () => {
    window.innerHeight = 900;
    const { desk } = await start();
    const tight = (): boolean => document.querySelector(".window")?.classList.contains("low") ?? false;
    await vi.waitFor(() => expect(document.querySelector(".window")).not.toBeNull());
    expect(tight()).toBe(false);
    desk.appearance.choose({ textPercent: 200 });
    await vi.waitFor(() => expect(tight()).toBe(true));
    desk.appearance.choose({ textPercent: 100 });
    await vi.waitFor(() => expect(tight()).toBe(false));
    window.innerHeight = 450;
    window.dispatchEvent(new Event("resize"));
    await vi.waitFor(() => expect(tight()).toBe(true));
  });

  it("is the user's own on every start, and a copy of it before the core's data is open", async () => {
    const host = fakeHost();
    await host.rpc("settings.set", { ...(await host.rpc("app.state", {})).settings, appearance: { theme: "dark", density: "comfortable", contrast: "system", textPercent: 125 } });
    const { desk } = await start("", host);
    await vi.waitFor(() => expect(desk.appearance).toMatchObject({ dark: true, zoom: 1.25 }));
    expect(new Desk(fakeHost("signed_out")).appearance.chosen).toMatchObject({ theme: "dark", textPercent: 125 });
  });
});

describe("the sounds", () => {
  it("have a volume if they are Tandem's own", async () => {
    const { desk, host } = await start();
    desk.openSettings("sounds");
    await dialog();
    const volume = screen.getByRole("slider", { name: "Volume" });
    expect(volume).toHaveProperty("disabled", true);
    await user.click(screen.getByRole("radio", { name: "Knock" }));
    await vi.waitFor(() => expect(volume).toHaveProperty("disabled", false));
    expect(saved(host)?.notifications).toMatchObject({ chime: "knock", volume: 70 });
    expect(volume.getAttribute("aria-valuetext")).toBe("70 percent");
  });

  it("are the system's where it plays no others", async () => {
    const { desk } = await start("no_chimes");
    desk.openSettings("sounds");
    const shown = await dialog();
    expect(within(shown).queryByRole("slider")).toBeNull();
    expect(within(shown).getByText(/have the system's sound/)).toBeTruthy();
  });
});

describe("the start", () => {
  it("shows the section that was chosen", async () => {
    const host = fakeHost();
    await host.rpc("settings.set", { ...(await host.rpc("app.state", {})).settings, startSection: "help" });
    const { desk } = await start("", host);
    await vi.waitFor(() => expect(desk.list.section).toBe("help"));
  });

  it("is the board for supervisors who have not chosen", async () => {
    const host = fakeHost();
    await host.rpc("settings.set", { ...(await host.rpc("app.state", {})).settings, startSection: null });
    const { desk } = await start("", host);
    await vi.waitFor(() => expect(desk.board.on).toBe(true));
  });

  it("is one's own conversations for agents", () => {
    expect([startOf(null, false), startOf("board", false), startOf("all", false), startOf("help", false)]).toEqual(["my", "my", "my", "help"]);
    expect([startOf(null, true), startOf("my", true), startOf("all", true)]).toEqual(["board", "my", "all"]);
  });

  it("is chosen among the sections that one has", async () => {
    const { desk, host } = await start();
    desk.openSettings("start");
    const shown = await dialog();
    await user.click(within(shown).getByRole("radio", { name: "All Live Conversations" }));
    await vi.waitFor(() => expect(saved(host)?.startSection).toBe("all"));
  });
});

describe("about", () => {
  it("names version, hub, and what this machine measured", async () => {
    const { desk } = await start();
    desk.openSettings("about");
    const shown = await dialog();
    for (const words of ["0.5.0", "https://hub.northwind.example", "Maya Ortiz (maya@northwind.example)", "dunst 1.9", "notified after 18 ms"]) {
      expect(within(shown).getByText(words), words).toBeTruthy();
    }
    expect(within(shown).queryByText(/Not encrypted/)).toBeNull();
  });

  it("warns of a hub without encryption", async () => {
    const { desk } = await start("exposed");
    desk.openSettings("about");
    expect(within(await dialog()).getByText(/Not encrypted/)).toBeTruthy();
  });
});

describe("the first day", () => {
  it("offers to try a notification until one was seen", async () => {
    const { desk } = await start("first_day");
    await user.click(await screen.findByRole("button", { name: "Send a test notification" }));
    await dialog();
    await user.click(await screen.findByRole("button", { name: "Yes, I saw it" }));
    desk.overlay = null;
    await vi.waitFor(() => expect(screen.queryByRole("button", { name: "Send a test notification" })).toBeNull());
  });

  it("leads on from every empty section", async () => {
    const desk = new Desk(fakeHost("empty"));
    render(App, { desk });
    const lead = async (title: string, button: string): Promise<void> => {
      const list = await screen.findByRole("region", { name: title });
      await user.click(await within(list).findByRole("button", { name: new RegExp(button) }));
    };
    await user.click(await within(await screen.findByRole("main", { name: "Conversation" })).findByRole("button", { name: /Help Needed/ }));
    expect(desk.list.section).toBe("help");
    await lead("Help Needed", "Send a test notification");
    expect(desk).toMatchObject({ overlay: "settings", settingsAt: { setting: "tryOut" } });
    desk.overlay = null;
    for (const section of ["left", "all"] as const) {
      desk.goInto(section);
      await lead(section === "left" ? "Recently Left" : "All Live Conversations", "Search everything");
      expect(desk.overlay).toBe("search");
      desk.overlay = null;
    }
  });
});

it("what to do about an unseen notification depends on the system, and always ends with a way on", () => {
  for (const server of ["gnome-shell", "Plasma", "Xfce Notify Daemon", "dunst", "mako", "macos", "windows", "something else", null]) {
    const steps = unseen(server);
    expect(steps).toHaveLength(3);
    expect(steps.at(-1)).toMatch(/administrator/);
  }
  expect(new Set(["gnome-shell", "Plasma", "dunst", null].map((server) => unseen(server)[0])).size).toBe(4);
});
