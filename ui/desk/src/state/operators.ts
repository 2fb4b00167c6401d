// The search operators on offer. The core knows their meaning; here they are only text to insert.
import type { PlainId } from "../words/catalogue.svelte";

export interface Operator {
  /** The inserted text. */
  insert: string;
  /** What it finds. */
  means: PlainId;
}

export const OPERATORS: readonly Operator[] = [
  { insert: "from:", means: "operator-from" },
  { insert: "in:", means: "operator-in" },
  { insert: "is:", means: "operator-is" },
  { insert: "tag:", means: "operator-tag" },
  { insert: "agent:", means: "operator-agent" },
  { insert: "brand:", means: "operator-brand" },
  { insert: "language:", means: "operator-language" },
  { insert: "before:", means: "operator-before" },
  { insert: "after:", means: "operator-after" },
  { insert: "has:attachment", means: "operator-attachment" },
  { insert: "has:note", means: "operator-note" },
  { insert: '"', means: "operator-phrase" },
];

const VALUES: Record<string, readonly string[]> = {
  "from:": ["me", "customer", "logic"],
  "in:": ["my", "help", "left", "all", "webchat", "whatsapp"],
  "is:": ["open", "completed", "waiting", "help"],
  "agent:": ["me"],
  "has:": ["attachment", "note"],
};

/** Completions for the query's last word; none for an ordinary word. */
export function completions(query: string): string[] {
  const last = lastWord(query).toLowerCase();
  if (last === "") return [];
  for (const [operator, values] of Object.entries(VALUES)) {
    if (last.startsWith(operator)) {
      const begun = last.slice(operator.length);
      return values.filter((value) => value !== begun && value.startsWith(begun)).map((value) => operator + value);
    }
  }
  if (last.length < 2) return [];
  return OPERATORS.map(({ insert }) => insert).filter((insert) => insert !== last && insert.startsWith(last));
}

/** The query with its last word completed, ready for the next one. */
export function complete(query: string, whole: string): string {
  const rest = query.slice(0, query.length - lastWord(query).length);
  return rest + whole + (whole.endsWith(":") ? "" : " ");
}

/** The query with an operator appended. */
export function withOperator(query: string, insert: string): string {
  const space = query === "" || query.endsWith(" ") ? "" : " ";
  return query + space + insert;
}

function lastWord(query: string): string {
  return query.slice(query.lastIndexOf(" ") + 1);
}
