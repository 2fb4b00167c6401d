// Actions for the open conversation. The core decides whether they are allowed.
import type { ConversationView, MayView } from "$shared/types";
import type { Desk, Overlay } from "./desk.svelte";

export interface Action {
  may: keyof MayView;
  label: string;
  run: () => void;
}

export function actionsOf(desk: Desk, view: ConversationView): Action[] {
  const { id, help } = view.row;
  const ask = (may: keyof MayView, label: string, overlay: Overlay): Action => ({
    may,
    label,
    run: () => (desk.overlay = overlay),
  });
  const act = (
    may: keyof MayView,
    label: string,
    command: "conversation.helpNotNeeded" | "conversation.takeOver" | "conversation.decline",
  ): Action => ({ may, label, run: () => void desk.act(command, { id }) });

  const all: Action[] = [
    {
      may: "join",
      label: "Join",
      run: () => void desk.act("conversation.join", help ? { id, call: help.call } : { id }),
    },
    ask("complete", "Complete", "complete"),
    ask("leave", "Leave", "leave"),
    ask("askForHelp", "Ask for help", "askForHelp"),
    ask("invite", "Invite", "invite"),
    ask("inviteExternal", "Invite a partner", "inviteExternal"),
    act("decline", "Decline", "conversation.decline"),
    act("takeOver", "Take over", "conversation.takeOver"),
    ask("delegate", "Hand to Your Logic", "delegate"),
    act("helpNotNeeded", "Help not needed", "conversation.helpNotNeeded"),
  ];
  return all.filter((action) => view.may[action.may]);
}
