// A better wording for the reply in the field: requested, shown beside it, and accepted only by the agent. Nothing here
// sends.
import type { ConversationId, ImprovedView } from "$shared/types";
import { asRpcError, type Host } from "../host/host";

export type Improvement =
  | { is: "asking" }
  | { is: "offered"; view: ImprovedView }
  | { is: "same" }
  | { is: "failed"; reason: string }
  | { is: "taken"; before: string };

interface Words {
  readonly text: string;
  write(text: string): void;
}

export class Improving {
  now = $state.raw<Improvement | null>(null);
  /** An answer to an earlier request is stale. */
  #asked = 0;

  constructor(
    private readonly host: Host,
    private readonly id: ConversationId,
    private readonly words: Words,
  ) {}

  async ask(): Promise<void> {
    const { text } = this.words;
    const asked = ++this.#asked;
    this.now = { is: "asking" };
    let told: Improvement;
    try {
      const view = await this.host.rpc("conversation.improve", { id: this.id, text });
      told = view.text === text.trim() ? { is: "same" } : { is: "offered", view };
    } catch (error) {
      told = { is: "failed", reason: asRpcError(error).message };
    }
    if (asked !== this.#asked) return;
    // If the text has changed, the proposal no longer applies.
    this.now = this.words.text === text ? told : null;
  }

  take(): void {
    if (this.now?.is !== "offered") return;
    const before = this.words.text;
    this.words.write(this.now.view.text);
    this.now = { is: "taken", before };
  }

  /** Restores the previous text. */
  undo(): void {
    if (this.now?.is === "taken") this.words.write(this.now.before);
  }

  drop(): void {
    this.#asked++;
    this.now = null;
  }
}
