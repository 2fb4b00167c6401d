// The command palette's offers: the open conversation's actions, sections, the desk itself, and conversations by name.
import { BOARD_GROUPS, SORTS } from "../words/board";
import { t, type PlainId } from "../words/catalogue.svelte";
import { keyName } from "../words/keys";
import { AVAILABILITIES, availability, channel as nameOf } from "../words/labels";
import { sectionsOf } from "../words/sections";
import { alsoOf, labelOf, settingsOf } from "../words/settings";
import { actionsOf } from "./actions";
import { lookAsSeen } from "./asSeen.svelte";
import { actOnChosen, type BulkAct } from "./bulk";
import { FIGURES, goToBoard, leadTo, look, popOutBoard, setAvailability } from "./boarding";
import type { Desk } from "./desk.svelte";
import { keyOf } from "./keys";
import { manages } from "./manages";
import { press } from "./pressing";
import { flipAll, toggleTranslation } from "./reading";
import { reads, writesReviews } from "./reviews.svelte";

export interface Offer {
  id: string;
  group: "here" | "go" | "availability" | "desk" | "settings" | "customers" | "search";
  label: string;
  /** Other words for it. */
  also: string;
  /** What it does, or where it leads; empty if the label says it. */
  hint: string;
  /** Its key; empty if it has none. */
  key: string;
  run: () => void;
}

/** The label of a command of the desk's own; its attribute `also` has other words for it. */
type Own = { [K in PlainId]: K extends `palette-${string}` ? (`${K}.also` extends PlainId ? K : never) : never }[PlainId];

/** Maximum customers in the palette. */
const MOST_FOUND = 8;
const MOST_ASKED = 50;

export function offers(desk: Desk): Offer[] {
  const known = everyOffer(desk);
  if (desk.offered === "availability") return known.filter(({ group }) => group === "availability");
  if (desk.offered === "buttons") return known.filter(({ id }) => id.startsWith(PRESS));
  return known;
}

const PRESS = "press-";

