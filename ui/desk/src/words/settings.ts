// The settings: their sections, their labels, and the other words that people have for them. The dialog shows the labels;
// the palette finds each setting by all of them.
import type { Chime, Contrast, Density, Language, StartPage, Theme } from "$shared/types";
import { t, type PlainId } from "./catalogue.svelte";
import { sectionsOf } from "./sections";

export type SettingsSection = "notifications" | "sounds" | "appearance" | "sending" | "languages" | "start" | "board" | "about" | "shortcuts";

export const SECTIONS: readonly SettingsSection[] = ["notifications", "sounds", "appearance", "sending", "languages", "start", "board", "about", "shortcuts"];

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
  | "lowScore"
  | "lowScoreUpTo"
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
  | "reads"
  | "atLogin"
  | "startSection"
  | "boardWanted"
  | "boardUnanswered"
  | "boardCalls"
  | "boardFallbacks"
  | "boardPlaces"
  | "about"
  | "keys";

/** Labels with other words for them, in their attribute `also`. */
type Label = { [K in PlainId]: K extends `setting-${string}` ? (`${K}.also` extends PlainId ? K : never) : never }[PlainId];

export interface Setting {
  id: SettingId;
  section: SettingsSection;
  label: Label;
  /** Who has it; everybody if nothing is said. */
  only?: "supervisors" | "chimes";
}

export const SETTINGS: readonly Setting[] = [
  { id: "helpNeeded", section: "notifications", label: "setting-help-needed" },
  { id: "invited", section: "notifications", label: "setting-invited" },
  { id: "customerWrote", section: "notifications", label: "setting-customer-wrote" },
  { id: "waitingTooLong", section: "notifications", label: "setting-waiting-too-long" },
  { id: "deliveryFailed", section: "notifications", label: "setting-delivery-failed" },
  { id: "mentioned", section: "notifications", label: "setting-mentioned" },
  { id: "reminded", section: "notifications", label: "setting-reminded" },
  { id: "queueLong", section: "notifications", label: "setting-queue-long", only: "supervisors" },
  { id: "queueThreshold", section: "notifications", label: "setting-queue-threshold", only: "supervisors" },
  { id: "lowScore", section: "notifications", label: "setting-low-score", only: "supervisors" },
  { id: "lowScoreUpTo", section: "notifications", label: "setting-low-score-up-to", only: "supervisors" },
  { id: "repeat", section: "notifications", label: "setting-repeat" },
  { id: "preview", section: "notifications", label: "setting-preview" },
  { id: "quiet", section: "notifications", label: "setting-quiet" },
  { id: "tryOut", section: "notifications", label: "setting-try-out" },
  { id: "chime", section: "sounds", label: "setting-chime" },
  { id: "volume", section: "sounds", label: "setting-volume", only: "chimes" },
  { id: "theme", section: "appearance", label: "setting-theme" },
  { id: "density", section: "appearance", label: "setting-density" },
  { id: "contrast", section: "appearance", label: "setting-contrast" },
  { id: "textSize", section: "appearance", label: "setting-text-size" },
  { id: "undo", section: "sending", label: "setting-undo" },
  { id: "mindCustomer", section: "sending", label: "setting-mind-customer" },
  { id: "openNext", section: "sending", label: "setting-open-next" },
  { id: "language", section: "languages", label: "setting-language" },
  { id: "reads", section: "languages", label: "setting-reads" },
  { id: "atLogin", section: "start", label: "setting-at-login" },
  { id: "startSection", section: "start", label: "setting-start-section" },
  { id: "boardWanted", section: "board", label: "setting-board-wanted", only: "supervisors" },
  { id: "boardUnanswered", section: "board", label: "setting-board-unanswered", only: "supervisors" },
  { id: "boardCalls", section: "board", label: "setting-board-calls", only: "supervisors" },
  { id: "boardFallbacks", section: "board", label: "setting-board-fallbacks", only: "supervisors" },
  { id: "boardPlaces", section: "board", label: "setting-board-places", only: "supervisors" },
  { id: "about", section: "about", label: "setting-about" },
  { id: "keys", section: "shortcuts", label: "setting-keys" },
];

/** The sections of this user. */
export function settingsSectionsOf(supervises: boolean): readonly SettingsSection[] {
  return SECTIONS.filter((section) => section !== "board" || supervises);
}

/** The user's settings: what a person cannot use is not shown. */
export function settingsOf(user: { supervises: boolean; chimes: boolean }): readonly Setting[] {
  return SETTINGS.filter(({ only }) => (only === "supervisors" ? user.supervises : only === "chimes" ? user.chimes : true));
}

/** A setting's own label. */
export function labelOf(id: SettingId): string {
  const setting = SETTINGS.find((one) => one.id === id);
  return setting ? t(setting.label) : "";
}

/** Other words for it. */
export function alsoOf({ label }: Setting): string {
  return t(`${label}.also`);
}

export type Option<T extends string> = readonly [value: T, words: string];

/** Each value with its words. */
export function options<T extends string>(values: readonly T[], words: (value: T) => string): Option<T>[] {
  return values.map((value): Option<T> => [value, words(value)]);
}

export const THEMES: readonly Theme[] = ["system", "light", "dark"];
export const DENSITIES: readonly Density[] = ["comfortable", "compact"];
export const CONTRASTS: readonly Contrast[] = ["system", "more"];
export const CHIMES: readonly Chime[] = ["system", "bell", "chord", "knock", "rise"];
export const LANGUAGES: readonly Language[] = ["system", "en", "de"];

/** What may open at the start. */
export function startsOf(supervises: boolean): readonly StartPage[] {
  return [...sectionsOf(null), ...(supervises ? (["all", "board"] as const) : [])];
}

/** What opens at the start: what was chosen, as far as one may see it. */
export function startOf(chosen: StartPage | null, supervises: boolean): StartPage {
  const start = chosen ?? "board";
  return startsOf(supervises).includes(start) ? start : "my";
}

/** What to do if a test notification was not seen, by the service that took it. */
export function unseen(server: string | null): readonly string[] {
  const name = (server ?? "").toLowerCase();
  const own = SERVICES.find((part) => name.startsWith(part));
  return [t(own ? `unseen-${own}` : "unseen-any"), t("unseen-shared"), t("unseen-again")];
}

const SERVICES = ["gnome", "plasma", "xfce", "dunst", "mako", "macos", "windows"] as const;
