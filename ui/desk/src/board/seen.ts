// Which lines of the board are drawn: those on screen and some around them, so that a board of thousands stays quick.
import type { BoardGroup, BoardRow } from "$shared/types";

/** A group's heading, or a row. */
export interface Line {
  group: BoardGroup;
  /** None for the heading. */
  row: BoardRow | null;
  /** Its place among all rows of the table, the head included, from 1. */
  at: number;
}

/** Heights in pixels. */
export interface Heights {
  row: number;
  heading: number;
}

/** The lines from `from` to before `to`, and how much room the others take. */
export interface Seen {
  from: number;
  to: number;
  above: number;
  below: number;
}

/** Lines beyond both edges. */
const BEYOND = 12;

export function linesOf(groups: readonly BoardGroup[], headings: boolean): Line[] {
  const lines = groups.flatMap((group) => [...(headings ? [{ group, row: null }] : []), ...group.rows.map((row) => ({ group, row }))]);
  return lines.map((line, at) => ({ ...line, at: at + 2 }));
}

/** Where each line begins, and the end of the last one. */
export function topsOf(lines: readonly Line[], { row, heading }: Heights): number[] {
  const tops = [0];
  for (const [at, line] of lines.entries()) tops.push((tops[at] ?? 0) + (line.row ? row : heading));
  return tops;
}

/** Everything, where nothing is laid out or all is wanted, as on paper. */
export function seenOf(tops: readonly number[], scrolled: number, height: number, all: boolean): Seen {
  const count = tops.length - 1;
  const end = tops[count] ?? 0;
  if (all || end === 0 || height === 0) return { from: 0, to: count, above: 0, below: 0 };
  const from = Math.max(0, lineAt(tops, scrolled) - BEYOND);
  const to = Math.min(count, lineAt(tops, scrolled + height) + 1 + BEYOND);
  return { from, to, above: tops[from] ?? 0, below: end - (tops[to] ?? end) };
}

/** The line at a place; the last one beyond the end. */
function lineAt(tops: readonly number[], place: number): number {
  let [low, high] = [0, Math.max(0, tops.length - 2)];
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    if ((tops[middle] ?? 0) <= place) low = middle;
    else high = middle - 1;
  }
  return low;
}
