// Whether the open conversation is read in translation, and what the agent reads anyway.
import type { Desk } from "./desk.svelte";
import { t } from "../words/catalogue.svelte";

/** Reads the open conversation in translation from now on, or as it was written. */
export async function toggleTranslation(desk: Desk): Promise<void> {
  const open = desk.inView;
  if (!open?.view) return;
  const { translating } = open.view;
  if (translating) await desk.tried(open.readTranslated(!translating.on));
  else desk.toasts.say("plain", t("translation-impossible"));
}

/** Shows all originals of the open conversation, or all translations; false if it is read as it was written. */
export function flipAll({ inView: conversation }: Desk): boolean {
  if (!conversation?.view?.translating?.on) return false;
  conversation.translating.flipAll();
  return true;
}

/** The user reads this language, too: nothing in it is offered for translation any more. */
export function readsToo({ settings, conversation }: Desk, language: string): Promise<void> {
  const own = conversation?.view?.translating?.to;
  const chosen = settings.now?.reads ?? [];
  const before = chosen.length > 0 || own === undefined ? chosen : [own];
  return settings.choose({ reads: [...before, language] });
}
