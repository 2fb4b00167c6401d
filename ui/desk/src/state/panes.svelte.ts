// How wide the list and the context are, in rem. The user's choice is kept on this machine; a window that is too small for it
// shows less, and forgets nothing.
import type { Appearance } from "./appearance.svelte";
import { read, write } from "./kept";

export type Pane = "list" | "context";

/** What each is at least, and the conversation between them. */
const LEAST: Record<Pane, number> = { list: 13, context: 13 };
const MAIN_LEAST = 22;
const MOST: Record<Pane, number> = { list: 40, context: 36 };
/** A key's step. */
const STEP = 1;

const between = (least: number, value: number, most: number): number => Math.max(least, Math.min(value, most));

export class Panes {
  #chosen = $state.raw<Partial<Record<Pane, number>>>({ list: stored("list"), context: stored("context") });

  constructor(private readonly appearance: Appearance) {}

  get #rail(): number {
    return this.appearance.compact ? 3.25 : 15.5;
  }

  /** Without a choice: a part of the window. */
  #usual(pane: Pane): number {
    const { wide, narrow, compact } = this.appearance;
    if (pane === "context") return between(15, wide * 0.188, 20);
    if (compact) return between(13, wide * 0.33, 19.5);
    return narrow ? between(15, wide * 0.26, 24) : between(16.75, wide * 0.23, 24);
  }

  /** The list gives way to the context's least width, and the context to the list. */
  most(pane: Pane): number {
    const { wide, narrow } = this.appearance;
    const beside = pane === "context" ? this.width("list") : narrow ? 0 : LEAST.context;
    return between(LEAST[pane], wide - this.#rail - MAIN_LEAST - beside, MOST[pane]);
  }

  least(pane: Pane): number {
    return LEAST[pane];
  }

  width(pane: Pane): number {
    return between(LEAST[pane], this.#chosen[pane] ?? this.#usual(pane), this.most(pane));
  }

  /** Without a width, as it is without a choice. */
  choose(pane: Pane, rem: number | null): void {
    const kept = rem === null ? undefined : between(LEAST[pane], rem, this.most(pane));
    this.#chosen = { ...this.#chosen, [pane]: kept };
    write(`pane.${pane}`, kept === undefined ? null : String(Math.round(kept * 100) / 100));
  }

  step(pane: Pane, by: 1 | -1): void {
    this.choose(pane, this.width(pane) + by * STEP);
  }
}

function stored(pane: Pane): number | undefined {
  const rem = Number(read(`pane.${pane}`) ?? NaN);
  return Number.isFinite(rem) ? rem : undefined;
}
