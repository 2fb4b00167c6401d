// What the desk says of itself, for its user and their administrator.
import type { AppView, NotificationsView } from "$shared/types";
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
    { name: "Hub", value: about.hub ?? "none", ...(about.exposed ? { more: "Not encrypted: others in the network could read along.", bad: true } : {}) },
    { name: "Signed in as", value: me ? `${me.name} (${me.email})` : "nobody" },
    service(notifications),
    { name: "Last call for help", value: figures.helpToNotificationMs === null ? "none yet" : `notified after ${figures.helpToNotificationMs} ms` },
    { name: "Kept on this machine", value: bytes(figures.cacheBytes), more: "Encrypted." },
    { name: "Not sent yet", value: String(figures.queued) },
  ];
}

function service(notifications: NotificationsView): Fact {
  const name = "Notifications";
  switch (notifications.state) {
    case "working":
      return { name, value: notifications.server };
    case "failing":
      return { name, value: "do not work:", more: notifications.reason, bad: true };
    case "unknown":
      return { name, value: "none shown yet" };
  }
}
