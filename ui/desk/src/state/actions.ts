// Actions for the open conversation. The core decides whether they are allowed.
import { tick } from "svelte";
import type { ConversationView } from "$shared/types";
import { asRpcError } from "../host/host";
import { lookAsSeen } from "./asSeen.svelte";
import type { Desk } from "./desk.svelte";
import type { Overlay } from "./overlays";
import { keyOf, type Letter } from "./keys";
import { t, type PlainId } from "../words/catalogue.svelte";
import { keyName } from "../words/keys";
import { lastOfCustomer } from "../words/quotes";

export interface Action {
  is: Letter | "template" | "card" | "otherContact" | "askNumber" | "helpNotNeeded" | "continueNew" | "belong" | "attach" | "quickReply" | "asSeen";
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
  const last = open ? lastOfCustomer(open.journey.entries, id) : null;
  const pressable = view.buttons.some(({ unusable }) => unusable === null);
  const show = (overlay: Overlay) => (): void => {
    desk.overlay = overlay;
  };
  const act = (command: "conversation.takeOver" | "conversation.decline") => (): void => void desk.act(command, { id });

  const goOn = async (): Promise<void> => {
    try {
      const next = await desk.host.rpc("conversation.continueNew", { id });
      desk.show(next.id, "my");
    } catch (error) {
      desk.toasts.say("bad", asRpcError(error).message);
    }
  };

  const all: [allowed: boolean, is: Action["is"], label: PlainId, also: PlainId, run: () => void][] = [
    [may.join, "join", inProgress ? "join" : "act-reopen", "also-join", () => void desk.join(view.row)],
    [may.reply, "reply", "act-reply", "also-reply", () => desk.write("reply")],
    [may.quote && last !== null, "quote", "act-quote", "also-quote", () => last && desk.quote(last)],
    [may.react && last !== null, "react", "act-react", "also-react", () => last && desk.react(last)],
    [may.template, "template", "act-template", "also-template", show("template")],
    [may.card, "card", "act-card", "also-card", show("card")],
    [view.window !== null && (may.reply || may.template), "otherContact", "act-other-contact", "also-other-contact", show("otherContact")],
    [may.askNumber, "askNumber", "act-ask-number", "also-ask-number", show("askNumber")],
    [may.note, "note", "act-note", "also-note", () => desk.write("note")],
    [may.complete, "complete", "act-complete", "also-complete", show("complete")],
    [may.leave, "leave", "act-leave", "also-leave", show("leave")],
    [may.askForHelp, "askForHelp", "act-ask-for-help", "also-ask-for-help", show("askForHelp")],
    [may.invite, "invite", "act-invite", "also-invite", show("invite")],
    [may.transfer, "transfer", may.leave ? "act-transfer" : "act-assign", "also-transfer", show("transfer")],
    [may.inviteExternal, "inviteExternal", "act-invite-partner", "also-invite-partner", show("inviteExternal")],
    [may.decline, "decline", "act-decline", "also-decline", act("conversation.decline")],
    [may.takeOver, "takeOver", "act-take-over", "also-take-over", act("conversation.takeOver")],
    [may.widen, "widen", "act-widen", "also-widen", () => void desk.act("conversation.widen", { id })],
    [may.delegate, "delegate", "act-delegate", "also-delegate", show("delegate")],
    [may.helpNotNeeded, "helpNotNeeded", "act-help-not-needed", "also-help-not-needed", show("helpNotNeeded")],
    [may.endSnooze, "snooze", "act-end-snooze", "also-end-snooze", () => void desk.endSnooze(id)],
    [may.snooze && !may.endSnooze, "snooze", "act-snooze", "also-snooze", show("snooze")],
    [may.tag, "tags", "act-tags", "also-tags", show("tags")],
    [may.editCustomer, "editCustomer", "act-edit-customer", "also-edit-customer", show("editCustomer")],
    [may.continueNew, "continueNew", "act-continue-new", "also-continue-new", () => void goOn()],
    [may.belong, "belong", "act-belong", "also-belong", () => void desk.act("conversation.belong", { id, belongs: true })],
    [may.notBelong, "belong", "act-not-belong", "also-not-belong", () => void desk.act("conversation.belong", { id, belongs: false })],
    [pressable, "buttons", "act-press-button", "also-press-button", () => desk.choose("buttons")],
    // After the palette, which gives the focus back first.
    [open !== null && desk.writes, "quickReply", "act-quick-reply", "also-quick-reply", () => void tick().then(() => open?.composer.library?.())],
    [open !== null && desk.writes, "attach", "act-attach", "also-attach", () => open?.composer.files.chooser?.()],
    [desk.apart === null, "popOut", desk.windows.isElsewhere(id) ? "act-show-window" : "act-pop-out", "also-pop-out", () => void desk.windows.popOut(id)],
    [desk.apart !== null, "popOut", "act-back-to-main", "also-pop-out", () => void desk.windows.backToMain(id)],
    [true, "copyLink", "act-copy-link", "also-copy-link", () => void desk.copying.link(id)],
    [true, "copyTranscript", "act-copy-transcript", "also-copy-transcript", () => void desk.copying.transcript()],
    [desk.supervises, "asSeen", "act-as-seen", "also-as-seen", () => lookAsSeen(desk, id)],
    [desk.supervises, "told", "act-who-was-notified", "also-who-was-notified", () => desk.showTold(id)],
  ];
  return all.filter(([allowed]) => allowed).map(([, is, label, also, run]) => ({ is, label: t(label), key: is === "quickReply" ? keyName("Ctrl /") : keyOf(is), also: t(also), run }));
}
