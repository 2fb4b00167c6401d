// Who answers the customer's next message.
import type { ConversationView, PersonView, UserId } from "$shared/types";
import { nameOf } from "./people";

export interface Standing {
  tone: "plain" | "help" | "warn" | "agent" | "logic" | "external_agent";
  text: string;
}

export function standing({ row, people }: Pick<ConversationView, "row" | "people">, me: UserId): Standing {
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

function answers(tone: Standing["tone"], people: readonly PersonView[], customer: string, me: UserId): Standing {
  const names = people.map(({ participant }) => nameOf(participant, customer, me));
  return { tone, text: `${names.join(", ")} ${names.length === 1 ? "answers" : "answer"} next` };
}
