// Which acts have a button of their own in a header: as many as leave the customer's name whole. Widths are estimates in rem; to
// measure them, the page would have to be laid out once more.

interface Labelled {
  label: string;
}

/** Edges, face and gaps. */
const AROUND = 3;
const MENU = 2.2;
const NAME_LEAST = 9;
/** A longer name is cut before all acts are behind the dots. */
const NAME_MOST = 16;
const PER_LETTER = 0.5;
const PER_LARGE_LETTER = 0.6;
/** Edges of a button, and its key. */
const BUTTON = 3.2;

const button = (label: string): number => BUTTON + PER_LETTER * label.length;

/** The last give way last. */
export function fitting<T extends Labelled>(room: number, name: string, main: string | null, slots: readonly T[]): T[] {
  const title = Math.min(Math.max(NAME_LEAST, PER_LARGE_LETTER * name.length), NAME_MOST);
  let left = room - AROUND - title - MENU - (main === null ? 0 : button(main));
  const first = slots.findLastIndex(({ label }) => (left -= button(label)) < 0);
  return slots.slice(first + 1);
}
