// The desk's keys: one table, and one function that says what a key does where. The sheet in the window, the hints beside
// labels and docs/keyboard.md come from the table. No key acts on a conversation while the focus is in another one.
import { composes, isEnter } from "$shared/keys";
import type { PlainId } from "../words/catalogue.svelte";
import { keyName } from "../words/keys";

/** Everything that keys do outside a field or dialog. */
export type Act =
  | { is: "palette" | "search" | "searchHere" | "availability" | "settings" | "sheet" | "list" | "filter" | "open" | "next" | "takeBack" | "notSent" | "inbox" | "arrange" | "start" | "board" | "report" | "translate" | "originals" | "popOutHere" | "keepOnTop" | "closeWindow" }
  | { is: "reply" | "note" | "join" | "complete" | "leave" | "invite" | "transfer" | "inviteExternal" | "askForHelp" | "delegate" }
  | { is: "widen" | "takeOver" | "decline" | "snooze" | "tags" | "editCustomer" | "buttons" | "copyLink" | "copyTranscript" | "told" | "quote" | "react" | "popOut" }
  | { is: "section"; at: number }
  | { is: "step"; by: 1 | -1 }
  | { is: "move"; by: number }
  | { is: "zoom"; by: 1 | 0 | -1 }
  | { is: "choose" | "chooseAll" }
  | { is: "chooseMore"; by: 1 | -1 }
  | { is: "figure" | "savedView"; at: number }
  | { is: "grade"; key: string };

/** Acts of the table's list part that concern the selected conversation. */
export type Letter = "widen" | "reply" | "note" | "join" | "complete" | "leave" | "invite" | "transfer" | "inviteExternal" | "askForHelp" | "delegate" | "takeOver" | "decline" | "snooze" | "tags" | "editCustomer" | "buttons" | "copyLink" | "copyTranscript" | "told" | "quote" | "react" | "popOut";

export interface Row {
  keys: readonly string[];
  what: Extract<PlainId, `key-${string}`>;
  does?: (at: number) => Act;
}

export interface Part {
  /** Its attribute `where` says where these keys work. */
  title: "keys-anywhere" | "keys-list" | "keys-board" | "keys-message" | "keys-conversation" | "keys-settings" | "keys-divider" | "keys-as-seen";
  rows: readonly Row[];
}

const act = (is: Exclude<Act["is"], "section" | "step" | "move" | "zoom" | "grade" | "chooseMore" | "figure" | "savedView">) => (): Act => ({ is }) as Act;
const either = (one: Act, other: Act) => (at: number): Act => (at % 2 === 0 ? one : other);

/** In every part a key has one meaning. */
export const ANYWHERE: Part = {
  title: "keys-anywhere",
  rows: [
    { keys: ["Ctrl K"], what: "key-commands", does: act("palette") },
    { keys: ["Ctrl F"], what: "key-search", does: act("search") },
    { keys: ["Ctrl Shift F"], what: "key-search-here", does: act("searchHere") },
    { keys: ["Alt 1", "Alt 2", "Alt 3", "Alt 4"], what: "key-section", does: (at) => ({ is: "section", at }) },
    { keys: ["Alt 0"], what: "key-board", does: act("board") },
    { keys: ["Alt 5"], what: "key-not-sent", does: act("notSent") },
    { keys: ["Alt 6"], what: "key-inbox", does: act("inbox") },
    { keys: ["Alt R"], what: "key-report", does: act("report") },
    { keys: ["Alt N"], what: "key-start", does: act("start") },
    { keys: ["Alt ↓", "Alt ↑"], what: "key-step", does: either({ is: "step", by: 1 }, { is: "step", by: -1 }) },
    { keys: ["Ctrl Shift A"], what: "key-availability", does: act("availability") },
    { keys: ["Ctrl Shift O"], what: "key-pop-out-here", does: act("popOutHere") },
    { keys: ["Ctrl Shift T"], what: "key-keep-on-top", does: act("keepOnTop") },
    { keys: ["Ctrl W"], what: "key-close-window", does: act("closeWindow") },
    { keys: ["Ctrl ,"], what: "key-settings", does: act("settings") },
    { keys: ["Ctrl +", "Ctrl −", "Ctrl 0"], what: "key-zoom", does: (at) => ({ is: "zoom", by: ([1, -1, 0] as const)[at] ?? 0 }) },
    { keys: ["Ctrl Z"], what: "key-take-back", does: act("takeBack") },
    { keys: ["Alt T"], what: "key-translate", does: act("translate") },
    { keys: ["Alt O"], what: "key-originals", does: act("originals") },
    { keys: ["Alt H", "Alt I", "Alt W"], what: "key-grade", does: (at) => ({ is: "grade", key: "HIW".charAt(at) }) },
    { keys: ["Esc"], what: "key-back" },
  ],
};

