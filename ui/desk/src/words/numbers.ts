// The company's numbers in words.
import type { ReadReceipts, WhatsappLack, WhatsappNumber, WhatsappUse } from "$shared/types";
import { t } from "./catalogue.svelte";

export const RECEIPTS: readonly ReadReceipts[] = ["on_seen", "on_delivered", "off"];

/** What keeps a number from sending, or will soon; null if it is well. */
export type Illness = "token" | "blocked" | "registered" | "quality" | "other";

export function illness({ state, quality }: WhatsappNumber): Illness | null {
  if (state === "token_invalid") return "token";
  if (state === "blocked") return "blocked";
  if (state === "not_registered") return "registered";
  if (state !== "ok") return "other";
  return quality === "RED" ? "quality" : null;
}

export function receiptsName(receipts: ReadReceipts): string {
  return t(receipts === "off" ? "number-receipts-off" : receipts === "on_seen" ? "number-receipts-seen" : "number-receipts-arrived");
}

/** What a number lacks; a hub that knows more says it itself. */
export function lackOf({ code, named, detail }: WhatsappLack): string {
  switch (code) {
    case "no_app":
      return t("number-lack-app");
    case "no_webhook":
      return t("number-lack-webhook", { address: named });
    case "other_address":
      return t("number-lack-other", { address: named });
    case "fields":
      return t("number-lack-fields", { fields: named });
    case "verify_token":
      return t("number-lack-token");
    case "no_hub":
    case "unreachable":
      return t("number-lack-hub", { address: named });
    case "unsigned":
      return t("number-lack-signature", { address: named });
    default:
      return detail;
  }
}

/** How many messages of one kind, and whether Meta charges them. */
export function useOf({ category, billable, messages }: WhatsappUse): string {
  const charged = billable === null ? "unknown" : billable ? "yes" : "no";
  const kinds = { service: t("number-use-service"), utility: t("number-use-utility"), marketing: t("number-use-marketing"), authentication: t("number-use-authentication") };
  const kind = known(kinds, category) || t("number-use-unknown");
  return t(`number-use.${charged}`, { kind, count: messages });
}

/** A word of Meta's in the user's language; one that is not known stays as it is. */
function known<K extends string>(words: Record<K, string>, word: string): string {
  return Object.hasOwn(words, word) ? words[word as K] : word;
}

export function statusOf(status: string): string {
  return known({ APPROVED: t("number-status-approved"), PENDING: t("number-status-pending"), REJECTED: t("number-status-rejected"), PAUSED: t("number-status-paused"), DISABLED: t("number-status-disabled"), IN_APPEAL: t("number-status-appeal"), LIMIT_EXCEEDED: t("number-status-limit"), ARCHIVED: t("number-status-archived"), PENDING_DELETION: t("number-status-deleting"), DELETED: t("number-status-deleted") }, status);
}

export function categoryOf(category: string): string {
  return known({ UTILITY: t("number-category-utility"), MARKETING: t("number-category-marketing"), AUTHENTICATION: t("number-category-authentication") }, category);
}

export function qualityOf(quality: string): string {
  const grades = { GREEN: "high", YELLOW: "medium", RED: "low" } as const;
  return t(`number-quality-${Object.hasOwn(grades, quality) ? grades[quality as keyof typeof grades] : "unknown"}`);
}

/** How many customers may be written to first in a day: `TIER_250`, `TIER_1K`, `TIER_UNLIMITED`. */
export function limitOf(limit: string): string {
  if (limit === "TIER_UNLIMITED") return t("number-limit.none");
  const [, count, thousand] = /^TIER_(\d+)(K?)$/.exec(limit) ?? [];
  return count ? t("number-limit", { count: Number(count) * (thousand ? 1000 : 1) }) : t("number-limit.unknown");
}
