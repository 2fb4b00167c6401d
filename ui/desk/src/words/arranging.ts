// Words for how a list is arranged.
import type { Arrangement, ListSettings, RowView, Section } from "$shared/types";
import { channel } from "./labels";
import { languageName, t } from "./catalogue.svelte";

export const ORDERS = ["need", "due", "newest", "oldest", "name"] as const;
export const GROUPS = ["none", "state", "channel", "language", "brand", "agent", "reason"] as const;
export const ONLYS = ["all", "unread", "waiting"] as const;

export const AS_USUAL: Arrangement = { order: "need", group: "none", only: "all" };

export function arrangementOf(lists: ListSettings | undefined, section: Section): Arrangement {
  return lists?.[section] ?? AS_USUAL;
}

export function isUsual({ order, group, only }: Arrangement): boolean {
  return order === AS_USUAL.order && group === AS_USUAL.group && only === AS_USUAL.only;
}

/** What differs from the usual, in a line. */
export function arranged({ order, group, only }: Arrangement): string {
  const parts = [only === "all" ? "" : t(`only-${only}`), order === "need" ? "" : t(`order-${order}`), group === "none" ? "" : t(`group-${group}`)];
  return parts.filter(Boolean).join(" · ");
}

/** The heading under which a row stands; none if the list has no groups. */
export function headingOf(row: RowView | null | undefined, { group }: Arrangement): string | null {
  if (!row || group === "none") return null;
  if (group === "channel") return channel(row.channel);
  if (group === "language") return row.language ? languageName(row.language) : t("group-no-language");
  if (group === "brand") return row.brand ?? t("group-no-brand");
  if (group === "agent") return row.engaged.find((by) => by.kind === "agent" || by.kind === "external_agent")?.name ?? t("group-nobody");
  if (group === "reason") return row.help?.reason ?? t("group-no-reason");
  if (row.help) return t("group-help");
  return t(row.wait ? "group-waiting" : "group-others");
}
