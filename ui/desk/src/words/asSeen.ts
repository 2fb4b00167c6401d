// What a participant saw, in words.
import type { AsSeenMomentView, Participant, SeenMark } from "$shared/types";
import { t } from "./catalogue.svelte";
import { nameOf } from "./people";
import { clockSeconds, clockTime, day } from "./time";

/** Whose screen it is. Nobody is "you" here, where others are looked at. */
export function ownerName(who: Participant, customer: string): string {
  return who.kind === "customer" ? customer : nameOf(who, customer, null);
}

/** What a participant is called in the list. */
export function eyesName(who: Participant, customer: string): string {
  const name = ownerName(who, customer);
  return who.kind === "customer" ? t("as-seen-eyes-customer", { name }) : who.kind === "external_agent" ? t("as-seen-eyes-external", { name }) : name;
}

/** 14:02:31, or with its day: 3 November, 14:02:31. */
export function momentWords(at: string, now: number): string {
  return t("as-seen-moment-at", { day: day(at, now), time: clockSeconds(at) });
}

/** How they were involved at that moment. */
export function involvementWords(moment: AsSeenMomentView, kind: Participant["kind"], name: string): string {
  const time = moment.since === null ? "" : clockTime(moment.since);
  switch (kind) {
    case "customer":
      return t("as-seen-is-customer", { name });
    case "logic":
      if (moment.involvement === "outside") return t("as-seen-logic.never");
      return t(moment.involvement === "engaged" ? "as-seen-logic.told" : "as-seen-logic.not-told", { time });
    case "external_agent":
      if (moment.involvement === "invited" || moment.involvement === "left") return t(`as-seen-link.${moment.involvement}`, { name, time });
  }
  return t(`as-seen-agent.${moment.involvement}`, { name, time });
}

/** 2 unread · 1 not delivered; empty if neither. */
export function countWords({ unread, undelivered }: Pick<AsSeenMomentView, "unread" | "undelivered">, kind: Participant["kind"]): string[] {
  const of = kind === "logic" ? "logic" : "other";
  return [...(unread > 0 ? [t("as-seen-unread", { count: unread, of })] : []), ...(undelivered > 0 ? [t("as-seen-undelivered", { count: undelivered })] : [])];
}

/** Below an entry. */
export function markWords(mark: SeenMark, kind: Participant["kind"], name: string): string {
  const of = kind === "logic" ? "logic" : "other";
  switch (mark) {
    case "own":
      return "";
    case "by_colleague":
      return t("as-seen-mark.by-colleague", { name });
    case "failed":
      return t("as-seen-mark.failed");
    default:
      return t(`as-seen-mark.${mark}`, { of });
  }
}
