// Carries out what the table of keys decides.
import { composes } from "$shared/keys";
import type { ConversationId, ConversationView, Section } from "$shared/types";
import { actionsOf } from "./actions";
import { actOnChosen, isForSeveral } from "./bulk";
import { goBack, goToBoard, leadTo, look, popOutBoard } from "./boarding";
import type { Desk } from "./desk.svelte";
import { decide, LIST, type Act, type Letter } from "./keys";
import { flipAll, toggleTranslation } from "./reading";
import { t } from "../words/catalogue.svelte";
import { channel } from "../words/labels";
import { GRADES } from "../words/handover";
import { sectionsOf } from "../words/sections";

export function onKey(desk: Desk, event: KeyboardEvent): void {
  if (event.defaultPrevented) return;
  if (!desk.overlay && desk.calls.swallows(event)) {
    event.preventDefault();
    return;
  }
  const place = desk.overlay ? "dialog" : desk.focus.place(event.target);
  const empty = event.target instanceof HTMLTextAreaElement && event.target.value === "";
  const outcome = decide({ place, answers: desk.writes, coming: desk.focus.coming, leads: desk.focus.leads, board: desk.board.on, empty }, event);
  // The browser then writes the character there, also a composed one.
  if (outcome === "field") {
    if (event.key === "Tab") event.preventDefault();
    document.querySelector<HTMLElement>("[data-focus=message]")?.focus();
  }
  else if (outcome === "nothing") {
    event.preventDefault();
    if (desk.focus.leads) desk.focus.dropped();
  }
  else if (outcome === "own") {
    if (undoesText(event)) event.preventDefault();
  } else {
    desk.focus.acted();
    if (run(desk, outcome, event.repeat)) event.preventDefault();
  }
}

/** Undoes or repeats what was written in a field. The web view of Linux does so only when it is asked. */
function undoesText(event: KeyboardEvent): boolean {
  const isField = event.target instanceof HTMLTextAreaElement || event.target instanceof HTMLInputElement;
  if (!isField || composes(event) || event.altKey || !(event.ctrlKey || event.metaKey)) return false;
  const key = event.key.toLowerCase();
  if (key === "z") return document.execCommand(event.shiftKey ? "redo" : "undo");
  return key === "y" && document.execCommand("redo");
}

function run(desk: Desk, act: Act, repeated: boolean): boolean {
  switch (act.is) {
    case "palette":
      return yes(() => desk.choose("everything"));
    case "availability":
      return yes(() => desk.choose("availability"));
    case "searchHere":
      return yes(() => desk.searchHere());
    case "search":
    case "notSent":
    case "inbox":
    case "start":
      return yes(() => (desk.overlay = act.is as "search"));
    case "arrange":
      if (desk.board.on) return yes(() => document.querySelector<HTMLElement>("[data-focus=group]")?.focus());
      return yes(() => (desk.apart === null ? (desk.overlay = "arrange") : desk.windows.sayMain()));
    case "choose":
      return yes(() => desk.board.choose());
    case "chooseMore":
      return yes(() => desk.board.chooseMore(act.by));
    case "chooseAll":
      return yes(() => void desk.board.chooseAll());
    case "figure":
      return yes(() => leadTo(desk.board, act.at));
    case "savedView":
      return yes(() => desk.board.showSaved(act.at));
    case "popOutHere":
      if (desk.board.on && !desk.board.peeks) return yes(() => void popOutBoard(desk));
      return desk.conversation !== null && yes(() => desk.conversation && desk.windows.move(desk.conversation.id));
    case "keepOnTop":
      return yes(() => void desk.windows.keepOnTop());
    case "closeWindow":
      if (desk.boardOnly) return yes(() => void popOutBoard(desk));
      return desk.apart !== null && yes(() => void desk.windows.close());
    case "settings":
      return yes(() => desk.openSettings());
    case "sheet":
      return yes(() => desk.openSettings("shortcuts"));
    case "zoom":
      return yes(() => desk.appearance.zoomBy(act.by));
    case "report":
      return yes(() => (desk.overlay = "report"));
    case "board":
      return desk.supervises && yes(() => (desk.apart === null ? goToBoard(desk) : desk.windows.sayMain()));
    case "section":
      return section(desk, act.at);
    case "step":
      return yes(() => void desk.step(act.by));
    case "grade":
      return grade(desk, act.key);
    case "translate":
      return yes(() => void toggleTranslation(desk));
    case "originals":
      return flipAll(desk);
    case "list":
      return yes(() => goBack(desk));
    case "filter":
      return yes(() => (desk.apart === null ? document.querySelector<HTMLElement>("[data-focus=filter]")?.focus() : desk.windows.sayMain()));
    case "move":
      return yes(() => desk.move(act.by, repeated));
    case "open":
      return yes(() => (desk.calls.offered ? desk.calls.take() : desk.board.on ? look(desk, desk.board.selected) : desk.read()));
    case "next":
      return yes(() => (desk.calls.offered ? desk.calls.take() : void desk.next()));
    case "takeBack":
      return desk.undoable !== null && yes(() => desk.undo());
    default:
      return yes(() => void letter(desk, act.is));
  }
}

