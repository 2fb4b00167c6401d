// What the desk says of itself, for its user and their administrator.
import type { AppView, NotificationsView } from "$shared/types";
import { number, t } from "./catalogue.svelte";
import { bytes } from "./labels";

export interface Fact {
  name: string;
  value: string;
  more?: string;
  /** `more` is a warning. */
  bad?: boolean;
}

export function about({ about, me, figures, notifications }: AppView): Fact[] {
  return [
    { name: "Tandem", value: about.version },
    { name: t("about-hub"), value: about.hub ?? t("about-hub.none"), ...(about.exposed ? { more: t("about-hub.exposed"), bad: true } : {}) },
    { name: t("about-user"), value: me ? t("about-user.who", { name: me.name, email: me.email }) : t("about-user.none") },
    service(notifications),
    { name: t("about-help"), value: figures.helpToNotificationMs === null ? t("about-help.none") : t("about-help.after", { ms: figures.helpToNotificationMs }) },
    { name: t("about-kept"), value: bytes(figures.cacheBytes), more: t("about-kept.encrypted") },
    { name: t("about-unsent"), value: number(figures.queued) },
  ];
}

function service(notifications: NotificationsView): Fact {
  const name = t("about-notifications");
  switch (notifications.state) {
    case "working":
      return { name, value: notifications.server };
    case "failing":
      return { name, value: t("about-notifications.failing"), more: notifications.reason, bad: true };
    case "unknown":
      return { name, value: t("about-notifications.unknown") };
  }
}
