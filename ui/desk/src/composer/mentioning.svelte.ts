// Offers colleagues while a name is typed after an @ in a note.
import type { ColleagueView, ConversationId } from "$shared/types";
import type { Host } from "../host/host";
import { beginning, matching } from "../words/mentions";

const MOST = 8;

export class Mentioning {
  /** The matching colleagues; empty while nothing is offered. */
  people = $state.raw<ColleagueView[]>([]);
  chosen = $state(0);
  #known: Promise<ColleagueView[]> | null = null;
  #begun: { at: number; typed: string } | null = null;
  /** Where the agent dismissed the offer. */
  #refused: number | null = null;

  constructor(
    private readonly host: Host,
    private readonly id: ConversationId,
  ) {}

  get open(): boolean {
    return this.people.length > 0;
  }

  /** The text or the caret changed. */
  async look(text: string, caret: number): Promise<void> {
    const begun = beginning(text, caret);
    this.#begun = begun;
    if (!begun || begun.at === this.#refused) {
      if (!begun) this.#refused = null;
      this.#hide();
      return;
    }
    // Fetched for each @: people come and go.
    if (begun.typed === "" || !this.#known) this.#known = this.host.rpc("conversation.mentionable", { id: this.id });
    const known = await this.#known.catch(() => []);
    if (this.#begun !== begun) return;
    this.people = matching(known, begun.typed).slice(0, MOST);
    this.chosen = Math.min(this.chosen, Math.max(0, this.people.length - 1));
  }

  move(by: number): void {
    this.chosen = (this.chosen + by + this.people.length) % this.people.length;
  }

  /** The text with this name instead of what was typed, and the caret's position in it. */
  taken(text: string, { name }: ColleagueView): { text: string; caret: number } {
    const begun = this.#begun ?? { at: text.length, typed: "" };
    const before = `${text.slice(0, begun.at)}@${name} `;
    const after = text.slice(begun.at + 1 + begun.typed.length);
    this.#hide();
    return { text: before + after.replace(/^ /, ""), caret: before.length };
  }

  refuse(): void {
    this.#refused = this.#begun?.at ?? null;
    this.#hide();
  }

  #hide(): void {
    this.people = [];
    this.chosen = 0;
  }
}