export const LIST: Part = {
  title: "keys-list",
  rows: [
    { keys: ["J", "K", "↓", "↑"], what: "key-move", does: either({ is: "move", by: 1 }, { is: "move", by: -1 }) },
    { keys: ["Page Down", "Page Up"], what: "key-move-page", does: either({ is: "move", by: 8 }, { is: "move", by: -8 }) },
    { keys: ["Home", "End"], what: "key-move-ends", does: either({ is: "move", by: -Infinity }, { is: "move", by: Infinity }) },
    { keys: ["Shift Enter"], what: "key-pop-out", does: act("popOut") },
    { keys: ["Enter"], what: "key-read", does: act("open") },
    { keys: ["R"], what: "key-reply", does: act("reply") },
    { keys: ["M"], what: "key-note", does: act("note") },
    { keys: ["Q"], what: "key-quote", does: act("quote") },
    { keys: ["Z"], what: "key-react", does: act("react") },
    { keys: ["A"], what: "key-join", does: act("join") },
    { keys: ["N"], what: "key-next", does: act("next") },
    { keys: ["E"], what: "key-complete", does: act("complete") },
    { keys: ["L"], what: "key-leave", does: act("leave") },
    { keys: ["H"], what: "key-ask-for-help", does: act("askForHelp") },
    { keys: ["I"], what: "key-invite", does: act("invite") },
    { keys: ["O"], what: "key-transfer", does: act("transfer") },
    { keys: ["P"], what: "key-invite-partner", does: act("inviteExternal") },
    { keys: ["Y"], what: "key-delegate", does: act("delegate") },
    { keys: ["T"], what: "key-take-over", does: act("takeOver") },
    { keys: ["D"], what: "key-decline", does: act("decline") },
    { keys: ["S"], what: "key-snooze", does: act("snooze") },
    { keys: ["G"], what: "key-tags", does: act("tags") },
    { keys: ["U"], what: "key-edit-customer", does: act("editCustomer") },
    { keys: ["B"], what: "key-press-button", does: act("buttons") },
    { keys: ["C"], what: "key-copy-link", does: act("copyLink") },
    { keys: ["X"], what: "key-copy-transcript", does: act("copyTranscript") },
    { keys: ["W"], what: "key-who-was-notified", does: act("told") },
    { keys: ["+"], what: "key-widen", does: act("widen") },
    { keys: ["V"], what: "key-arrange", does: act("arrange") },
    { keys: ["F"], what: "key-filter", does: act("filter") },
    { keys: ["/"], what: "key-search", does: act("search") },
    { keys: ["?"], what: "key-sheet", does: act("sheet") },
  ],
};

/** Before the list's, while the board's rows have the focus. */
export const BOARD: Part = {
  title: "keys-board",
  rows: [
    { keys: ["Space"], what: "key-board-choose", does: act("choose") },
    { keys: ["Shift ↓", "Shift ↑"], what: "key-board-choose-more", does: either({ is: "chooseMore", by: 1 }, { is: "chooseMore", by: -1 }) },
    { keys: ["Ctrl A"], what: "key-board-choose-all", does: act("chooseAll") },
    { keys: ["1", "2", "3", "4", "5", "6", "7", "8"], what: "key-board-figure", does: (at) => ({ is: "figure", at }) },
    { keys: ["Ctrl 1", "Ctrl 2", "Ctrl 3", "Ctrl 4", "Ctrl 5", "Ctrl 6", "Ctrl 7", "Ctrl 8", "Ctrl 9"], what: "key-board-view", does: (at) => ({ is: "savedView", at }) },
  ],
};

