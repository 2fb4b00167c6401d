// Other words for the reply in the field, a better wording or a translation: requested, shown beside it, and accepted only
// by the agent. Nothing here sends.
import type { ConversationId, PieceView } from "$shared/types";
import { asRpcError, type Host } from "../host/host";

export type What = "better" | "translation";

export interface Proposal {
  text: string;
  by: "logic" | "model";
  /** The changes of a better wording. */
  pieces: readonly PieceView[];
  /** The language of a translation. */
  to: string | null;
}

export type Improvement =
  | { is: "asking"; what: What }
  | { is: "offered"; what: What; proposal: Proposal }
  | { is: "same"; what: What }
  | { is: "failed"; what: What; reason: string }
  | { is: "taken"; what: What; before: string };

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

  async ask(what: What): Promise<void> {
    const { text } = this.words;
    const asked = ++this.#asked;
    this.now = { is: "asking", what };
    let told: Improvement;
    try {
      const proposal = await this.#proposal(what, text);
      told = proposal.text === text.trim() ? { is: "same", what } : { is: "offered", what, proposal };
    } catch (error) {
      told = { is: "failed", what, reason: asRpcError(error).message };
    }
    if (asked !== this.#asked) return;
    // If the text has changed, the proposal no longer applies.
    this.now = this.words.text === text ? told : null;
  }

  async #proposal(what: What, text: string): Promise<Proposal> {
    const { host, id } = this;
    if (what === "better") return { ...(await host.rpc("conversation.improve", { id, text })), to: null };
    return { ...(await host.rpc("conversation.translateReply", { id, text })), pieces: [] };
  }

  take(): void {
    if (this.now?.is !== "offered") return;
    const { what, proposal } = this.now;
    const before = this.words.text;
    this.words.write(proposal.text);
    this.now = { is: "taken", what, before };
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
