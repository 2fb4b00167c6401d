// Actions for the open conversation. The core decides whether they are allowed.
import { tick } from "svelte";
import type { ConversationView } from "$shared/types";
import type { Desk, Overlay } from "./desk.svelte";
import { keyOf, type Letter } from "./keys";

export interface Action {
  is: Letter | "helpNotNeeded" | "attach" | "quickReply";
  label: string;
  /** Its key, mostly while the list has the focus; empty if it has none. */
  key: string;
  /** Other words for it, for the palette. */
  also: string;
  run: () => void;
}

export function actionsOf(desk: Desk, view: ConversationView): Action[] {
  const { id, inProgress } = view.row;
  const { may } = view;
  const open = desk.conversation?.id === id ? desk.conversation : null;
  const pressable = view.buttons.some(({ unusable }) => unusable === null);
  const show = (overlay: Overlay) => (): void => {
    desk.overlay = overlay;
  };
  const act = (command: "conversation.takeOver" | "conversation.decline") => (): void => void desk.act(command, { id });

  const all: [allowed: boolean, is: Action["is"], label: string, also: string, run: () => void][] = [
    [may.join, "join", inProgress ? "Join" : "Reopen", "answer accept pick up take", () => void desk.join(view.row)],
    [may.reply, "reply", "Reply", "answer write message", () => desk.write("reply")],
    [may.note, "note", "Note", "internal comment whisper write colleagues", () => desk.write("note")],
    [may.complete, "complete", "Complete", "close end finish resolve done", show("complete")],
    [may.leave, "leave", "Leave", "exit quit", show("leave")],
    [may.askForHelp, "askForHelp", "Ask for help", "escalate call transfer colleagues", show("askForHelp")],
    [may.invite, "invite", "Invite", "add assign colleague transfer", show("invite")],
    [may.inviteExternal, "inviteExternal", "Invite a partner", "add external link outside", show("inviteExternal")],
    [may.decline, "decline", "Decline", "refuse invitation no", act("conversation.decline")],
    [may.takeOver, "takeOver", "Take over", "assign transfer", act("conversation.takeOver")],
    [may.delegate, "delegate", "Hand to Your Logic", "ai assistant bot delegate transfer", show("delegate")],
    [may.helpNotNeeded, "helpNotNeeded", "Help not needed", "cancel call dismiss", show("helpNotNeeded")],
    [may.endSnooze, "snooze", "End snooze", "wake unsnooze remind follow up back", () => void desk.endSnooze(id)],
    [may.snooze && !may.endSnooze, "snooze", "Snooze", "remind later follow up postpone defer tomorrow wait pause", show("snooze")],
    [may.tag, "tags", "Tags", "label topic category add remove mark", show("tags")],
    [may.editCustomer, "editCustomer", "Edit the customer", "name rename e-mail email phone contact details change", show("editCustomer")],
    [pressable, "buttons", "Press a button", "action custom", () => desk.choose("buttons")],
    // After the palette, which gives the focus back first.
    [open?.writes ?? false, "quickReply", "Insert a quick reply or question", "library canned template snippet macro", () => void tick().then(() => open?.composer.library?.())],
    [open?.writes ?? false, "attach", "Attach files", "document image picture upload", () => open?.composer.files.chooser?.()],
    [true, "copyLink", "Copy link", "address share url", () => void desk.copyLink(id)],
    [desk.supervises, "told", "Who was told", "alerts calls help notified", () => desk.showTold(id)],
  ];
  return all.filter(([allowed]) => allowed).map(([, is, label, also, run]) => ({ is, label, key: is === "quickReply" ? "Ctrl /" : keyOf(is), also, run }));
}