/** Handled by the field itself. */
export const MESSAGE: Part = {
  title: "keys-message",
  rows: [
    { keys: ["Enter"], what: "key-send" },
    { keys: ["Ctrl Enter"], what: "key-send-now" },
    { keys: ["Shift Enter"], what: "key-new-line" },
    { keys: ["/"], what: "key-library-word" },
    { keys: ["Ctrl /"], what: "key-library" },
    { keys: [":"], what: "key-emoji" },
    { keys: ["Tab"], what: "key-suggestion" },
    { keys: ["Ctrl I"], what: "key-improve" },
    { keys: ["Ctrl T"], what: "key-translate-reply" },
    { keys: ["Esc"], what: "key-back-from-field" },
  ],
};

export const READING: Part = {
  title: "keys-conversation",
  rows: [
    { keys: ["End"], what: "key-newest" },
    { keys: ["A … Z"], what: "key-begin" },
  ],
};

/** Handled by the settings themselves. */
export const SETTINGS: Part = {
  title: "keys-settings",
  rows: [
    { keys: ["↓", "↑"], what: "key-next-section" },
    { keys: ["Home", "End"], what: "key-section-ends" },
    { keys: ["Esc"], what: "key-close" },
  ],
};

/** Handled by the line between two panes itself. */
export const DIVIDER: Part = {
  title: "keys-divider",
  rows: [
    { keys: ["←", "→"], what: "key-divider-move" },
    { keys: ["Home", "End"], what: "key-divider-ends" },
    { keys: ["Enter"], what: "key-divider-reset" },
  ],
};

/** Handled by what they act on. */
export const AS_SEEN: Part = {
  title: "keys-as-seen",
  rows: [
    { keys: ["→", "←"], what: "key-as-seen-event" },
    { keys: ["Shift →", "Shift ←"], what: "key-as-seen-minute" },
    { keys: ["Home", "End"], what: "key-as-seen-ends" },
    { keys: ["Esc"], what: "key-as-seen-now" },
  ],
};

export const SHEET: readonly Part[] = [ANYWHERE, MESSAGE, READING, BOARD, AS_SEEN, SETTINGS, DIVIDER, LIST];

/** The key to show beside a label. */
export function keyOf(is: string): string {
  const row = [...LIST.rows, ...ANYWHERE.rows].find(({ does }) => does?.(0).is === is);
  return keyName(row?.keys[0] ?? "");
}

/** Where the focus is. */
export type Place =
  | "list"
  /** The message field. */
  | "message"
  /** Another text field. */
  | "input"
  /** A dialog or menu: its keys are its own. */
  | "dialog"
  /** A button, a link, the transcript, the context. */
  | "elsewhere"
  /** Nothing has the focus. */
  | "nowhere"
  /** The message field had the focus and is gone, perhaps in the middle of a word. */
  | "lost"
  /** Another conversation came in the middle of words for this one's customer: they are over. */
  | "cut";

export interface Standing {
  place: Place;
  /** The open conversation has a message field. */
  answers: boolean;
  /** A message field is about to appear, with the focus in it. */
  coming: boolean;
  /** An act looks for the conversation that it will open. */
  leads?: boolean;
  /** The list is the board's rows. */
  board?: boolean;
  /** The message field has no text, which could be undone by itself. */
  empty?: boolean;
}

/** `field`: the key belongs to the message field. `own`: to the focused element. `nothing`: to nobody. */
export type Outcome = Act | "field" | "own" | "nothing";

export type Press = Pick<KeyboardEvent, "key" | "code" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey" | "isComposing" | "keyCode">;

