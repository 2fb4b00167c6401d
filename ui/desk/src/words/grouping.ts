// Which consecutive turns share one name and avatar.
import type { EntryView } from "$shared/types";
import { sameVoice } from "./people";

const ONE_GO_MS = 3 * 60_000;

export function inOneGo(before: EntryView, after: EntryView): boolean {
  return (
    isTurn(before) &&
    isTurn(after) &&
    before.conversation === after.conversation &&
    sameVoice(before.by, after.by) &&
    Date.parse(after.time) - Date.parse(before.time) < ONE_GO_MS
  );
}

function isTurn({ body }: EntryView): boolean {
  return body.type === "text" || body.type === "question" || body.type === "answer" || body.type === "attachment";
}
