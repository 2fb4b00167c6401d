// Helpers to write sample journeys. Development and tests only.
import type { CardPerson, ColleagueView, EntryBody, EntryView, Mention, Participant, Remedy, Stage, StageView } from "$shared/types";

export const MAYA: Participant = { kind: "agent", user: "maya", name: "Maya Ortiz" };
export const PRIYA: Participant = { kind: "agent", user: "priya", name: "Priya Nair" };
export const TOMAS: Participant = { kind: "agent", user: "tomas", name: "Tomáš Veselý" };
export const LOGIC: Participant = { kind: "logic" };
export const CUSTOMER: Participant = { kind: "customer" };
export const SYSTEM: Participant = { kind: "system" };
export const AEROLINX: Participant = { kind: "external_agent", link: "aerolinx", name: "Aerolinx" };

export const COLLEAGUES: ColleagueView[] = [
  { user: "tomas", name: "Tomáš Veselý", online: true, available: false, status: "away", absence: { reason: "Lunch", back: new Date(Date.now() + 1_800_000).toISOString() } },
  { user: "noor", name: "Noor van Dijk", online: false, available: false, status: null, absence: null },
  { user: "priya", name: "Priya Nair", online: true, available: true, status: "available", absence: null },
];

/** Whom a note may mention: the supervisor, and the agent at this desk. */
export const MENTIONABLE: Mention[] = [{ user: "priya", name: "Priya Nair" }, { user: "maya", name: "Maya Ortiz" }];

const IN: Stage[] = ["queued", "accepted", "prepared", "delivered", "seen"];
const OUT: Stage[] = ["queued", "accepted", "prepared", "sent", "delivered", "seen"];

/** A contact card as the core words it. */
export function cardTurn({ name, organisation, phones, emails }: CardPerson, count: number): Extract<EntryBody, { type: "text" }> {
  const text = [name, organisation, ...(phones ?? []), ...(emails ?? [])].filter((part) => part !== "").join(" · ");
  return { type: "text", turn: `card-${count}`, text, silent: false };
}

export const iso = (ms: number): string => new Date(ms).toISOString();

function stages(order: Stage[], last: Stage, at: number): StageView[] {
  return order
    .slice(0, order.indexOf(last) + 1)
    .map((stage, step) => ({ stage, at: iso(at + step * step * 180), reason: null }));
}

/** Writes one conversation's entries in order; `ago` is in minutes before `now`. */
export class Script {
  readonly entries: EntryView[] = [];

  constructor(
    readonly id: string,
    readonly now: number,
  ) {}

  #add(by: Participant, ago: number, body: EntryBody, life: StageView[] = []): this {
    const position = this.entries.length + 1;
    const time = iso(this.now - ago * 60_000);
    this.entries.push({ key: `${this.id}:${position}`, conversation: this.id, position, time, by, body, stages: life, command: null, heldUntil: null, upload: null, about: null, translation: null });
    return this;
  }

  #turn(): string {
    return `${this.id}-turn-${this.entries.length + 1}`;
  }

  seam(channel: "web_chat" | "whatsapp" | "imported", ago: number, outcome: string | null = null, score: number | null = null): this {
    return this.#add(SYSTEM, ago, { type: "seam", channel, started: iso(this.now - ago * 60_000), outcome, goesOn: false, score });
  }

  customer(text: string, ago: number, last: Stage = "seen"): this {
    const at = this.now - ago * 60_000;
    return this.#add(CUSTOMER, ago, { type: "text", turn: this.#turn(), text, silent: false }, stages(IN, last, at));
  }

  answer(text: string, ago: number): this {
    const at = this.now - ago * 60_000;
    return this.#add(CUSTOMER, ago, { type: "answer", turn: this.#turn(), text }, stages(IN, "seen", at));
  }

  says(by: Participant, text: string, ago: number, last: Stage = "seen"): this {
    const at = this.now - ago * 60_000;
    return this.#add(by, ago, { type: "text", turn: this.#turn(), text, silent: false }, stages(OUT, last, at));
  }

  fails(by: Participant, text: string, ago: number, reason: string, remedy?: Remedy): this {
    const at = this.now - ago * 60_000;
    const life = [...stages(OUT, "sent", at), { stage: "failed" as const, at: iso(at + 3000), reason, ...(remedy && { remedy }) }];
    return this.#add(by, ago, { type: "text", turn: this.#turn(), text, silent: false }, life);
  }

  asks(text: string, labels: string[], chosen: number | null, ago: number): this {
    const choices = labels.map((label, at) => ({ id: String(at), label }));
    const body: EntryBody = {
      type: "question",
      turn: this.#turn(),
      text,
      choices,
      chosen: chosen === null ? null : String(chosen),
    };
    return this.#add(LOGIC, ago, body, stages(OUT, "seen", this.now - ago * 60_000));
  }

  file(by: Participant, name: string, contentType: string, size: number, text: string, ago: number): this {
    const media = { id: `media-${name}`, name, contentType, bytes: size };
    const order = by.kind === "customer" ? IN : OUT;
    return this.#add(by, ago, { type: "attachment", turn: this.#turn(), media, text }, stages(order, "seen", this.now - ago * 60_000));
  }

  note(by: Participant, text: string, ago: number): this {
    return this.#add(by, ago, { type: "note", turn: this.#turn(), text, mentions: MENTIONABLE.filter(({ name }) => text.includes(`@${name}`)).map(({ user, name }) => ({ user, name })) });
  }

  suggests(text: string, why: string | null, ago: number): this {
    return this.#add(LOGIC, ago, { type: "suggestion", turn: this.#turn(), text, why });
  }

  system(what: "engagement" | "help" | "status" | "logic" | "failure" | "other", text: string, ago: number, by = SYSTEM): this {
    return this.#add(by, ago, { type: "system", what, text });
  }
}

/** The stages of a turn that has just gone out. */
export const sent = (at: string): EntryView["stages"] => (["queued", "sent"] as const).map((stage) => ({ stage, at, reason: null }));
