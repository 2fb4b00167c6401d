// A conversation as one of its participants saw it: a quiet mode of the open conversation. The core answers for each moment.
import type { AsSeenMomentView, AsSeenView, ConversationId, RpcError, Viewpoint } from "$shared/types";
import { asRpcError, type Host } from "../host/host";
import { look } from "./boarding";
import type { Desk } from "./desk.svelte";
import { reask } from "./reask";
import { instant, Scale } from "./scale";

const MINUTE = 60_000;

/** Looks at a conversation through its customer's eyes first, at its end. */
export function lookAsSeen(desk: Desk, id: ConversationId): void {
  if (!desk.supervises) return;
  if (desk.board.on && !desk.board.isBeside(id)) look(desk, id);
  desk.show(id);
  const open = desk.conversation;
  if (open?.id !== id) return;
  open.asSeen = new AsSeen(desk.host, id);
  void open.asSeen.through({ kind: "customer" });
}

export const sameEyes = (a: Viewpoint, b: Viewpoint): boolean => eyes(a) === eyes(b);

/** A viewpoint as one word. */
export function eyes(viewpoint: Viewpoint): string {
  return viewpoint.kind === "agent" ? `agent:${viewpoint.user}` : viewpoint.kind === "external_agent" ? `external_agent:${viewpoint.link}` : viewpoint.kind;
}

export class AsSeen {
  view = $state.raw<AsSeenView | null>(null);
  moment = $state.raw<AsSeenMomentView | null>(null);
  problem = $state.raw<RpcError | null>(null);
  asking = $state(false);
  /** In milliseconds since 1970. */
  at = $state(0);
  viewpoint = $state.raw<Viewpoint>({ kind: "customer" });

  constructor(
    private readonly host: Host,
    readonly id: ConversationId,
  ) {}

  get from(): number {
    return this.view ? Date.parse(this.view.started) : 0;
  }

  get until(): number {
    return this.view ? Date.parse(this.view.asOf) : 0;
  }

  /** The moments at which something happened. */
  readonly ticks = $derived.by(() => this.view?.ticks.map(({ at }) => Date.parse(at)) ?? []);

  /** Where they are on the slider. */
  readonly scale = $derived.by(() => new Scale([this.from, ...this.ticks.filter((at) => at > this.from && at < this.until), this.until]));

  /** Looks through other eyes, at the same moment. The hub records it. */
  async through(viewpoint: Viewpoint): Promise<void> {
    this.viewpoint = viewpoint;
    this.asking = true;
    try {
      const view = await this.host.rpc("asSeen.look", { id: this.id, viewpoint });
      const [from, until] = [Date.parse(view.started), Date.parse(view.asOf)];
      const at = this.view === null ? until : Math.min(until, Math.max(from, this.at));
      const moment = await this.host.rpc("asSeen.moment", { id: this.id, viewpoint, at: instant(at) });
      if (!sameEyes(viewpoint, this.viewpoint)) return;
      Object.assign(this, { view, moment, at, problem: null });
    } catch (error) {
      if (!sameEyes(viewpoint, this.viewpoint)) return;
      this.problem = asRpcError(error);
      this.view = this.moment = null;
    }
    this.asking = false;
  }

  to(at: number): void {
    this.at = Math.min(this.until, Math.max(this.from, at));
    void this.#ask();
  }

  /** To the next or the previous event. */
  step(by: 1 | -1): void {
    const next = by > 0 ? this.ticks.find((at) => at > this.at) : this.ticks.findLast((at) => at < this.at);
    if (next !== undefined) this.to(next);
  }

  minute(by: 1 | -1): void {
    this.to(this.at + by * MINUTE);
  }

  readonly #ask = reask(async () => {
    const { id, viewpoint, at } = this;
    try {
      const moment = await this.host.rpc("asSeen.moment", { id, viewpoint, at: instant(at) });
      if (sameEyes(viewpoint, this.viewpoint)) this.moment = moment;
    } catch (error) {
      this.problem = asRpcError(error);
      this.view = this.moment = null;
    }
  });
}
