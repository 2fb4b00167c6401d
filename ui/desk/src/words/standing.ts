// Who answers the customer's next message, and how long the customer has waited for it.
import type { ConversationView, PersonView, UserId } from "$shared/types";
import { nameOf } from "./people";
import { ahead, waits } from "./time";

export interface Standing {
  tone: "plain" | "help" | "warn" | "agent" | "logic" | "external_agent";
  text: string;
  /** Follows the text; empty if the customer does not wait. */
  wait: string;
}

type Who = Pick<Standing, "tone" | "text">;

export function standing({ row, people }: Pick<ConversationView, "row" | "people">, me: UserId, now: number): Standing {
  const who = answerer({ row, people }, me);
  if (!row.wait) {
    const off = row.snooze && !row.snooze.over ? `${nameOf(row.snooze.by, row.name, me)} snoozed it until ${row.snooze.until === null ? "the customer writes" : ahead(row.snooze.until, now)}` : null;
    return off ? { tone: "plain", text: off, wait: "" } : { ...who, wait: "" };
  }
  const time = waits(row.wait.since, now);
  if (row.wait.awaited === "joined") {
    const joined = people.filter(({ invited, participant }) => !invited && participant.kind !== "logic");
    return { tone: "warn", text: `${names(joined, row.name, me)} joined, no reply`, wait: ` ${time}` };
  }
  return { ...who, wait: who.tone === "help" ? ` ${time}` : ` · waits ${time}` };
}

function answerer({ row, people }: Pick<ConversationView, "row" | "people">, me: UserId): Who {
  if (!row.inProgress) return { tone: "plain", text: "Completed" };
  const here = people.filter(({ invited }) => !invited);
  if (here.some((person) => person.me)) return { tone: "agent", text: "You answer next" };
  const persons = here.filter(({ participant }) => participant.kind === "agent");
  const partners = here.filter(({ participant }) => participant.kind === "external_agent");
  if (persons.length > 0) return answers("agent", persons, row.name, me);
  if (row.help) return { tone: "help", text: "Waits for a person" };
  if (here.some(({ participant }) => participant.kind === "logic")) return { tone: "logic", text: "Your Logic answers next" };
  if (partners.length > 0) return answers("external_agent", partners, row.name, me);
  return { tone: "warn", text: "No one answers" };
}

function answers(tone: Standing["tone"], people: readonly PersonView[], customer: string, me: UserId): Who {
  return { tone, text: `${names(people, customer, me)} ${people.length === 1 ? "answers" : "answer"} next` };
}

function names(people: readonly PersonView[], customer: string, me: UserId): string {
  return people.map(({ participant }) => nameOf(participant, customer, me)).join(", ");
}
