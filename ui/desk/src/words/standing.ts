// Who answers the customer's next message, and how long the customer has waited for it.
import type { ConversationView, PersonView, UserId } from "$shared/types";
import { t } from "./catalogue.svelte";
import { nameOf, whom } from "./people";
import { ahead, due, waits } from "./time";

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
    const off = row.snooze && !row.snooze.over ? row.snooze : null;
    if (!off) return { ...who, wait: "" };
    const by = whom(off.by, row.name, me);
    const text = off.until === null ? t("standing-snoozed-until-customer", by) : t("standing-snoozed", { ...by, time: ahead(off.until, now) });
    return { tone: "plain", text, wait: "" };
  }
  const time = waits(row.wait.since, now);
  // What is due says more than how long it has waited, and there is little room.
  const until = row.due ? ` · ${due(row.due, now)}` : null;
  if (row.wait.awaited === "joined") {
    const joined = people.filter(({ invited, participant }) => !invited && participant.kind !== "logic");
    return { tone: "warn", text: t("standing-joined", { names: names(joined, row.name, me) }), wait: until ?? ` ${time}` };
  }
  return { ...who, wait: until ?? (who.tone === "help" ? ` ${time}` : ` · ${t("standing-waiting", { time })}`) };
}

function answerer({ row, people }: Pick<ConversationView, "row" | "people">, me: UserId): Who {
  if (!row.inProgress) return { tone: "plain", text: t("standing-completed") };
  const here = people.filter(({ invited }) => !invited);
  if (here.some((person) => person.me)) return { tone: "agent", text: t("standing-you") };
  const persons = here.filter(({ participant }) => participant.kind === "agent");
  const partners = here.filter(({ participant }) => participant.kind === "external_agent");
  if (persons.length > 0) return answers("agent", persons, row.name, me);
  if (row.help) return { tone: "help", text: t("standing-person") };
  if (here.some(({ participant }) => participant.kind === "logic")) return { tone: "logic", text: t("standing-logic") };
  if (partners.length > 0) return answers("external_agent", partners, row.name, me);
  return { tone: "warn", text: t("standing-no-one") };
}

function answers(tone: Standing["tone"], people: readonly PersonView[], customer: string, me: UserId): Who {
  return { tone, text: t("standing-others", { count: people.length, names: names(people, customer, me) }) };
}

function names(people: readonly PersonView[], customer: string, me: UserId): string {
  return people.map(({ participant }) => nameOf(participant, customer, me)).join(", ");
}
