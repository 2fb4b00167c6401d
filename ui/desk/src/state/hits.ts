// The hits of a search, in an order that never moves shown ones.
import type { Commands } from "$shared/types";

export type Hit = Commands["search"]["response"]["hits"][number];

/** In the order of the panel. */
export const GROUPS = ["customers", "messages", "hub"] as const;
export type Group = (typeof GROUPS)[number];

export interface Found {
  hit: Hit;
  group: Group;
}

export function hitId({ conversation, key, kind }: Hit): string {
  return `${kind}/${conversation}/${key}`;
}

/** Shown hits keep their place and are updated; new ones follow. */
export function stable(shown: readonly Found[], hits: readonly Hit[], fromHub: boolean): Found[] {
  const now = new Map(hits.map((hit) => [hitId(hit), hit]));
  const kept = shown.map(({ hit, group }) => ({ hit: now.get(hitId(hit)) ?? hit, group }));
  const known = new Set(shown.map(({ hit }) => hitId(hit)));
  const more = [...now.values()].filter((hit) => !known.has(hitId(hit)));
  const added = more.map((hit): Found => ({ hit, group: fromHub ? "hub" : groupOf(hit) }));
  return [...kept, ...added].sort((a, b) => GROUPS.indexOf(a.group) - GROUPS.indexOf(b.group));
}

function groupOf({ kind }: Hit): Group {
  return kind === "customer" ? "customers" : "messages";
}
