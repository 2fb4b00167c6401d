// Texts, times and sizes in the visitor's language: the requested one, else the browser's, else English.
import { en, type Texts } from "./texts/en";

export type Language = (typeof LANGUAGES)[number];

/** English is built in; the hub serves the texts of the others. */
const LANGUAGES = ["en", "ar", "cs", "de", "es", "fr"] as const;
const known: Partial<Record<Language, Partial<Texts>>> = { en };
const RIGHT_TO_LEFT = new Set(["ar"]);
/** As in the settings; people know it as MB. */
const MIB = 1_048_576;
const DAY_MS = 86_400_000;

export interface I18n {
  language: Language;
  direction: "ltr" | "rtl";
  t(key: keyof Texts, values?: Record<string, string | number>): string;
  time(ms: number): string;
  day(ms: number, nowMs: number): string;
  size(bytes: number): string;
}

export function knows(language: Language): boolean {
  return language in known;
}

/** Texts that are missing are shown in English. */
export function learn(language: Language, texts: Partial<Texts>): void {
  known[language] = texts;
}

export function i18nFor(wished: string | null, browser: readonly string[]): I18n {
  const tag = [wished ?? "", ...browser].find((each) => languageOf(each)) ?? "en";
  const language = languageOf(tag) ?? "en";
  const texts = { ...en, ...known[language] };
  const locale = supported(tag) ? tag : language;
  const clock = new Intl.DateTimeFormat(locale, { hour: "numeric", minute: "2-digit" });
  const date = new Intl.DateTimeFormat(locale, { weekday: "long", day: "numeric", month: "long" });
  const nearDay = new Intl.RelativeTimeFormat(locale, { numeric: "auto" });
  return {
    language,
    direction: RIGHT_TO_LEFT.has(language) ? "rtl" : "ltr",
    t: (key, values = {}) => texts[key].replace(/\{(\w+)\}/g, (whole, name: string) => String(values[name] ?? whole)),
    time: (ms) => clock.format(ms),
    day: (ms, nowMs) => {
      const days = Math.round((midnight(ms) - midnight(nowMs)) / DAY_MS);
      return capital(days > -2 && days < 1 ? nearDay.format(days, "day") : date.format(ms), locale);
    },
    size: (bytes) => {
      const isBig = bytes >= MIB;
      const unit = isBig ? "megabyte" : "kilobyte";
      const amount = isBig ? bytes / MIB : Math.max(1, bytes / 1_024);
      return new Intl.NumberFormat(locale, { style: "unit", unit, maximumFractionDigits: isBig ? 1 : 0 }).format(amount);
    },
  };
}

function languageOf(tag: string): Language | undefined {
  const primary = tag.toLowerCase().split("-")[0];
  return LANGUAGES.find((language) => language === primary);
}

function supported(tag: string): boolean {
  try {
    return Intl.DateTimeFormat.supportedLocalesOf(tag).length > 0;
  } catch {
    return false;
  }
}

function midnight(ms: number): number {
  return new Date(ms).setHours(0, 0, 0, 0);
}

function capital(text: string, locale: string): string {
  return text.charAt(0).toLocaleUpperCase(locale) + text.slice(1);
}
