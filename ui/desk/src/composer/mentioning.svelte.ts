// Offers colleagues while a name is typed after an @ in a note.
import type { ColleagueView, ConversationId } from "$shared/types";
import type { Host } from "../host/host";
import { beginning, matching } from "../words/mentions";

const MOST = 8;

/** A colleague whom the typed name may mean. */
export interface Meant extends ColleagueView {
  /** Can see the conversation; others have to be invited first, and are offered so that nobody else is taken for them. */
  sees: boolean;
  /** Has not accepted the invitation yet. */
  invited: boolean;
}

export class Mentioning {
  /** The matching colleagues; empty while nothing is offered. */
  people = $state.raw<Meant[]>([]);
  chosen = $state(0);
  #known: Promise<Meant[]> | null = null;
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
    if (begun.typed === "" || !this.#known) this.#known = this.#ask();
    const known = await this.#known.catch(() => []);
    if (this.#begun !== begun) return;
    this.people = matching(known, begun.typed).slice(0, MOST);
    this.chosen = Math.min(this.chosen, Math.max(0, this.people.length - 1));
  }

  async #ask(): Promise<Meant[]> {
    const [seeing, all] = await Promise.all([this.host.rpc("conversation.mentionable", { id: this.id }), this.host.rpc("colleagues.list", {})]);
    const others = all.filter(({ user }) => !seeing.some((one) => one.user === user));
    return [...seeing.map((one) => ({ ...one, sees: true })), ...others.map((one) => ({ ...one, sees: false, invited: false }))];
  }

  move(by: number): void {
    this.chosen = (this.chosen + by + this.people.length) % this.people.length;
  }

  /** The text with this name instead of what was typed, and the caret's position in it; none if they cannot see it. */
  taken(text: string, { name, sees }: Meant): { text: string; caret: number } | null {
    if (!sees) return null;
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