function everyOffer(desk: Desk): Offer[] {
  const view = desk.inView?.view ?? null;
  const { appearance } = desk;
  const main = desk.isMain;
  const other = appearance.dark ? "light" : "dark";
  const own = (group: Offer["group"], id: Own, key: string, run: () => void): Offer => ({ id, group, label: t(id), also: t(`${id}.also`), hint: "", key, run });
  const pressable = view?.buttons.filter(({ unusable }) => unusable === null) ?? [];
  const buttons = pressable.map((button): Offer => ({
    id: `${PRESS}${button.id}`,
    group: "here",
    label: t("palette-press", { title: button.title }),
    also: t("palette-press.also"),
    hint: button.description,
    key: "",
    run: () => void press(desk, button),
  }));
  return [
    ...(view && !desk.inView?.asSeen ? actionsOf(desk, view) : [])
      .filter(({ is }) => is !== "buttons")
      .map(({ is, label, key, also, run }): Offer => ({ id: is, group: "here", label, also, hint: "", key, run })),
    ...buttons,
    ...(desk.board.on ? boardOffers(desk) : []),
    ...sectionsOf(desk.app?.counts ?? null).map((id, at): Offer => ({ id, group: "go", label: t(`section-${id}`), also: t("palette-section"), hint: "", key: `Alt ${at + 1}`, run: () => desk.goInto(id) })),
    ...(desk.supervises && main ? [own("go", "palette-board", keyOf("board"), () => goToBoard(desk))] : []),
    ...(main ? [own("go", "palette-next", "Alt ↓", () => void desk.step(1)), own("go", "palette-previous", "Alt ↑", () => void desk.step(-1))] : []),
    ...(desk.apart === null ? [] : [
      own("here", desk.windows.onTop ? "palette-not-on-top" : "palette-on-top", keyOf("keepOnTop"), () => void desk.windows.keepOnTop()),
      own("here", "palette-close-window", keyOf("closeWindow"), () => void desk.windows.close()),
    ]),
    ...AVAILABILITIES.map((availability): Offer => ({
      ...own("availability", `palette-set-${availability}`, "", () => void desk.act("me.setAvailability", { availability })),
      hint: desk.app?.me?.availability === availability ? t("palette-now") : "",
    })),
    ...(desk.app?.me?.reasons ?? []).map((reason): Offer => ({
      id: `away-${reason}`,
      group: "availability",
      label: t("palette-away-for", { reason }),
      also: t("palette-away-for.also"),
      hint: desk.app?.me?.absence?.reason === reason ? t("palette-now") : "",
      key: "",
      run: () => desk.goAway(reason),
    })),
    ...(desk.calls.undoable ? [own("desk", "palette-undo-dismissal", desk.undoable === "dismissal" ? keyOf("takeBack") : "", () => void desk.calls.undo())] : []),
    ...(main ? [own("desk", "palette-answer-next", keyOf("next"), () => void desk.next())] : []),
    own("desk", "palette-start", keyOf("start"), () => desk.writeFirst()),
    own("desk", "palette-search", keyOf("search"), () => (desk.overlay = "search")),
    ...(view?.translating ? [own("here", view.translating.on ? "palette-translate-off" : "palette-translate", keyOf("translate"), () => void toggleTranslation(desk))] : []),
    ...(view?.translating?.on ? [own("here", "palette-originals", keyOf("originals"), () => flipAll(desk))] : []),
    ...(view ? [own("here", "palette-search-here", keyOf("searchHere"), () => desk.searchHere())] : []),
    ...(view && writesReviews(desk) ? [own("here", "palette-file-review", "", () => (desk.overlay = "fileReview"))] : []),
    own("desk", "palette-change-availability", keyOf("availability"), () => desk.choose("availability")),
    ...(desk.waiting > 0 ? [own("desk", "palette-take-back", desk.undoable === "turn" ? keyOf("takeBack") : "", () => void desk.takeBack())] : []),
    ...(main ? [own("desk", "palette-arrange", keyOf("arrange"), () => (desk.overlay = "arrange"))] : []),
    own("go", "palette-report", keyOf("report"), () => (desk.overlay = "report")),
    ...(reads(desk) ? [own("go", reads(desk) === "all" ? "palette-reviews" : "palette-own-reviews", "", () => (desk.overlay = "reviews"))] : []),
    own("go", "palette-inbox", keyOf("inbox"), () => (desk.overlay = "inbox")),
    own("go", "palette-not-sent", keyOf("notSent"), () => (desk.overlay = "notSent")),
    own("desk", "palette-outbox", "", () => (desk.overlay = "outbox")),
    own("desk", "palette-settings", keyOf("settings"), () => desk.openSettings()),
    own("desk", "palette-library", "", () => (desk.overlay = "library")),
    ...(manages(desk) ? [own("desk", "palette-numbers", "", () => (desk.overlay = "numbers")), own("desk", "palette-plans", "", () => (desk.overlay = "plans"))] : []),
    own("desk", `palette-theme-${other}`, "", () => appearance.choose({ theme: other })),
    own("desk", "palette-larger", keyName("Ctrl +"), () => appearance.zoomBy(1)),
    own("desk", "palette-smaller", keyName("Ctrl −"), () => appearance.zoomBy(-1)),
    own("desk", "palette-password", "", () => (desk.overlay = "password")),
    own("desk", "palette-sign-out", "", () => void desk.signOut()),
    ...settingsOf({ supervises: desk.supervises, chimes: desk.app?.about.chimes ?? false }).map((setting): Offer => {
      const { id, section } = setting;
      return {
        id: `in-settings-${id}`,
        group: "settings",
        label: labelOf(id),
        also: t("palette-setting", { words: alsoOf(setting) }),
        hint: t(`settings-${section}`),
        key: id === "keys" ? keyOf("sheet") : "",
        run: () => (id === "tryOut" ? desk.tryNotification() : desk.openSettings(section, id)),
      };
    }),
  ];
}

