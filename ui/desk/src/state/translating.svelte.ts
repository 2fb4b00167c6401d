// Reading a conversation in one's own language: what is on screen is translated in one request at a time. The words
// themselves stay what they are; this only says what stands in their place for the moment.
import { SvelteMap, SvelteSet } from "svelte/reactivity";
import type { ConversationId, EntryView, TurnId } from "$shared/types";
import { asRpcError, type Host } from "../host/host";
import { turnOf } from "../words/quotes";
import { t } from "../words/catalogue.svelte";

/** Most turns of one request. */
export const AT_ONCE = 20;
/** A moving screen rests this long before it is translated. */
const REST_MS = 150;

/** How a turn is shown. */
export type Reading =
  | { is: "translation"; text: string; from: string | null }
  | { is: "original"; from: string | null }
  | { is: "asking" }
  /** Without the hub. */
  | { is: "waiting" }
  | { is: "failed"; reason: string };

export class Translating {
  /** Everything is shown as it was written. */
  originals = $state(false);
  /** Turns that are being translated. */
  readonly asking = new SvelteSet<string>();
  /** Why the last request brought nothing; it is asked again only when the user says so. */
  problem = $state<string | null>(null);
  /** Turns that cannot be translated, and why. */
  readonly #failed = new SvelteMap<string, string>();
  /** Turns that are shown otherwise than all others. */
  readonly #other = new SvelteSet<string>();
  #wanted: readonly EntryView[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Counts requests to stop: an answer after one of them brings no further request. */
  #stops = 0;

  constructor(private readonly host: Host) {}

  /** How this turn is read; null if it is simply read. */
  of({ key, translation }: EntryView, live: boolean): Reading | null {
    if (!translation) return null;
    if (translation.is === "made") {
      const { text, from } = translation;
      return this.originals === this.#other.has(key) ? { is: "translation", text, from } : { is: "original", from };
    }
    const reason = this.#failed.get(key);
    if (reason !== undefined) return { is: "failed", reason };
    if (this.asking.has(key)) return { is: "asking" };
    if (!live) return { is: "waiting" };
    return this.problem === null ? { is: "asking" } : { is: "failed", reason: this.problem };
  }

  /** Shows the other of the two: the original, or the translation. */
  flip(key: string): void {
    if (!this.#other.delete(key)) this.#other.add(key);
  }

  flipAll(): void {
    this.originals = !this.originals;
    this.#other.clear();
  }

  /** These are on screen. */
  want(entries: readonly EntryView[], live: boolean): void {
    this.#wanted = live ? entries : [];
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.#ask(), REST_MS);
  }

  /** Asks again for what failed. */
  again(): void {
    this.problem = null;
    this.#failed.clear();
    void this.#ask();
  }

  /** No further request, and the answer that is on its way changes nothing here. */
  stop(): void {
    this.#stops++;
    this.#wanted = [];
    this.asking.clear();
    this.problem = null;
    this.originals = false;
    this.#failed.clear();
    this.#other.clear();
    clearTimeout(this.#timer);
  }

  async #ask(): Promise<void> {
    if (this.asking.size > 0 || this.problem !== null) return;
    const missing = this.#wanted.filter(({ key, translation }) => translation?.is === "wanted" && !this.#failed.has(key));
    // The newest matter most; earlier conversations of the customer are asked for apart.
    const of: ConversationId | undefined = missing.at(-1)?.conversation;
    const now = missing.filter(({ conversation }) => conversation === of).slice(-AT_ONCE);
    const turns = now.flatMap((entry): [string, TurnId][] => {
      const turn = turnOf(entry);
      return turn === null ? [] : [[entry.key, turn]];
    });
    if (of === undefined || turns.length === 0) return;
    const stops = this.#stops;
    for (const [key] of turns) this.asking.add(key);
    try {
      const { untranslated } = await this.host.rpc("conversation.translate", { id: of, turns: turns.map(([, turn]) => turn) });
      if (stops !== this.#stops) return;
      for (const [key, turn] of turns) if (untranslated.includes(turn)) this.#failed.set(key, t("turn-translation.none"));
    } catch (error) {
      if (stops !== this.#stops) return;
      const { code, message } = asRpcError(error);
      // An earlier conversation of the customer may be gone from the hub.
      if (code === "conversation.unknown") for (const [key] of turns) this.#failed.set(key, message);
      // It is asked again as soon as there is a hub.
      else if (code !== "desk.offline") this.problem = message;
    }
    this.asking.clear();
    // What came is in the transcript, which is read again and then wants the rest.
    this.#wanted = this.#wanted.filter(({ key }) => !turns.some(([asked]) => asked === key));
    if (this.#wanted.length > 0) void this.#ask();
  }
}
