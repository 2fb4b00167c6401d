// Maya's desk speaks German as soon as she chooses it, and what people wrote stays as it is.
import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import App from "../App.svelte";
import { fakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";
import { offered, offers } from "../state/palette";
import { callLogic, languageName, list, number, speak, spoken, systemLanguage, t } from "./catalogue.svelte";
import { bytes } from "./labels";
import { nameOf, whom } from "./people";
import { ago, day, moment, waits } from "./time";

const user = userEvent.setup();
const NOW = Date.parse("2026-05-12T14:02:31");

describe("Your Logic", () => {
  const name = (): string => nameOf({ kind: "logic" }, "Carmen", null);

  it("is said by the name that the hub gives it", async () => {
    render(App, { desk: new Desk(fakeHost("nori")) });
    await vi.waitFor(() => expect(name()).toBe("Nori"));
    callLogic(null);
    expect(name()).toBe("Your Logic");
  });

  it.each(["Nori", String.raw`No"ri {x} \o/`])("may have any characters in its name, in every language: %s", (given) => {
    callLogic(given);
    speak("de");
    expect(name()).toBe(given);
    speak("en");
    expect(name()).toBe(given);
    callLogic(null);
    speak("system");
    expect(name()).toBe("Your Logic");
  });
});

describe("the language", () => {
  it.each([
    ["de", "de"],
    ["de-CH", "de"],
    ["DE-at", "de"],
    ["en-US", "en"],
    ["fr-FR", "en"],
    ["", "en"],
    ["den", "en"],
  ])("for the system's %j is %s", (system, language) => expect(systemLanguage(system)).toBe(language));

  it("is the system's, and another at once when it is chosen", async () => {
    const host = fakeHost();
    const desk = new Desk(host);
    render(App, { desk });
    await screen.findByRole("heading", { name: "My Conversations" });
    expect(document.documentElement.lang).toBe("en");
    desk.openSettings("languages");
    await user.click(await screen.findByRole("radio", { name: "Deutsch" }));
    await screen.findByRole("dialog", { name: "Einstellungen" });
    await vi.waitFor(() => expect(desk.app?.settings.language).toBe("de"));
    expect(document.documentElement.lang).toBe("de");
    expect(within(screen.getByRole("navigation", { hidden: true })).getByRole("link", { name: "Hilfe benötigt", hidden: true })).toBeTruthy();
    desk.overlay = null;
    // Names, tags and words of people are theirs.
    desk.show("carmen");
    expect((await screen.findAllByText("Great, I was hoping for Thursday or Friday!")).length).toBeGreaterThan(0);
    expect((await screen.findAllByText("rebooking")).length).toBeGreaterThan(0);
    await screen.findByRole("button", { name: /^Abschließen/ });
    desk.openSettings("languages");
    await user.click(await screen.findByRole("radio", { name: "English" }));
    await screen.findByRole("dialog", { name: "Settings" });
  });

  it("is kept for the time before the user's data is open", async () => {
    speak("de");
    expect(localStorage.getItem("tandem.language")).toBe("de");
    render(App, { desk: new Desk(fakeHost("signed_out")) });
    await screen.findByRole("heading", { name: "Bei Tandem anmelden" });
    expect(spoken()).toBe("de");
  });
});

describe("in German", () => {
  it("days, numbers and lists are written as Germans do", () => {
    speak("de");
    const before = (hours: number): string => new Date(NOW - hours * 3_600_000).toISOString();
    expect(day(before(24 * 400), NOW)).toBe("7. April 2025");
    expect(ago(before(24 * 9), NOW)).toBe("3. Mai");
    expect(moment(before(20), NOW)).toBe("gestern 18:02");
    expect(waits(before(50), NOW)).toBe("2 Tage");
    expect(number(12_345)).toBe("12.345");
    expect(bytes(1_240_000_000)).toBe("1,2 GB");
    expect(list(["Priya", "Jonas", "Tomáš"])).toBe("Priya, Jonas und Tomáš");
    expect(languageName("es")).toBe("Spanisch");
  });

  it("sentences fit who it was", () => {
    speak("de");
    const maya = { kind: "agent", user: "maya", name: "Maya Ortiz" } as const;
    expect(nameOf(maya, "Carmen Menzel", "maya")).toBe("Sie");
    expect(t("bar-asked", whom(maya, "Carmen", "maya"))).toBe("Sie haben um Hilfe gebeten");
    expect(t("bar-asked", whom(maya, "Carmen", "priya"))).toBe("Maya Ortiz hat um Hilfe gebeten");
    expect(t("entry-note", whom({ kind: "logic" }, "Carmen", "maya"))).toBe("Notiz von Ihrer Logik");
    expect(t("hits-count", { count: 1 })).toBe("1 Treffer");
    expect(t("nothing-help", { count: 3 })).toBe("3 Gespräche brauchen einen Menschen.");
  });

  it("commands are found by German words", async () => {
    const desk = new Desk(fakeHost());
    await desk.refresh();
    speak("de");
    const labels = (query: string): string[] => offered(offers(desk), query).map(({ label }) => label);
    expect(labels("dunkel")).toContain("Farbschema");
    expect(labels("nicht stören")).toContain("Ruhezeit");
    expect(labels("abmelden")).toContain("Abmelden");
    expect(labels("pause")).toContain("Auf abwesend setzen");
  });
});
