// Keys that work everywhere in the window. Keys of one place (list, composer, dialog) are handled there.
import { composes, isEnter } from "$shared/keys";
import type { Section } from "$shared/types";
import type { Desk } from "./desk.svelte";
import { GRADES } from "../words/handover";
import { sectionsOf } from "../words/sections";

/** For the sheet behind "?". */
export const SHEET: readonly { title: string; keys: readonly (readonly [keys: string, what: string])[] }[] = [
  {
    title: "Anywhere",
    keys: [
      ["Ctrl K", "Commands"],
      ["Alt 1 … 4", "Go to a section"],
      ["N", "Answer the next call for help"],
      ["/  or  Ctrl F", "Search everything"],
      ["Ctrl +  Ctrl −", "Larger, smaller"],
      ["Ctrl ,", "Notifications"],
      ["?", "This sheet"],
    ],
  },
  {
    title: "List",
    keys: [
      ["F", "Filter the list"],
      ["J  K  or  ↓  ↑", "Move"],
      ["Enter", "Open"],
      ["Esc", "Clear the filter"],
    ],
  },
  {
    title: "Conversation",
    keys: [
      ["R", "Write a reply"],
      ["Enter", "Send"],
      ["Shift Enter", "New line"],
      ["Tab", "Take the suggestion into an empty field"],
      ["Ctrl I", "Improve the wording, and use it"],
      ["Ctrl Enter", "Complete, or send anyway"],
      ["End", "Back to the newest message"],
      ["Alt H  I  W", "The handover was helpful, incomplete, wrong"],
      ["Esc", "Back to the list"],
    ],
  },
];

export function onKey(desk: Desk, event: KeyboardEvent): void {
  if (event.defaultPrevented || composes(event) || desk.overlay) return;
  const command = event.ctrlKey || event.metaKey;
  if (run(desk, event, command)) event.preventDefault();
}

function run(desk: Desk, event: KeyboardEvent, command: boolean): boolean {
  if (command && event.key.toLowerCase() === "k") return yes(() => (desk.overlay = "palette"));
  if (command && event.key.toLowerCase() === "f") return yes(() => (desk.overlay = "search"));
  if (command && (event.key === "+" || event.key === "=")) return yes(() => desk.appearance.zoomBy(1));
  if (command && event.key === "-") return yes(() => desk.appearance.zoomBy(-1));
  if (command && event.key === ",") return yes(() => (desk.overlay = "notifications"));
  if (command && event.key === "0") return yes(() => desk.appearance.zoomBy(0));
  if (command && isEnter(event)) return complete(desk);
  if (event.altKey && /^Digit[1-4]$/.test(event.code)) return section(desk, Number(event.code.slice(5)) - 1);
  if (event.altKey && !command && grade(desk, event.key)) return true;
  if (command || event.altKey || isWriting(event.target)) return false;
  switch (event.key) {
    case "?":
      return yes(() => (desk.overlay = "shortcuts"));
    case "/":
      return yes(() => (desk.overlay = "search"));
    case "f":
    case "F":
      return focus("[data-focus=filter]");
    case "n":
    case "N":
      return yes(() => void desk.next());
    case "r":
    case "R":
      return focus("[data-focus=message]");
    case "j":
    case "k":
      return focus("[data-focus=list]", event);
    case "Escape":
      return desk.contextOpen && yes(() => (desk.contextOpen = false));
    default:
      return false;
  }
}

function yes(what: () => void): boolean {
  what();
  return true;
}

function complete(desk: Desk): boolean {
  const open = desk.conversation;
  if (!open?.view?.may.complete || open.composer.text.trim() !== "") return false;
  desk.overlay = "complete";
  return true;
}

function grade(desk: Desk, key: string): boolean {
  const known = GRADES.find((one) => one.key === key.toUpperCase());
  if (!known || !desk.conversation?.view?.handover?.mayGrade) return false;
  desk.grade(known.grade);
  return true;
}

function section(desk: Desk, at: number): boolean {
  const known: Section | undefined = sectionsOf(desk.app?.counts ?? null)[at]?.id;
  if (known) desk.go(known);
  return known !== undefined;
}

/** Moves the focus; the key is passed on, so that J works from anywhere. */
function focus(selector: string, pass?: KeyboardEvent): boolean {
  const element = document.querySelector<HTMLElement>(selector);
  if (!element) return false;
  if (pass && element === document.activeElement) return false;
  element.focus();
  if (pass) element.dispatchEvent(new KeyboardEvent("keydown", { key: pass.key, bubbles: true, cancelable: true }));
  return true;
}

function isWriting(target: EventTarget | null): boolean {
  return target instanceof HTMLElement && (target.isContentEditable || /^(INPUT|TEXTAREA|SELECT)$/.test(target.tagName));
}
