// A press on a custom button: the text goes to the clipboard from here, everything else is the core's.
import type { ButtonView } from "$shared/types";
import type { Desk } from "./desk.svelte";
import { pressed } from "../words/buttons";

export async function press(desk: Desk, button: ButtonView): Promise<void> {
  const view = desk.conversation?.view;
  if (!view) return;
  if (button.unusable !== null) return desk.toasts.say("plain", `${button.title}: ${button.unusable}`);
  // At once: pages may write to the clipboard only while they answer to a press.
  const copied = button.copy === null ? Promise.resolve(true) : copy(button.copy);
  if (button.acts || button.opens) {
    if (!(await desk.act("conversation.pressButton", { id: view.row.id, button: button.id }))) return;
  }
  if (await copied) desk.toasts.say("good", pressed(button, desk.app?.connection.state === "live"));
  else desk.toasts.say("bad", `${button.title}: the text could not be copied.`);
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
