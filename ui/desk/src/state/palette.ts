// The command palette's offers: the open conversation's actions, sections, the desk itself, and conversations by name.
import type { Availability } from "$shared/types";
import { AVAILABILITY, CHANNEL } from "../words/labels";
import { sectionsOf } from "../words/sections";
import { SECTIONS, settingsOf } from "../words/settings";
import { actionsOf } from "./actions";
import type { Desk } from "./desk.svelte";
import { keyOf } from "./keys";
import { press } from "./pressing";

export interface Offer {
  id: string;
  group: "This conversation" | "Go to" | "Availability" | "Desk" | "Settings" | "Customers" | "Search";
  label: string;
  /** Other words for it. */
  also: string;
  /** What it does, or where it leads; empty if the label says it. */
  hint: string;
  /** Its key; empty if it has none. */
  key: string;
  run: () => void;
}

/** Maximum customers in the palette. */
const MOST_FOUND = 8;
const MOST_ASKED = 50;

export function offers(desk: Desk): Offer[] {
  const known = everyOffer(desk);
  if (desk.offered === "availability") return known.filter(({ group }) => group === "Availability");
  if (desk.offered === "buttons") return known.filter(({ id }) => id.startsWith(PRESS));
  return known;
}

const PRESS = "press-";

function everyOffer(desk: Desk): Offer[] {
  const view = desk.conversation?.view ?? null;
  const { appearance } = desk;
  const other = appearance.dark ? "light" : "dark";
  const own = (group: Offer["group"], label: string, key: string, also: string, run: () => void): Offer => ({ id: label, group, label, also, hint: "", key, run });
  const pressable = view?.buttons.filter(({ unusable }) => unusable === null) ?? [];
  const buttons = pressable.map((button): Offer => ({
    id: `${PRESS}${button.id}`,
    group: "This conversation",
    label: `Press: ${button.title}`,
    also: "button action",
    hint: button.description,
    key: "",
    run: () => void press(desk, button),
  }));
  const choices: Availability[] = ["available", "busy", "away"];
  return [
    ...(view ? actionsOf(desk, view) : [])
      .filter(({ is }) => is !== "buttons")
      .map(({ is, label, key, also, run }): Offer => ({ id: is, group: "This conversation", label, also, hint: "", key, run })),
    ...buttons,
    ...sectionsOf(desk.app?.counts ?? null).map(({ id, title }, at): Offer => ({ id, group: "Go to", label: title, also: "list section", hint: "", key: `Alt ${at + 1}`, run: () => desk.goInto(id) })),
    own("Go to", "Next of my conversations", "Alt ↓", "following", () => void desk.step(1)),
    own("Go to", "Previous of my conversations", "Alt ↑", "back", () => void desk.step(-1)),
    ...choices.map((availability): Offer => ({
      ...own("Availability", `Set me to ${AVAILABILITY[availability]}`, "", ALSO[availability], () => void desk.act("me.setAvailability", { availability })),
      hint: desk.app?.me?.availability === availability ? "now" : "",
    })),
    ...(desk.calls.undoable ? [own("Desk", "Undo: help not needed", desk.undoable === "dismissal" ? keyOf("takeBack") : "", "take back restore call", () => void desk.calls.undo())] : []),
    own("Desk", "Answer the next call for help", keyOf("next"), "join pick up take", () => void desk.next()),
    own("Desk", "Search everything", keyOf("search"), "find", () => (desk.overlay = "search")),
    own("Desk", "Change availability", keyOf("availability"), "status busy away break", () => desk.choose("availability")),
    ...(desk.waiting > 0 ? [own("Desk", "Take back what was just sent", desk.undoable === "turn" ? keyOf("takeBack") : "", "undo send unsend recall", () => void desk.takeBack())] : []),
    own("Go to", "Not sent", keyOf("notSent"), "returned refused unsent drafts", () => (desk.overlay = "notSent")),
    own("Desk", "Waiting to be sent", "", "outbox queued unsent", () => (desk.overlay = "outbox")),
    own("Desk", "Settings", keyOf("settings"), "preferences options configure setup", () => desk.openSettings()),
    own("Desk", "Quick replies and questions", "", "library canned templates snippets macros manage edit", () => (desk.overlay = "library")),
    own("Desk", `Theme: ${other}`, "", "appearance colours", () => appearance.choose({ theme: other })),
    own("Desk", "Larger", "Ctrl +", "zoom text", () => appearance.zoomBy(1)),
    own("Desk", "Smaller", "Ctrl −", "zoom text", () => appearance.zoomBy(-1)),
    own("Desk", "Change my password", "", "account security", () => (desk.overlay = "password")),
    own("Desk", "Sign out", "", "log out exit quit", () => void desk.signOut()),
    ...settingsOf({ supervises: desk.supervises, chimes: desk.app?.about.chimes ?? false }).map(({ id, section, label, also }): Offer => ({
      ...own("Settings", label, id === "keys" ? keyOf("sheet") : "", `settings ${also}`, () => (id === "tryOut" ? desk.tryNotification() : desk.openSettings(section, id))),
      hint: SECTIONS.find(([known]) => known === section)?.[1] ?? "",
    })),
  ];
}

const ALSO: Record<Availability, string> = {
  available: "availability status back online ready free",
  busy: "availability status do not disturb occupied",
  away: "availability status break lunch pause offline",
};

/** What the query means: those whose label matches come first, then those that have another word for it. */
export function offered(all: readonly Offer[], query: string): Offer[] {
  const named = all.filter(({ label }) => matches(label, query));
  return [...named, ...all.filter((offer) => !named.includes(offer) && matches(`${offer.label} ${offer.also}`, query))];
}

/** Every word of the query is a prefix of some word of the label. */
export function matches(label: string, query: string): boolean {
  const words = label.toLowerCase().split(/\s+/);
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((part) => words.some((word) => word.startsWith(part)));
}

/** Customers by name, from this machine. */
export async function customers(desk: Desk, query: string): Promise<Offer[]> {
  try {
    const { hits } = await desk.host.rpc("search", { query, limit: MOST_ASKED, hub: false });
    return hits
      .filter(({ kind }) => kind === "customer")
      .slice(0, MOST_FOUND)
      .map(({ conversation, name, channel }) => {
        const run = (): void => desk.show(conversation);
        return { id: conversation, group: "Customers", label: name, also: "", hint: channel ? CHANNEL[channel] : "", key: "", run };
      });
  } catch {
    // Commands are still available.
    return [];
  }
}

/** The same query as a full search. */
export function everywhere(desk: Desk, query: string): Offer {
  const run = (): void => {
    desk.search.write(query);
    desk.overlay = "search";
  };
  return { id: "everywhere", group: "Search", label: `Search everything for “${query}”`, also: "", hint: "", key: "", run };
}
