// What the command palette offers: the open conversation's actions, sections, the desk itself, and conversations by name.
import type { RowView, Section } from "$shared/types";
import type { Host } from "../host/host";
import { sectionsOf } from "../words/sections";
import { actionsOf } from "./actions";
import type { Desk } from "./desk.svelte";

export interface Offer {
  id: string;
  group: "This conversation" | "Go to" | "Desk" | "Conversations";
  label: string;
  hint: string;
  run: () => void;
}

/** As many conversations as are worth reading in a palette. */
const MOST_FOUND = 8;

export function offers(desk: Desk): Offer[] {
  const view = desk.conversation?.view ?? null;
  const actions = view ? actionsOf(desk, view) : [];
  const { appearance } = desk;
  const other = appearance.dark ? "light" : "dark";
  const desk_: [string, string, () => void][] = [
    ["Answer the next call for help", "N", () => void desk.next()],
    ["Keyboard shortcuts", "?", () => (desk.overlay = "shortcuts")],
    [`Theme: ${other}`, "", () => appearance.choose(other)],
    ["Theme: as the system", "", () => appearance.choose("system")],
    ["Larger", "Ctrl +", () => appearance.zoomBy(1)],
    ["Smaller", "Ctrl −", () => appearance.zoomBy(-1)],
    ["Send me a test notification", "", () => void desk.act("notifications.test", {})],
    ["Sign out", "", () => void desk.act("session.signOut", {})],
  ];
  return [
    ...actions.map(({ may, label, run }): Offer => ({ id: may, group: "This conversation", label, hint: view?.row.name ?? "", run })),
    ...sectionsOf(desk.app?.counts ?? null).map(
      ({ id, title }, at): Offer => ({ id, group: "Go to", label: title, hint: `Alt ${at + 1}`, run: () => desk.go(id) }),
    ),
    ...desk_.map(([label, hint, run]): Offer => ({ id: label, group: "Desk", label, hint, run })),
  ];
}

/** Every word of the query begins some word of the label. */
export function matches(label: string, query: string): boolean {
  const words = label.toLowerCase().split(/\s+/);
  return query
    .toLowerCase()
    .split(/\s+/)
    .every((part) => words.some((word) => word.startsWith(part)));
}

export async function conversations(desk: Desk, query: string): Promise<Offer[]> {
  const sections = sectionsOf(desk.app?.counts ?? null).map(({ id }) => id);
  const found = await Promise.all(sections.map((section) => rows(desk.host, section, query)));
  const offers = new Map<string, Offer>();
  found.forEach((list, at) => {
    for (const row of list) {
      if (offers.has(row.id)) continue;
      const run = (): void => desk.show(row.id, sections[at]);
      offers.set(row.id, { id: row.id, group: "Conversations", label: row.name, hint: row.words, run });
    }
  });
  return [...offers.values()].slice(0, MOST_FOUND);
}

async function rows(host: Host, section: Section, query: string): Promise<RowView[]> {
  try {
    return (await host.rpc("conversations.list", { section, query, offset: 0, limit: MOST_FOUND })).rows;
  } catch {
    // One section that does not answer must not empty the palette.
    return [];
  }
}
