// Names and initials of participants.
import type { Participant, UserId } from "$shared/types";
import { t } from "./catalogue.svelte";

export type Kind = Participant["kind"];

/** Two letters for a name; for a phone number its country code. */
export function initials(name: string): string {
  const words = name.trim().split(/\s+/).filter(Boolean);
  const first = words[0];
  if (!first) return "?";
  if (/^[+\d]/.test(first)) return first.slice(0, 3);
  const last = words.length > 1 ? words.at(-1) : undefined;
  const letters = last ? firstLetter(first) + firstLetter(last) : first.slice(0, 2);
  return letters.toUpperCase();
}

function firstLetter(word: string): string {
  return [...word][0] ?? "";
}

/** Of a customer who has told no name; the sign at its end may be letters alone. */
const MADE_UP = /^Visitor [0-9a-f]{4}$/;

/** What a person is called: not of a phone number, nor of a name that only a number tells apart. */
export function firstName(name: string): string {
  const words = name.trim().split(/\s+/);
  return /^[+\d]/.test(name) || /\d/.test(words.at(-1) ?? "") || MADE_UP.test(name) ? name.trim() : (words[0] ?? name);
}

/** The name above a turn. */
export function nameOf(by: Participant, customer: string, me: UserId | null): string {
  switch (by.kind) {
    case "customer":
      return firstName(customer);
    case "agent":
      return by.user === me ? t("people-you") : by.name;
    case "external_agent":
    case "device":
      return by.name;
    case "logic":
      return t("logic-name");
    case "system":
      return "Tandem";
  }
}

/** For a sentence whose words depend on who it was: "You asked for help", "Priya Nair asked for help". */
export function whom(by: Participant, customer: string, me: UserId | null): { by: "me" | "logic" | "other"; name: string } {
  const mine = by.kind === "agent" && by.user === me;
  return { by: mine ? "me" : by.kind === "logic" ? "logic" : "other", name: nameOf(by, customer, me) };
}

/** Whether both are the same participant, for grouping turns. */
export function sameVoice(a: Participant, b: Participant): boolean {
  if (a.kind !== b.kind) return false;
  if (a.kind === "agent" && b.kind === "agent") return a.user === b.user;
  if (a.kind === "external_agent" && b.kind === "external_agent") return a.link === b.link;
  return true;
}

export function voiceKey(by: Participant): string {
  if (by.kind === "agent") return `agent ${by.user}`;
  if (by.kind === "external_agent") return `external ${by.link}`;
  return by.kind;
}
