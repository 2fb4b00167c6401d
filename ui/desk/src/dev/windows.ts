// Conversations in windows of their own, as the core keeps them. Development and tests only.
import type { ApartView, ConversationId, RpcError } from "$shared/types";

const PLACES = [1, 2, 3, 4, 5, 6, 7, 8];

export class FakeWindows {
  #all: ApartView[] = [];
  #had = new Set<ConversationId>();

  open(id: ConversationId): ApartView[] {
    if (this.#all.some((one) => one.id === id)) return this.#all;
    const place = PLACES.find((free) => this.#all.every((one) => one.place !== free));
    if (place === undefined) throw { code: "window.too_many", message: "8 conversations have their own window already. Close one of them first." } satisfies RpcError;
    this.#had.add(id);
    this.#all = [...this.#all, { id, place, onTop: false }];
    return this.#all;
  }

  close(id: ConversationId): ApartView[] {
    this.#all = this.#all.filter((one) => one.id !== id);
    return this.#all;
  }

  keep(id: ConversationId, onTop: boolean): ApartView[] {
    this.#all = this.#all.map((one) => (one.id === id ? { ...one, onTop } : one));
    return this.#all;
  }

  /** Whether its draft may be in more than one window. */
  had(id: ConversationId): boolean {
    return this.#had.has(id);
  }

  /** For pictures. */
  staged(): ApartView[] {
    this.open("carmen");
    this.open("jonas");
    return this.keep("jonas", true);
  }
}
