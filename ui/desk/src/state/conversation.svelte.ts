// The conversation on screen: asked from the core, asked again when it changed, never altered here.
import type { ConversationId, ConversationView, Participant, Position, RpcError } from "$shared/types";
import { asRpcError, type Host } from "../host/host";
import { Composer } from "./composer.svelte";
import { EMPTY, withNewest, withOlder, type Stretch } from "./journey";
import { reask } from "./reask";
import { Shown } from "./shown";

const PAGE = 60;
/** Receipts and edits reach back at most this far when the newest page is asked again. */
const DEEPEST_REFRESH = 240;

export class OpenConversation {
  view = $state.raw<ConversationView | null>(null);
  journey = $state.raw<Stretch>(EMPTY);
  loaded = $state(false);
  problem = $state<RpcError | null>(null);
  typing = $state.raw<{ by: Participant; until: number } | null>(null);
  readonly shown = new Shown();
  readonly composer: Composer;
  #loadingOlder = false;
  #seen: Position = -1;

  constructor(
    private readonly host: Host,
    readonly id: ConversationId,
  ) {
    this.composer = new Composer(host, id, this.shown);
  }

  readonly refresh = reask(async () => {
    const { host, id } = this;
    const limit = Math.min(Math.max(PAGE, this.journey.entries.length), DEEPEST_REFRESH);
    try {
      const [view, page] = await Promise.all([
        host.rpc("conversation.open", { id }),
        host.rpc("conversation.entries", { id, limit }),
      ]);
      this.view = view;
      this.journey = withNewest(this.journey, page);
      this.composer.adopt(view.draft);
      this.problem = null;
    } catch (error) {
      this.problem = asRpcError(error);
    }
    this.loaded = true;
  });

  async older(): Promise<void> {
    const oldest = this.journey.entries[0];
    if (!oldest || !this.journey.more || this.#loadingOlder) return;
    this.#loadingOlder = true;
    try {
      const page = await this.host.rpc("conversation.entries", { id: this.id, before: oldest.key, limit: PAGE });
      if (this.journey.entries[0]?.key === oldest.key) this.journey = withOlder(this.journey, page);
    } catch (error) {
      this.problem = asRpcError(error);
    } finally {
      this.#loadingOlder = false;
    }
  }

  /** The position of the newest entry of this conversation, for "seen" and compare-and-send. */
  newest(): Position {
    const entry = this.journey.entries.findLast((e) => e.conversation === this.id && e.position !== null);
    return entry?.position ?? this.view?.position ?? 0;
  }

  /** The end of the transcript is before the agent's eyes, in a window that has the focus. */
  seen(): void {
    const upTo = this.newest();
    if (upTo <= this.#seen || !this.loaded || this.problem) return;
    this.#seen = upTo;
    this.host.rpc("conversation.seen", { id: this.id, upTo }).catch(() => (this.#seen = -1));
  }
}
