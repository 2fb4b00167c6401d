// Every word of the desk comes from the catalogue in `desk/words`, in the language of the window. Where `t` is called while
// something is rendered, another language renders it again. The words of people, names and tags are never translated.
import { FluentBundle, FluentResource } from "@fluent/bundle";
import type { Language } from "$shared/types";
import type { Messages } from "./messages";

export type Id = keyof Messages;
/** Messages without arguments. */
export type PlainId = { [K in Id]: Messages[K] extends null ? K : never }[Id];
type Args<K extends Id> = Messages[K] extends null ? [] : [args: Messages[K]];

export type Spoken = Exclude<Language, "system">;
const SPOKEN: readonly Spoken[] = ["en", "de"];
/** Days, numbers and lists are written as here. */
const LOCALES: Record<Spoken, string> = { en: "en-GB", de: "de-DE" };

const SOURCES = import.meta.glob<string>("../../words/*/*.ftl", { eager: true, import: "default" });

/** One language: its words, and how it writes days, numbers and lists. Making a formatter costs more than its uses. */
class Tongue {
  readonly locale: string;
  readonly #bundle: FluentBundle;
  readonly #numbers: Intl.NumberFormat[] = [];
  readonly #lists: Intl.ListFormat;
  readonly names: Intl.DisplayNames | null;
  // Of a day of the calendar, whose zone was settled when it was counted: a formatter would keep the zone of the start.
  readonly days: Intl.DateTimeFormat;
  readonly daysWithYear: Intl.DateTimeFormat;

  /** `logic`: another name for Your Logic. */
  constructor(
    readonly spoken: Spoken,
    logic: string | null,
  ) {
    this.locale = LOCALES[spoken];
    // Marks around arguments would be copied with the text.
    this.#bundle = new FluentBundle(this.locale, { useIsolating: false });
    for (const [path, text] of Object.entries(SOURCES)) if (path.includes(`/${spoken}/`)) this.#bundle.addResource(new FluentResource(text));
    // In quotes, nothing but these two means anything to the format.
    if (logic !== null) this.#bundle.addResource(new FluentResource(`-logic = { "${logic.replace(/["\\]/g, "\\$&")}" }`), { allowOverrides: true });
    this.#lists = new Intl.ListFormat(this.locale, { type: "conjunction" });
    this.names = typeof Intl.DisplayNames === "function" ? new Intl.DisplayNames([this.locale], { type: "language" }) : null;
    this.days = new Intl.DateTimeFormat(this.locale, { day: "numeric", month: "long", timeZone: "UTC" });
    this.daysWithYear = new Intl.DateTimeFormat(this.locale, { day: "numeric", month: "long", year: "numeric", timeZone: "UTC" });
  }

  say(id: string, args: Record<string, string | number> | undefined): string {
    const [name = "", attribute] = id.split(".");
    const message = this.#bundle.getMessage(name);
    const pattern = attribute === undefined ? message?.value : message?.attributes[attribute];
    if (!pattern) return id;
    // With a list for problems, an argument that is missing is shown by its name.
    return typeof pattern === "string" ? pattern : this.#bundle.formatPattern(pattern, args, []);
  }

  number(value: number, decimals: number): string {
    const digits = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    return (this.#numbers[decimals] ??= new Intl.NumberFormat(this.locale, digits)).format(value);
  }

  list(names: readonly string[]): string {
    return this.#lists.format(names);
  }
}

const tongues: Partial<Record<string, Tongue>> = {};

function tongueOf(spoken: Spoken, logic: string | null): Tongue {
  return (tongues[`${spoken} ${logic ?? ""}`] ??= new Tongue(spoken, logic));
}

/** The system's language, if the desk speaks it; English for all others. */
export function systemLanguage(wanted: string = navigator.language): Spoken {
  const [language] = wanted.toLowerCase().split("-");
  return SPOKEN.find((one) => one === language) ?? "en";
}

const COPY = "tandem.language";

class Speech {
  /** What the user chose; before their data is open, the page's copy of it. */
  chosen = $state<Language>(copied());
  system = $state<Spoken>(systemLanguage());
  /** The hub's own name for Your Logic. */
  logic = $state<string | null>(null);
  readonly now = $derived(this.chosen === "system" ? this.system : this.chosen);
}

function copied(): Language {
  try {
    const copy = localStorage.getItem(COPY);
    return SPOKEN.find((one) => one === copy) ?? "system";
  } catch {
    return "system";
  }
}

const speech = new Speech();

function tongue(): Tongue {
  return tongueOf(speech.now, speech.logic);
}

/** The words of a message in the language of the window. */
export function t<K extends Id>(id: K, ...args: Args<K>): string {
  const [given] = args as readonly Record<string, string | number>[];
  return tongue().say(id, given);
}

/** The language of the window. */
export function spoken(): Spoken {
  return speech.now;
}

/** Speaks this language from now on. */
export function speak(language: Language): void {
  if (language === speech.chosen) return;
  speech.chosen = language;
  try {
    localStorage.setItem(COPY, language);
  } catch {
    // Without storage there is no copy; the core has the choice.
  }
}

/** Says Your Logic by the hub's own name for it; null for the language's words. */
export function callLogic(name: string | null): void {
  speech.logic = name;
}

/** Follows the system's language. */
export function followSystem(): () => void {
  const look = (): void => {
    speech.system = systemLanguage();
  };
  look();
  window.addEventListener("languagechange", look);
  return () => window.removeEventListener("languagechange", look);
}

/** A number as the language writes it. */
export function number(value: number, decimals = 0): string {
  return tongue().number(value, decimals);
}

/** Several names in a sentence. */
export function list(names: readonly string[]): string {
  return tongue().list(names);
}

/** A day of the calendar, counted from 1970-01-01. */
export function dayOf(ms: number, withYear: boolean): string {
  const { days, daysWithYear } = tongue();
  return (withYear ? daysWithYear : days).format(ms);
}

/** The name of a language; its code if it has none. */
export function languageName(code: string): string {
  try {
    return tongue().names?.of(code) ?? code;
  } catch {
    return code;
  }
}
