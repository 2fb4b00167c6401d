// Whether the agent is looking: the core decides by it what to notify and what counts as seen.
import type { ConversationId } from "$shared/types";
import type { Host } from "../host/host";

export class Attention {
  /** The window is visible and has the focus. */
  here = $state(document.hasFocus() && !document.hidden);
  #told: ConversationId | null | undefined;

  /** `window`: the conversation that has this window for itself. */
  constructor(
    private readonly host: Host,
    private readonly window: ConversationId | null = null,
  ) {}

  start(): () => void {
    const look = (): void => {
      this.here = document.hasFocus() && !document.hidden;
    };
    const gone = (): void => {
      this.here = false;
    };
    window.addEventListener("focus", look);
    window.addEventListener("blur", gone);
    document.addEventListener("visibilitychange", look);
    return () => {
      window.removeEventListener("focus", look);
      window.removeEventListener("blur", gone);
      document.removeEventListener("visibilitychange", look);
    };
  }

  /** Tells the core which conversation is being viewed, once per change. */
  tell(open: ConversationId | null): void {
    const id = this.here ? open : null;
    if (id === this.#told) return;
    this.#told = id;
    this.host.rpc("window.looking", this.window === null ? { id } : { id, window: this.window }).catch(() => (this.#told = undefined));
  }
}
