// Better words for the reply in the field: asked for, shown beside it, and taken by the agent alone. Nothing here sends.
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
  /** An answer to a question that was asked before is stale. */
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
    // Words that changed under it are not the ones it is about.
    this.now = this.words.text === text ? told : null;
  }

  take(): void {
    if (this.now?.is !== "offered") return;
    const before = this.words.text;
    this.words.write(this.now.view.text);
    this.now = { is: "taken", before };
  }

  /** Back to the words before. */
  undo(): void {
    if (this.now?.is === "taken") this.words.write(this.now.before);
  }

  drop(): void {
    this.#asked++;
    this.now = null;
  }
}