export function decide({ place, answers, coming, leads = false, board = false, empty = false }: Standing, press: Press): Outcome {
  if (composes(press)) return "own";
  const everywhere = found(ANYWHERE, press);
  if (place === "dialog") return everywhere?.is === "zoom" ? everywhere : "own";
  if (everywhere?.is === "takeBack" && (place === "input" || (place === "message" && !empty))) return "own";
  if (everywhere) return everywhere;
  // Not even in a field: it is another conversation's.
  if (leads && place !== "input" && (isTyped(press) || isEnter(press) || (press.key === " " && isPlain(press)))) return "nothing";
  if (place === "message" || place === "input") return "own";
  if (place === "cut" && press.key === "Tab" && isPlain(press)) return "field";
  if (press.key === "Escape") return { is: "list" };
  if (place === "cut" && (isPlain(press) || isTyped(press))) return "nothing";
  const inRows = place === "list" || (place === "nowhere" && !answers);
  const onBoard = board && inRows && !coming ? found(BOARD, press) : null;
  if (onBoard) return onBoard;
  // The web view would select the whole page.
  if (inRows && isPressed("Ctrl A", press)) return "nothing";
  if (!isPlain(press)) return isTyped(press) && answers && place !== "list" ? "field" : "own";
  const writes = isTyped(press);
  // Between "reply" and its field, no letter is a command.
  if (coming && (writes || isEnter(press))) return "nothing";
  if (inRows) return found(LIST, press) ?? (writes ? "nothing" : "own");
  if (!writes) return "own";
  return answers ? "field" : "nothing";
}

/** The act of a key in this part, if it is one of its keys. */
function found({ rows }: Part, press: Press): Act | null {
  for (const { keys, does } of rows) {
    const at = does ? keys.findIndex((key) => isPressed(key, press)) : -1;
    if (does && at !== -1) return does(at);
  }
  return null;
}

const NAMES: Record<string, string> = { Space: " ", "↓": "arrowdown", "↑": "arrowup", "−": "-", "Page Down": "pagedown", "Page Up": "pageup" };

function isPressed(shown: string, press: Press): boolean {
  const [, ctrl, alt, shift, name = ""] = /^(Ctrl )?(Alt )?(Shift )?(.+)$/.exec(shown) ?? [];
  const command = press.ctrlKey || press.metaKey;
  if (command !== Boolean(ctrl) || press.altKey !== Boolean(alt) || (shift && !press.shiftKey)) return false;
  // Otherwise Ctrl Shift A would also be Ctrl A. Signs may need Shift, and capital letters are the same keys.
  if (ctrl && !shift && press.shiftKey && /^[A-Z]$/.test(name)) return false;
  // With Alt, digits and letters may be other characters.
  if (alt && /^[A-Z0-9]$/.test(name) && (press.code === `Digit${name}` || press.code === `Key${name}`)) return true;
  const wanted = NAMES[name] ?? name.toLowerCase();
  const key = press.key.toLowerCase();
  return key === wanted || (name === "+" && key === "=");
}

function isPlain({ ctrlKey, metaKey, altKey }: Press): boolean {
  return !ctrlKey && !metaKey && !altKey;
}

/** Would write a character. Space presses buttons and scrolls; Ctrl with Alt is the right Alt key of Windows. */
/** Whether the key writes or ends words. */
export function isWriting(press: Press): boolean {
  return isTyped(press) || (isPlain(press) && ["Enter", " ", "Backspace", "Delete"].includes(press.key));
}

/** Whether this writes, by whatever way: keys, dictation, an input method. Pasting and dropping are acts of their own. */
export function writes({ inputType }: InputEvent): boolean {
  return /^(insert(?!From)|delete)/.test(inputType);
}

function isTyped(press: Press): boolean {
  const writes = ([...press.key].length === 1 && press.key !== " ") || press.key === "Dead";
  return writes && (isPlain(press) || (press.ctrlKey && press.altKey));
}
