// A press on a custom button: the page copies the text, the core does the rest.
import type { ButtonView, ConversationView } from "$shared/types";
import type { Desk } from "./desk.svelte";
import { pressed } from "../words/buttons";
import { t } from "../words/catalogue.svelte";

/** Presses in flight: further ones are accidental. */
const under = new Set<string>();

export async function press(desk: Desk, button: ButtonView): Promise<void> {
  const view = desk.conversation?.view;
  const own = `${view?.row.id ?? ""} ${button.id}`;
  if (!view || under.has(own)) return;
  under.add(own);
  await carryOut(desk, button, view).finally(() => under.delete(own));
}

async function carryOut(desk: Desk, button: ButtonView, view: ConversationView): Promise<void> {
  if (button.unusable !== null) return desk.toasts.say("plain", t("button-unusable", { title: button.title, reason: button.unusable }));
  // At once: pages may write to the clipboard only during a press.
  const copied = button.copy === null ? Promise.resolve(true) : copy(button.copy);
  if (button.acts || button.opens) {
    if (!(await desk.act("conversation.pressButton", { id: view.row.id, button: button.id }))) return;
  }
  if (await copied) desk.toasts.say("good", pressed(button, desk.app?.connection.state));
  else desk.toasts.say("bad", t("button-not-copied", { title: button.title }));
}

async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return false;
  }
}
