// Words of the supervisors' board.
import type { BoardGroup, BoardPerson, BoardRow, BoardSort, Channel, GroupBy, Participant } from "$shared/types";
import { t } from "./catalogue.svelte";
import { channel } from "./labels";

export const BOARD_GROUPS: readonly GroupBy[] = ["handler", "channel", "brand", "reach", "tag"];
/** The columns in their order, by what they sort. */
export const SORTS = [
  ["customer", "board-column-customer"],
  ["age", "board-column-words"],
  ["handler", "board-column-handler"],
  ["channel", "board-column-channel"],
  ["brand", "board-column-brand"],
  ["urgency", "board-column-waiting"],
] as const satisfies readonly (readonly [BoardSort, string])[];
export const HANDLERS = ["people", "logic", "both", "nobody"] as const;

/** The heading of a group. */
export function groupName({ name }: BoardGroup, by: GroupBy): string {
  if (by === "handler") return t(`board-handler-${(name ?? "nobody") as (typeof HANDLERS)[number]}`);
  if (by === "channel") return channel(name as Channel);
  if (by === "reach") return name === null ? t("board-no-call") : t(`board-reach-${name as "eligible" | "everyone" | "supervisors" | "logic"}`);
  return name ?? t(by === "tag" ? "board-no-tag" : "board-no-brand");
}

export function person(participant: Participant): string {
  return participant.kind === "agent" || participant.kind === "external_agent" ? participant.name : "";
}

/** Why the row needs somebody, in one line; null if nothing is wrong. */
export function trouble({ row, closesSoon }: BoardRow): string | null {
  if (row.undelivered > 0) return t("board-undelivered", { count: row.undelivered });
  if (row.fallback !== null) return t("board-fell-back", { reason: row.fallback });
  if (row.call) return row.call.reason;
  if (closesSoon) return t("board-closes");
  return row.gradedWrong ? t("board-graded-wrong") : null;
}

/** How much somebody has to do: 3 of 8. */
export function load({ engaged, capacity }: BoardPerson): string {
  return capacity === null ? String(engaged) : t("board-load", { engaged, capacity });
}
