// Between the board and the conversations on it.
import type { ConversationId } from "$shared/types";
import type { Desk } from "./desk.svelte";

/** The supervisors' board, with the focus in its rows. */
export function goToBoard(desk: Desk): void {
  desk.board.open();
  desk.inside = false;
  desk.focus.list();
}

/** Looks into a conversation of the board; nobody notices. The next keys are the list's, and act on it. */
export function look(desk: Desk, id: ConversationId | null): void {
  if (id === null) return;
  desk.board.cursor = id;
  desk.show(id, "all");
  desk.focus.list();
}

/** One step back: from the wall, the context or a field. */
export function goBack(desk: Desk): void {
  if (desk.board.on && desk.board.wall) desk.board.wall = false;
  else if (desk.contextOpen) desk.contextOpen = false;
  else desk.focus.list();
}