function yes(what: () => unknown): boolean {
  what();
  return true;
}

/** An act on the selected conversation, which is then the open one. */
async function letter(desk: Desk, is: Letter): Promise<void> {
  if (desk.board.on && desk.board.chosen.size > 0) {
    if (isForSeveral(is)) actOnChosen(desk, is);
    else desk.toasts.say("plain", t("board-one-at-a-time"));
    return;
  }
  const selected = selectedIn(desk);
  if (!selected) return void desk.toasts.say("plain", t("key-nothing-selected"));
  if (desk.board.on) look(desk, selected);
  if (desk.boardOnly) return;
  desk.show(selected);
  const open = desk.conversation;
  if (!open) return;
  open.asSeen = null;
  // What is typed until then is meant for what comes.
  if (!open.loaded) await desk.focus.leading(open.refresh());
  const { view } = open;
  if (!view || desk.conversation !== open || desk.overlay) return;
  const action = actionsOf(desk, view).find((one) => one.is === is);
  if (action) {
    action.run();
    if (is === "note" && desk.board.on) whisper(desk, view);
  } else desk.toasts.say("plain", whyNot(is, view));
}

/** What is marked in the list: the selected conversation, or that which is open. A row that is gone counts while its
 * conversation is on screen. */
function selectedIn({ board, list, conversation, inside, apart, appearance }: Desk): ConversationId | null {
  if (board.on) return board.selected;
  const id = list.cursor ?? conversation?.id ?? null;
  const isOnScreen = list.cursor !== null && conversation?.id === id && (!appearance.single || inside || apart !== null);
  return isOnScreen || list.indexOf(id) !== -1 ? id : null;
}

/** A note from the board is for whoever handles the conversation: they are mentioned. */
function whisper(desk: Desk, { people }: ConversationView): void {
  const open = desk.conversation;
  const names = people.flatMap(({ participant, me, invited }) => (participant.kind === "agent" && !me && !invited ? [participant.name] : []));
  if (open && names.length > 0 && !open.composer.has("note")) open.composer.write(names.map((name) => `@${name} `).join(""));
}

/** Why a letter does nothing here. */
function whyNot(is: Letter, { row, completed, may }: ConversationView): string {
  if (is === "widen" && may.note) return t(row.help ? "key-everyone-called" : "key-no-call");
  if (is === "told") return t("key-only-supervisors");
  if (is === "buttons") return t("key-no-button");
  if (is === "join" && row.inProgress) return t("key-joined-already");
  if (is === "decline") return t("key-not-invited");
  if (is === "takeOver" && row.inProgress && !may.join) return t("key-nobody-else");
  if ((is === "quote" || is === "react") && may.reply) return t("key-not-on-channel", { channel: channel(row.channel) });
  const act = LIST.rows.find(({ does }) => does?.(0).is === is)?.what;
  const what = t(act ?? "key-this");
  if (completed && !row.inProgress) return t("key-completed", { what });
  return t(may.join ? "key-join-first" : "key-impossible", { what });
}

function grade(desk: Desk, key: string): boolean {
  const known = GRADES.find((one) => one.key === key);
  if (!known || !desk.inView?.view?.handover?.mayGrade) return false;
  desk.grade(known.grade);
  return true;
}

function section(desk: Desk, at: number): boolean {
  const known: Section | undefined = sectionsOf(desk.app?.counts ?? null)[at];
  if (known) desk.goInto(known);
  return known !== undefined;
}
