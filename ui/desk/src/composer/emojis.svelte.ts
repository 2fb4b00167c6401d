// Offers emoji while a name is typed after a colon, or after the button was pressed.
import { begun, closed, emoji, fitting, type Begun, type Emoji } from "../words/emoji";
import { spoken, type Spoken } from "../words/catalogue.svelte";

const MOST = 8;

export class Emojis {
  /** What fits, best first; empty while nothing is offered. */
  offers = $state.raw<readonly Emoji[]>([]);
  chosen = $state(0);
  /** They are being read. A key that chooses waits for it. */
  asking: Promise<void> | null = null;
  /** With the colon, if one was typed. */
  #begun: (Begun & { lead: 0 | 1 }) | null = null;
  /** Where the agent dismissed the offer. */
  #refused: number | null = null;
  #all: readonly Emoji[] = [];
  /** Whose names these are. */
  #language: Spoken | null = null;

  get open(): boolean {
    return this.offers.length > 0;
  }

  /** The text or the caret changed. Returns the text with an emoji for a name that was just closed with a colon. */
  look(text: string, caret: number): { text: string; caret: number } | null {
    const whole = this.#all.length === 0 ? null : closed(text, caret, this.#all);
    if (whole && whole.at !== this.#refused) {
      this.#hide();
      return { text: text.slice(0, whole.at) + whole.emoji + text.slice(caret), caret: whole.at + whole.emoji.length };
    }
    const before = this.#begun;
    // Opened by the button, the search goes on from there.
    const goesOn = before?.lead === 0 && caret > before.at && /^[\p{L}\p{N}_+-]+$/u.test(text.slice(before.at, caret));
    const found = begun(text, caret);
    const now = goesOn ? { ...before, typed: text.slice(before.at, caret) } : found && { ...found, lead: 1 as const };
    if (!now || now.at === this.#refused) {
      if (!now) this.#refused = null;
      this.#hide();
    } else {
      this.#begun = now;
      this.#find();
    }
    return null;
  }

  /** Opens it at the caret. */
  begin(caret: number): void {
    this.#refused = null;
    this.#begun = { at: caret, typed: "", lead: 0 };
    this.#find();
  }

  #find(): void {
    const language = spoken();
    if (language === this.#language) return this.#show();
    // Once, however much is typed meanwhile: what was found moves under no key.
    this.asking ??= emoji(language)
      .then((all) => {
        [this.#all, this.#language] = [all, language];
        this.#show();
      })
      .catch(() => undefined)
      .finally(() => (this.asking = null));
  }

  #show(): void {
    this.offers = this.#begun ? fitting(this.#all, this.#begun.typed, MOST) : [];
    this.chosen = 0;
  }

  move(by: number): void {
    this.chosen = (this.chosen + by + this.offers.length) % this.offers.length;
  }

  /** The text with this emoji instead of what was typed, and the caret's position in it. */
  taken(text: string, { emoji }: Emoji): { text: string; caret: number } {
    const { at, typed, lead } = this.#begun ?? { at: text.length, typed: "", lead: 0 };
    this.#hide();
    return { text: text.slice(0, at) + emoji + text.slice(at + lead + typed.length), caret: at + emoji.length };
  }

  refuse(): void {
    this.#refused = this.#begun?.lead === 1 ? this.#begun.at : null;
    this.#hide();
  }

  #hide(): void {
    this.#begun = null;
    this.offers = [];
    this.chosen = 0;
  }
}
