// A scale of time on which long pauses take no more room than short ones, so that what happened can be scrubbed.

/** A pause takes at most as much room as this long one. */
const PAUSE_MS = 120_000;

export interface Pause {
  from: number;
  until: number;
}

export class Scale {
  /** Pauses that take less room than they lasted, as places. */
  readonly pauses: readonly Pause[];
  readonly length: number;
  readonly #times: readonly number[];
  readonly #places: readonly number[];

  /** `times`: when something happened, oldest first. */
  constructor(times: readonly number[]) {
    const places = [0];
    const pauses: Pause[] = [];
    for (let at = 1; at < times.length; at++) {
      const from = places[at - 1] ?? 0;
      const lasted = (times[at] ?? 0) - (times[at - 1] ?? 0);
      const until = from + Math.min(lasted, PAUSE_MS);
      if (lasted > PAUSE_MS) pauses.push({ from, until });
      places.push(until);
    }
    this.#times = times;
    this.#places = places;
    this.pauses = pauses;
    this.length = Math.max(1, places.at(-1) ?? 0);
  }

  placeOf(time: number): number {
    return between(time, this.#times, this.#places);
  }

  timeAt(place: number): number {
    return Math.round(between(place, this.#places, this.#times));
  }
}

/** A time for the core. */
export const instant = (ms: number): string => new Date(ms).toISOString();

/** Where a value of the first list is in the second one. */
function between(value: number, from: readonly number[], to: readonly number[]): number {
  const next = after(from, value);
  const [a, b] = [from[next - 1], from[next]];
  const [c, d] = [to[next - 1], to[next]];
  if (a === undefined || c === undefined) return to[0] ?? 0;
  if (b === undefined || d === undefined) return c;
  return c + ((value - a) / (b - a)) * (d - c);
}

/** The first place whose value is greater. */
function after(list: readonly number[], value: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((list[middle] ?? Infinity) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}
