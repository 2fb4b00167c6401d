// What the customer writes while a dialog stands open that ends the agent's part: nobody closes over words that they were
// not shown.
import type { ConversationView, Position } from "$shared/types";
import type { OpenConversation } from "../state/conversation.svelte";

export class Since {
  readonly #view: () => ConversationView;
  /** What was on screen when the dialog opened. */
  readonly #before: Position;
  /** Up to where the agent was stopped, and then went on. */
  #told = $state<Position>(0);

  constructor(open: OpenConversation | null, view: () => ConversationView) {
    this.#view = view;
    // Where only the list is shown, its row has said it.
    const isShown = open !== null && open.shown.newest() > 0;
    this.#before = isShown ? open.shown.settled(Date.now()) : view().position;
    this.#told = this.#before;
  }

  /** Whether the customer has written since. */
  get wrote(): boolean {
    return this.#view().lastLoud > this.#before;
  }

  /** The agent was stopped by the newest of it, and may go on. */
  get anyway(): boolean {
    return this.wrote && this.#view().lastLoud <= this.#told;
  }

  /** For the command: what the agent has seen. */
  get seen(): Position {
    return this.#told;
  }

  /** Call before the command: true stops it, once for each news. */
  stops(): boolean {
    if (this.#view().lastLoud <= this.#told) return false;
    this.#told = this.#view().lastLoud;
    return true;
  }
}
