// Search while typing: first on this machine, then with the hub. Only the latest query's answer counts.
import type { Commands, RowView } from "$shared/types";
import { asRpcError, type Host } from "../host/host";
import { hitId, stable, type Found } from "./hits";

type Answer = Commands["search"]["response"];

const AT_ONCE_MS = 60;
const HUB_AFTER_MS = 350;
const MOST = 50;

export class Search {
  query = $state("");
  /** Only this conversation is searched. */
  within = $state.raw<Pick<RowView, "id" | "name"> | null>(null);
  found = $state.raw<readonly Found[]>([]);
  hint = $state<string | null>(null);
  /** `asking`: this machine's answer is shown, the hub's is pending. */
  hub = $state<Answer["hub"] | "asking">("not_asked");
  problem = $state<string | null>(null);
  /** The query of the shown answer. */
  answered = $state<string | null>(null);
  /** The hit selected by keyboard. */
  cursor = $state<string | null>(null);
  #turn = 0;
  #soon: ReturnType<typeof setTimeout> | undefined;
  #later: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly host: Host) {}

  write(query: string): void {
    this.query = query;
    this.again();
  }

  /** Repeats the query from the start. */
  again(): void {
    this.#stop();
    this.answered = null;
    if (this.query.trim() === "") return this.clear();
    this.#soon = setTimeout(() => void this.#ask(false), AT_ONCE_MS);
    this.#later = setTimeout(() => void this.#ask(true), HUB_AFTER_MS);
  }

  /** Searches everything again. */
  widen(): void {
    this.within = null;
    this.again();
  }

  clear(): void {
    this.#stop();
    this.query = "";
    this.found = [];
    this.hint = this.problem = this.answered = this.cursor = null;
    this.hub = "not_asked";
  }

  move(steps: number): void {
    const { found } = this;
    if (found.length === 0) return;
    const at = found.findIndex(({ hit }) => hitId(hit) === this.cursor);
    const to = at === -1 ? (steps > 0 ? 0 : found.length - 1) : Math.min(Math.max(at + steps, 0), found.length - 1);
    const next = found[to];
    if (next) this.cursor = hitId(next.hit);
  }

  get active(): Found | null {
    return this.found.find(({ hit }) => hitId(hit) === this.cursor) ?? null;
  }

  /** What Enter opens. If the agent types faster than answers come, it waits for the right one. */
  async first(): Promise<Found | null> {
    const query = this.query.trim();
    if (query === "" || query === this.answered) return this.active;
    clearTimeout(this.#soon);
    await this.#ask(false);
    return this.answered === query ? this.active : null;
  }

  #stop(): void {
    this.#turn++;
    clearTimeout(this.#soon);
    clearTimeout(this.#later);
  }

  async #ask(hub: boolean): Promise<void> {
    const turn = this.#turn;
    const query = this.query.trim();
    if (hub) this.hub = "asking";
    try {
      const asked = this.within ? `in:${this.within.id} ${query}` : query;
      const answer = await this.host.rpc("search", { query: asked, limit: MOST, hub });
      if (turn === this.#turn) this.#take(query, answer, hub);
    } catch (error) {
      if (turn !== this.#turn) return;
      this.problem = asRpcError(error).message;
      if (hub) this.hub = "not_asked";
    }
  }

  #take(query: string, { hits, hint, hub }: Answer, merged: boolean): void {
    // Shown hits stay; the hub's are added below.
    const fresh = this.answered !== query;
    this.found = stable(fresh ? [] : this.found, hits, merged && !fresh);
    this.answered = query;
    this.hint = hint;
    if (merged) this.hub = hub;
    else if (fresh && this.hub !== "asking") this.hub = "not_asked";
    this.problem = null;
    if (fresh || this.active === null) this.cursor = this.found[0] ? hitId(this.found[0].hit) : null;
  }
}
