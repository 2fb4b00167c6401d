// Several windows, one pair of hands. What is typed on when another window comes to the front is not meant for it.
import { isEnter } from "$shared/keys";
import { writes } from "./keys";
import type { ConversationId } from "$shared/types";

/** Keys belong to the window before until the hands have rested this long. */
const REST_MS = 600;
/** Whoever typed so lately in another window may be in the middle of a word. */
const LATELY_MS = 3_000;
/** A window that was asked for takes this long to come, at most. */
const COMING_MS = 10_000;
const TYPED = "tandem.typed";
const WANTED = "tandem.wanted";
const ANY = "any";
export const MAIN = "main";

type Kept = Pick<Storage, "getItem" | "setItem" | "removeItem">;

export class Hands {
  /** Since when this window may be taken for another; none if it is not. */
  #pressed: number | null = null;
  readonly #window: string;

  /** `apart`: the conversation that has this window for itself. */
  constructor(
    apart: ConversationId | null,
    private readonly kept: Kept = localStorage,
    private readonly now: () => number = Date.now,
  ) {
    this.#window = apart ?? MAIN;
  }

  /** The user goes on in this window: what is typed from now on is meant for it. */
  goTo(window: string): void {
    this.#keep(WANTED, window);
  }

  /** Call when this window gets the focus. */
  came(): void {
    const [typed, at] = this.#read(TYPED);
    const [wanted, since] = this.#read(WANTED);
    const now = this.now();
    const isWanted = (wanted === this.#window || wanted === ANY) && now - since < COMING_MS;
    this.#pressed = typed !== "" && typed !== this.#window && now - at < LATELY_MS && !isWanted ? now : null;
    if (isWanted) this.kept.removeItem(WANTED);
  }

  /** A press with the pointer chose this window. */
  chose(): void {
    this.#pressed = null;
  }

  /** Call for every key, and for everything that is about to be written, before anything else does: whether it was meant
   * for the window before. */
  swallows(event: KeyboardEvent | InputEvent): boolean {
    if (!this.#writes(event)) return false;
    const now = this.now();
    if (this.#pressed !== null && now - this.#pressed < REST_MS) {
      this.#pressed = now;
      return true;
    }
    this.#pressed = null;
    this.kept.removeItem(WANTED);
    this.#keep(TYPED, this.#window);
    return false;
  }

  #writes(event: KeyboardEvent | InputEvent): boolean {
    if (event instanceof InputEvent) return writes(event);
    const { key, ctrlKey, metaKey, altKey } = event;
    // Alt Tab, or what opens the system's own overview: another window is chosen.
    if (key === "Alt" || key === "Meta") this.goTo(ANY);
    if (key === "Tab" || key === "Escape") this.#pressed = null;
    return !altKey && !metaKey && (isEnter(event) || (!ctrlKey && ([...key].length === 1 || key === "Backspace" || key === "Delete")));
  }

  #keep(name: string, window: string): void {
    try {
      this.kept.setItem(name, `${this.now()} ${window}`);
    } catch {
      // Without a place to keep it, each window stands for itself.
    }
  }

  #read(name: string): [window: string, at: number] {
    const [at = "", window = ""] = (this.kept.getItem(name) ?? "").split(" ");
    return [window, Number(at)];
  }
}
