// Between the board and the conversations on it.
import type { Availability, BoardOnly, ConversationId, Handler, UserId } from "$shared/types";
import { EVERYTHING, type Board } from "./board.svelte";
import type { Desk } from "./desk.svelte";
import { t } from "../words/catalogue.svelte";
import { availability as named } from "../words/labels";

/** A held key rests this long on a row that is read. */
const READ_AFTER_MS = 120;
/** The rail, the rows and a conversation beside them need this much, in rem. */
const BESIDE_REM = 64;

/** Figures that lead to rows, in their order on the screen. */
export const FIGURES = ["wanted", "unanswered", "people", "logic", "idle", "calls", "new", "undelivered"] as const;
export type FigureId = (typeof FIGURES)[number];

const LEADS: Record<FigureId, { only?: BoardOnly; handler?: Handler }> = {
  wanted: { only: "wanted" },
  unanswered: { only: "unanswered" },
  people: { handler: "people" },
  logic: { handler: "logic" },
  idle: { handler: "nobody" },
  calls: { only: "calls" },
  new: { only: "new" },
  undelivered: { only: "undelivered" },
};

/** Whether the board shows the rows of a figure. */
export function isLedTo({ shown }: Board, figure: FigureId): boolean {
  const { only, handler } = LEADS[figure];
  return only ? only === shown.only : handler === shown.handler;
}

/** Shows only the rows of a figure; once more, all again. */
export function leadTo(board: Board, at: number): void {
  const figure = FIGURES[at];
  if (!figure) return;
  const { query, group, sort, reverse } = board.shown;
  const usual = { ...EVERYTHING, query, group, sort, reverse };
  const isOn = isLedTo(board, figure);
  board.wall = false;
  board.show(isOn ? usual : { ...usual, ...LEADS[figure] });
}

/** The supervisors' board, with the focus in its rows. If it has a window of its own, that comes to the front. */
export function goToBoard(desk: Desk): void {
  if (desk.isMain && desk.app?.boardApart) return void desk.act("board.popOut", {});
  desk.board.open();
  desk.inside = false;
  desk.focus.list();
}

/** Whether a conversation can be shown beside the rows. */
export function hasRoomBeside(desk: Desk): boolean {
  return desk.isMain && desk.appearance.wide >= BESIDE_REM;
}

/** Looks into a conversation of the board; nobody notices. The next keys are the list's, and act on it. Where there is no
 * room beside the rows, it takes their place. */
export function look(desk: Desk, id: ConversationId | null): void {
  if (id === null) return;
  desk.board.cursor = id;
  desk.board.peeks = hasRoomBeside(desk);
  if (desk.board.peeks) desk.show(id);
  else desk.show(id, "all");
  desk.focus.list();
}

/** Gives the board a window of its own, or closes that window. */
export async function popOutBoard(desk: Desk): Promise<void> {
  if (desk.boardOnly) return void (await desk.act("board.bringBack", {}));
  if (await desk.act("board.popOut", {})) desk.board.close();
}

/** Moves the selection. A conversation beside the rows follows it; a held key reads only where it ends. */
export function moveOnBoard(desk: Desk, by: number, held: boolean): void {
  const { board } = desk;
  board.move(by);
  desk.focus.list();
  const read = (): void => {
    if (board.peeks && board.cursor) desk.show(board.cursor);
  };
  clearTimeout(board.reading);
  if (held) board.reading = setTimeout(read, READ_AFTER_MS);
  else read();
}

/** One step back: from the wall, what is chosen, the context, a field, or the conversation beside the board. */
export function goBack(desk: Desk): void {
  const { board } = desk;
  const isInRows = desk.focus.place(document.activeElement) === "list";
  if (board.on && board.wall) board.wall = false;
  else if (board.on && isInRows && board.chosen.size > 0) board.chosen.clear();
  else if (board.on && board.peeks && isInRows) board.peeks = false;
  else if (desk.contextOpen) desk.contextOpen = false;
  else desk.focus.list();
}

/** Sets how the user, or a colleague, is; colleagues are told by whom. */
export async function setAvailability(desk: Desk, user: UserId, name: string, availability: Availability): Promise<void> {
  if (user === desk.app?.me?.user) return void (await desk.act("me.setAvailability", { availability }));
  if (await desk.act("colleague.setAvailability", { user, availability })) desk.toasts.say("plain", t("board-was-set", { name, availability: named(availability) }));
}
