// The command palette's offers: the open conversation's actions, sections, the desk itself, and conversations by name.
import { CHANNEL } from "../words/labels";
import { sectionsOf } from "../words/sections";
import { actionsOf } from "./actions";
import type { Desk } from "./desk.svelte";
import { press } from "./pressing";

export interface Offer {
  id: string;
  group: "This conversation" | "Go to" | "Desk" | "Customers" | "Search";
  label: string;
  hint: string;
  run: () => void;
}

/** Maximum customers in the palette. */
const MOST_FOUND = 8;
const MOST_ASKED = 50;

export function offers(desk: Desk): Offer[] {
  const view = desk.conversation?.view ?? null;
  const actions = view ? actionsOf(desk, view) : [];
  const { appearance } = desk;
  const mindCustomer = desk.settings.now?.mindCustomer ?? false;
  const other = appearance.dark ? "light" : "dark";
  const desk_: [string, string, () => void][] = [
    ["Answer the next call for help", "N", () => void desk.next()],
    ["Search everything", "/", () => (desk.overlay = "search")],
    ["Waiting to be sent", "", () => (desk.overlay = "outbox")],
    [mindCustomer ? "Customer's messages no longer hold my reply back" : "Customer's messages also hold my reply back", "", () => void desk.mindCustomer(!mindCustomer)],
    ["Notifications", "Ctrl ,", () => (desk.overlay = "notifications")],
    ["Keyboard shortcuts", "?", () => (desk.overlay = "shortcuts")],
    [`Theme: ${other}`, "", () => appearance.choose(other)],
    ["Theme: as the system", "", () => appearance.choose("system")],
    ["Larger", "Ctrl +", () => appearance.zoomBy(1)],
    ["Smaller", "Ctrl −", () => appearance.zoomBy(-1)],
    ["Send me a test notification", "", () => desk.tryNotification()],
    ["Change my password", "", () => (desk.overlay = "password")],
    ["Sign out", "", () => void desk.act("session.signOut", {})],
  ];
  const told: Offer[] = view && desk.supervises ? [{ id: "told", group: "This conversation", label: "Who was told of calls for help", hint: view.row.name, run: () => desk.showTold(view.row.id) }] : [];
  const attach: Offer[] = view?.may.reply ? [{ id: "attach", group: "This conversation", label: "Attach files", hint: view.row.name, run: () => desk.conversation?.composer.files.chooser?.() }] : [];
  const pressable = view?.buttons.filter(({ unusable }) => unusable === null) ?? [];
  const buttons = pressable.map((button): Offer => ({
    id: `press-${button.id}`,
    group: "This conversation",
    label: `Press: ${button.title}`,
    hint: button.description,
    run: () => void press(desk, button),
  }));
  return [
    ...actions.map(({ may, label, run }): Offer => ({ id: may, group: "This conversation", label, hint: view?.row.name ?? "", run })),
    ...attach,
    ...told,
    ...buttons,
    ...sectionsOf(desk.app?.counts ?? null).map(
      ({ id, title }, at): Offer => ({ id, group: "Go to", label: title, hint: `Alt ${at + 1}`, run: () => desk.go(id) }),
    ),
    ...desk_.map(([label, hint, run]): Offer => ({ id: label, group: "Desk", label, hint, run })),
  ];
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
        return { id: conversation, group: "Customers", label: name, hint: CHANNEL[channel], run };
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
  return { id: "everywhere", group: "Search", label: `Search everything for “${query}”`, hint: "/", run };
}