/** What can be done on the board: looking in, acting on what is chosen, its figures and views, and people. */
function boardOffers(desk: Desk): Offer[] {
  const { board } = desk;
  const offer = (id: string, label: string, key: string, run: () => void): Offer => ({ id, group: "here", label, also: t("palette-board.also"), hint: "", key, run });
  const row = board.rows.find((one) => one.row.conversation === board.cursor)?.row;
  const count = board.chosen.size;
  const bulk: [BulkAct, PlainId][] = [["transfer", "act-assign"], ["note", "act-note"], ["tags", "act-tags"], ["takeOver", "act-take-over"], ["widen", "act-widen"]];
  return [
    ...(row && !board.peeks ? [offer("board-look", t("board-look", { name: row.customerName }), keyName("Enter"), () => look(desk, row.conversation))] : []),
    ...(row && !board.peeks && !desk.boardOnly ? [offer("board-as-seen", t("board-as-seen", { name: row.customerName }), "", () => lookAsSeen(desk, row.conversation))] : []),
    ...(row ? [offer("board-choose", t("board-choose", { name: row.customerName }), keyName("Space"), () => board.choose())] : []),
    offer("board-choose-all", t("key-board-choose-all"), keyName("Ctrl A"), () => void board.chooseAll()),
    ...(count > 0 ? bulk.map(([is, label]) => offer(`bulk-${is}`, t("board-for-chosen", { act: t(label), count }), keyOf(is), () => actOnChosen(desk, is))) : []),
    ...FIGURES.map((figure, at) => offer(`figure-${figure}`, t("board-show-figure", { figure: t(`board-figure-${figure}`) }), String(at + 1), () => leadTo(board, at))),
    ...board.saved.map(({ name, shown }, at) => offer(`view-${name}`, t("board-show-view", { name }), keyName(`Ctrl ${at + 1}`), () => board.show(shown))),
    offer("board-save", t("board-save"), "", () => void setTimeout(() => (board.naming = true))),
    ...[null, ...BOARD_GROUPS].map((group) => offer(`group-${group}`, t("board-group-so", { group: t(group === null ? "board-ungrouped" : `board-by-${group}`) }), "", () => board.show({ group }))),
    ...SORTS.filter(([sort]) => sort !== "brand" || (board.view?.brands.length ?? 0) > 1).map(([sort, column]) => offer(`sort-${sort}`, t("board-sort-by", { column: t(column) }), "", () => board.sortBy(sort))),
    ...(board.isFiltered ? [offer("board-all", t("board-all"), "", () => board.showAll())] : []),
    offer("board-pop-out", t(desk.boardOnly ? "board-bring-back" : "board-pop-out"), keyOf("popOutHere"), () => void popOutBoard(desk)),
    offer("board-wall", t("board-wall"), "", () => (board.wall = !board.wall)),
    ...(board.view?.people ?? [])
      .filter(({ user, presence }) => presence !== "offline" && user !== desk.app?.me?.user)
      .flatMap(({ user, name, presence }) =>
        AVAILABILITIES.filter((one) => one !== presence).map((one) => offer(`set-${user}-${one}`, t("board-set-to", { name, availability: availability(one) }), "", () => void setAvailability(desk, user, name, one))),
      ),
  ];
}

/** What the query means: those whose label matches come first, then those that have another word for it. */
export function offered(all: readonly Offer[], query: string): Offer[] {
  const named = all.filter(({ label }) => matches(label, query));
  return [...named, ...all.filter((offer) => !named.includes(offer) && matches(`${offer.label} ${offer.also}`, query))];
}

export function groupsOf(offers: readonly Offer[]): Offer["group"][] {
  return [...new Set(offers.map(({ group }) => group))];
}

/** Each group together, the group of the first offer first. */
export function grouped(offers: readonly Offer[]): Offer[] {
  return groupsOf(offers).flatMap((group) => offers.filter((offer) => offer.group === group));
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
        return { id: conversation, group: "customers", label: name, also: "", hint: channel ? nameOf(channel) : "", key: "", run };
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
  return { id: "everywhere", group: "search", label: t("palette-everywhere", { query }), also: "", hint: "", key: "", run };
}
