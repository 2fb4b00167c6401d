// Arranges items into rows: days, seams between conversations, and turns grouped by author. Pure.
import type { Item } from "../items";
import type { Review } from "../wire";

export type Row =
  | { kind: "day"; key: string; timeMs: number }
  | { kind: "seam"; key: string }
  | { kind: "system"; key: string; item: Item }
  | { kind: "review"; key: string; item: Item; review: Review }
  /** `opens` and `closes` mark the ends of an author's group; a question is calm once something follows it. */
  | { kind: "turn"; key: string; item: Item; opens: boolean; closes: boolean; isCalm: boolean };

const GROUP_MS = 5 * 60_000;

export function rowsOf(items: readonly Item[]): Row[] {
  const rows: Row[] = [];
  const lastQuestion = items.findLastIndex((item) => item.choices.length > 0);
  items.forEach((item, at) => {
    const before = items[at - 1];
    const after = items[at + 1];
    if (!before || day(before) !== day(item)) rows.push({ kind: "day", key: `day ${day(item)} ${item.earlier}`, timeMs: item.timeMs });
    if (before?.earlier && !item.earlier) rows.push({ kind: "seam", key: `seam ${item.id}` });
    if (item.review) {
      rows.push({ kind: "review", key: item.id, item, review: item.review });
      return;
    }
    if (item.from === "system") {
      rows.push({ kind: "system", key: item.id, item });
      return;
    }
    const opens = !before || !together(before, item);
    const closes = !after || !together(item, after) || item.stage !== after.stage;
    const isCalm = item.earlier || at !== lastQuestion || item.picked !== null;
    rows.push({ kind: "turn", key: item.id, item, opens, closes, isCalm });
  });
  return rows;
}

function together(one: Item, next: Item): boolean {
  const sameAuthor = one.from === next.from && one.name === next.name;
  return sameAuthor && one.earlier === next.earlier && day(one) === day(next) && next.timeMs - one.timeMs < GROUP_MS;
}

function day(item: Item): number {
  return new Date(item.timeMs).setHours(0, 0, 0, 0);
}
