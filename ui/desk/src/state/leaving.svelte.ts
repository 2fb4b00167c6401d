// Words that left the field a moment ago: on screen in the next frame, until the journey has them or they come back.
import type { ConversationId, EntryView, Participant } from "$shared/types";
import type { Mode } from "./composer.svelte";
import { arrived, entryOf, leave, type Left } from "./left";

export class Leaving {
  #left = $state.raw<readonly Left[]>([]);

  constructor(
    private readonly conversation: ConversationId,
    private readonly journey: () => readonly EntryView[],
  ) {}

  /** Returns what ends it: the journey has been read again, or the words are back in their field. */
  begin(mode: Mode, text: string): () => void {
    const left = leave(mode, text, this.journey());
    this.#left = [...this.#left, left];
    return () => {
      const became = arrived(this.#left, this.journey()).get(left);
      this.#left = this.#left.filter((one) => one !== left);
      if (became !== undefined) for (const { known } of this.#left) known.add(became);
    };
  }

  /** The journey, and behind it what it does not have yet. */
  behind(by: Participant & { kind: "agent" }): readonly EntryView[] {
    const journey = this.journey();
    const there = arrived(this.#left, journey);
    const missing = this.#left.filter((left) => !there.has(left));
    return missing.length === 0 ? journey : [...journey, ...missing.map((left) => entryOf(left, this.conversation, by))];
  }
}
