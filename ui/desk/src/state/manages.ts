// Who may change the account's settings.
import type { Desk } from "./desk.svelte";

export function manages(desk: Desk): boolean {
  return desk.app?.me?.permissions.some(([permission]) => permission === "settings.manage") ?? false;
}
