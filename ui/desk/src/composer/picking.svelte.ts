// Offers items of the library while a search is typed after a slash, or after Ctrl /.
import type { ConversationId, OfferView } from "$shared/types";
import type { Host } from "../host/host";
import { begun, type Begun } from "../words/library";

const MOST = 8;

export class Picking {
  /** What fits, best first; empty while nothing is offered. */
  offers = $state.raw<OfferView[]>([]);
  chosen = $state(0);
  /** Something is searched for, and nothing fits. */
  none = $state(false);
  /** The core has been asked and has not answered. A key that chooses waits for it. */
  asking: Promise<void> | null = null;
  #begun: Begun | null = null;
  /** Where the agent dismissed the offer. */
  #refused: number | null = null;

  constructor(
    private readonly host: Host,
    private readonly id: ConversationId,
  ) {}

  get open(): boolean {
    return this.offers.length > 0;
  }

  /** The text or the caret changed. */
  look(text: string, caret: number, note: boolean): void {
    const before = this.#begun;
    // Opened by key, the search goes on from there until it is dismissed.
    const goesOn = before?.lead === 0 && caret >= before.at && !text.slice(before.at, caret).includes("\n");
    const now = goesOn ? { ...before, typed: text.slice(before.at, caret) } : begun(text, caret);
    if (!now || now.at === this.#refused) {
      if (!now) this.#refused = null;
      this.hide();
      return;
    }
    this.#begun = now;
    this.#ask(note);
  }

  /** Opens it at the caret. */
  begin(caret: number, note: boolean): void {
    this.#refused = null;
    this.#begun = { at: caret, typed: "", lead: 0 };
    this.#ask(note);
  }

  #ask(note: boolean): void {
    const begun = this.#begun;
    const asking = this.host
      .rpc("library.find", { id: this.id, query: begun?.typed ?? "", note, limit: MOST })
      .catch(() => ({ offers: [] }))
      .then(({ offers }) => {
        if (this.#begun !== begun) return;
        this.offers = offers;
        this.none = offers.length === 0 && begun !== null && begun.typed !== "";
        this.chosen = 0;
      })
      .finally(() => {
        if (this.asking === asking) this.asking = null;
      });
    this.asking = asking;
  }

  move(by: number): void {
    this.chosen = (this.chosen + by + this.offers.length) % this.offers.length;
  }

  /** Takes the typed search out of the text; returns what stands before and after it. */
  taken(text: string): { before: string; after: string } {
    const { at, typed, lead } = this.#begun ?? { at: text.length, typed: "", lead: 0 };
    const end = at + lead + typed.length;
    this.hide();
    return { before: text.slice(0, at), after: text.slice(end) };
  }

  refuse(): void {
    this.#refused = this.#begun?.lead === 1 ? this.#begun.at : null;
    this.hide();
  }

  hide(): void {
    this.#begun = null;
    this.asking = null;
    this.offers = [];
    this.none = false;
    this.chosen = 0;
  }
}
