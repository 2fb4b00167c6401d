// The settings: their sections, their labels, and the other words that people have for them. The dialog shows the labels;
// the palette finds each setting by all of them.
import type { Chime, Contrast, Density, Section, Theme } from "$shared/types";
import { sectionsOf } from "./sections";

export type SettingsSection = "notifications" | "sounds" | "appearance" | "sending" | "languages" | "start" | "about" | "shortcuts";

export const SECTIONS: readonly (readonly [id: SettingsSection, title: string])[] = [
  ["notifications", "Notifications"],
  ["sounds", "Sounds"],
  ["appearance", "Appearance"],
  ["sending", "Sending"],
  ["languages", "Languages"],
  ["start", "Start"],
  ["about", "About"],
  ["shortcuts", "Keyboard shortcuts"],
];

export type SettingId =
  | "helpNeeded"
  | "invited"
  | "customerWrote"
  | "waitingTooLong"
  | "deliveryFailed"
  | "mentioned"
  | "reminded"
  | "queueLong"
  | "queueThreshold"
  | "repeat"
  | "preview"
  | "quiet"
  | "tryOut"
  | "chime"
  | "volume"
  | "theme"
  | "density"
  | "contrast"
  | "textSize"
  | "undo"
  | "mindCustomer"
  | "openNext"
  | "language"
  | "atLogin"
  | "startSection"
  | "about"
  | "keys";

export interface Setting {
  id: SettingId;
  section: SettingsSection;
  label: string;
  /** Other words for it. */
  also: string;
  /** Who has it; everybody if nothing is said. */
  only?: "supervisors" | "chimes";
}

export const SETTINGS: readonly Setting[] = [
  { id: "helpNeeded", section: "notifications", label: "Help needed", also: "notifications call alert" },
  { id: "invited", section: "notifications", label: "Invited", also: "notifications invitation alert" },
  { id: "customerWrote", section: "notifications", label: "Customer wrote", also: "notifications message alert new" },
  { id: "waitingTooLong", section: "notifications", label: "Waiting too long", also: "notifications reminder alert" },
  { id: "deliveryFailed", section: "notifications", label: "Delivery failed", also: "notifications not delivered alert error" },
  { id: "mentioned", section: "notifications", label: "Mentioned in a note", also: "notifications mention @ alert" },
  { id: "reminded", section: "notifications", label: "A snooze is over", also: "notifications reminder snoozed later alert" },
  { id: "queueLong", section: "notifications", label: "Queue over its limit", also: "notifications threshold alert supervisor", only: "supervisors" },
  { id: "queueThreshold", section: "notifications", label: "Limit of the queue", also: "notifications threshold number supervisor", only: "supervisors" },
  { id: "repeat", section: "notifications", label: "Repeat until handled", also: "notifications again every minute remind" },
  { id: "preview", section: "notifications", label: "Show the customer's words", also: "notifications preview privacy text content screen" },
  { id: "quiet", section: "notifications", label: "Quiet hours", also: "notifications night do not disturb dnd mute silence evening" },
  { id: "tryOut", section: "notifications", label: "Send a test notification", also: "notifications try check do they work" },
  { id: "chime", section: "sounds", label: "Sound", also: "sounds ring tone bell chime audio notification" },
  { id: "volume", section: "sounds", label: "Volume", also: "sounds loud quiet audio", only: "chimes" },
  { id: "theme", section: "appearance", label: "Theme", also: "appearance dark light mode night colours colors" },
  { id: "density", section: "appearance", label: "Density", also: "appearance compact comfortable rows spacing" },
  { id: "contrast", section: "appearance", label: "Contrast", also: "appearance high accessibility visible" },
  { id: "textSize", section: "appearance", label: "Size of text", also: "appearance zoom larger smaller font scale" },
  { id: "undo", section: "sending", label: "Undo send, in seconds", also: "sending take back recall unsend delay" },
  { id: "mindCustomer", section: "sending", label: "Warn me if the customer wrote while I was writing", also: "sending hold back reply news warning" },
  { id: "openNext", section: "sending", label: "Open my next conversation when one is over", also: "sending complete leave advance following" },
  { id: "language", section: "languages", label: "Language", also: "languages english spelling spell check dictionary translation" },
  { id: "atLogin", section: "start", label: "Start at login", also: "start autostart boot launch system tray" },
  { id: "startSection", section: "start", label: "Opens with", also: "start first section home page list" },
  { id: "about", section: "about", label: "About Tandem", also: "version hub address server memory cache figures diagnostics" },
  { id: "keys", section: "shortcuts", label: "Keyboard shortcuts", also: "help keys sheet" },
];

/** The user's settings: what a person cannot use is not shown. */
export function settingsOf(user: { supervises: boolean; chimes: boolean }): readonly Setting[] {
  return SETTINGS.filter(({ only }) => (only === "supervisors" ? user.supervises : only === "chimes" ? user.chimes : true));
}

/** A setting's own label. */
export function labelOf(id: SettingId): string {
  return SETTINGS.find((setting) => setting.id === id)?.label ?? "";
}

export type Option<T extends string> = readonly [value: T, words: string];

export const THEMES: readonly Option<Theme>[] = [
  ["system", "As the system"],
  ["light", "Light"],
  ["dark", "Dark"],
];

export const DENSITIES: readonly Option<Density>[] = [
  ["comfortable", "Comfortable"],
  ["compact", "Compact"],
];

export const CONTRASTS: readonly Option<Contrast>[] = [
  ["system", "As the system"],
  ["more", "More"],
];

export const CHIMES: readonly Option<Chime>[] = [
  ["system", "The system's"],
  ["bell", "Bell"],
  ["chord", "Chord"],
  ["knock", "Knock"],
  ["rise", "Rise"],
];

/** The sections that may open at the start. */
export function startsOf(supervises: boolean): readonly Option<Section>[] {
  return sectionsOf(null)
    .map(({ id, title }): Option<Section> => [id, title])
    .concat(supervises ? [["all", "All Live Conversations"]] : []);
}

/** What to do if a test notification was not seen, by the service that took it. */
export function unseen(server: string | null): readonly string[] {
  const name = (server ?? "").toLowerCase();
  const own = SERVICES.find(([part]) => name.startsWith(part))?.[1];
  return [
    own ?? "Open the system's notification settings. Turn off do-not-disturb or focus, and allow notifications of Tandem.",
    "Do you share your screen, or is a window in full screen? Many systems hide notifications meanwhile.",
    "Then send another one. If you still see none, tell your administrator which system you use.",
  ];
}

const SERVICES: readonly (readonly [name: string, what: string])[] = [
  ["gnome", "Click the clock at the top of the screen and turn off Do Not Disturb. In Settings › Notifications, turn on Tandem."],
  ["plasma", "Click the bell in the tray and turn off Do not disturb. In System Settings › Notifications, look for Tandem."],
  ["xfce", "In Settings › Notifications, turn off Do not disturb and allow Tandem."],
  ["dunst", "In a terminal: dunstctl set-paused false"],
  ["mako", "In a terminal: makoctl mode -r do-not-disturb"],
  ["macos", "In System Settings › Notifications › Tandem, allow notifications. In the menu bar, turn off Focus."],
  ["windows", "In Settings › System › Notifications, turn on notifications and Tandem, and turn off Do not disturb."],
];
