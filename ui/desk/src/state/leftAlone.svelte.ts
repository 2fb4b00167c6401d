// Messages of which nobody knows whether they arrived, and which the agent leaves so: they ask for nothing any more.
import type { TurnId } from "$shared/types";
import { read, write } from "./kept";

const NAME = "leftAlone";
/** The oldest are forgotten: by then their conversations are over. */
const MOST = 200;

class LeftAlone {
  #turns = $state.raw<readonly TurnId[]>(read(NAME)?.split(" ") ?? []);

  has(turn: TurnId): boolean {
    return this.#turns.includes(turn);
  }

  add(turn: TurnId): void {
    this.#turns = [...this.#turns, turn].slice(-MOST);
    write(NAME, this.#turns.join(" "));
  }
}

export const leftAlone = new LeftAlone();
