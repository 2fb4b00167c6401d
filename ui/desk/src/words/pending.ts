// What the agent did and the hub has not confirmed, in the same words wherever it is shown.
import type { PendingView } from "$shared/types";
import { t } from "./catalogue.svelte";

/** A command that is answered within this time needs no word. */
const SOON_MS = 2000;

/** "Complete queued", "Join and 1 more queued"; none while nothing waits noticeably. */
export function pendingWords(pending: readonly PendingView[], now: number): string | null {
  const waiting = pending.filter(({ since }) => now - Date.parse(since) >= SOON_MS);
  const [first, ...more] = waiting;
  if (!first) return null;
  return more.length === 0 ? t("pending-one", { what: first.what }) : t("pending-several", { what: first.what, more: more.length });
}
