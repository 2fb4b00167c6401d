// Keeps the session alive: opens or resumes it, catches up, listens, and reconnects after every loss. Owns the `Link`
// and nothing of the conversation; data goes to its hooks.
import { HubError, SESSION_UNKNOWN, type Failure, type Door } from "./api";
import { backoffMs, type Env } from "./env";
import { openLive, type Live } from "./live";
import type { ClientFrame, Known, OpenedSession, ServerFrame } from "./wire";

export type Link =
  /** Nothing to resume, and the chat is not open. Left by `wake`. */
  | { kind: "asleep" }
  /** An attempt is running. Left by success or failure. */
  | { kind: "connecting"; attempt: number }
  /** The hub said `ready`. Left when the socket ends. */
  | { kind: "live" }
  /**
   * Between attempts. `reachable` if plain requests work but the socket does not; then we poll. Left by time or `wake`.
   */
  | { kind: "waiting"; attempt: number; reachable: boolean }
  /** The hub refuses this page or brand. Left when it no longer does. */
  | { kind: "refused"; code: string; detail: string };

export interface ConnectionHooks {
  token(): string | null;
  open(): Promise<OpenedSession>;
  opened(session: OpenedSession): void;
  forget(): void;
  /** Reads everything after the cursor. */
  catchUp(): Promise<void>;
  known(): Known;
  frame(frame: ServerFrame): void;
  /** The hub refuses this page or brand. */
  refused(code: string, detail: string): void;
  /** Requests get through: queued messages may be sent. */
  reachable(): void;
  changed(): void;
}

const POLL_MS = 5_000;
/** A refusal may be lifted later. */
const AGAIN_MS = 60_000;
const NEW_SESSIONS_IN_A_ROW = 3;

export class Connection {
  private state: Link = { kind: "asleep" };
  private live: Live | null = null;
  private cancelTimer: () => void = () => undefined;
  // Only the newest attempt may act; older ones stop when their number is outdated.
  private run = 0;
  private attempt = 0;
  private isOpen = false;
  private reached = false;
  private renewals = 0;

  constructor(
    private readonly env: Env,
    private readonly api: Door,
    private readonly hooks: ConnectionHooks,
  ) {}

  get link(): Link {
    return this.state;
  }

  /** Whether a request is likely to get through now. */
  get isReachable(): boolean {
    return this.reached;
  }

  /** Whether to tell the customer; a first attempt is not an outage yet. */
  get isOffline(): boolean {
    const { state, reached } = this;
    return state.kind === "refused" || (!reached && (state.kind === "waiting" || (state.kind === "connecting" && state.attempt > 0)));
  }

  /** Connects now, unless connected, connecting, or refused for good. */
  wake(): void {
    if (this.state.kind === "asleep" || this.state.kind === "waiting") void this.connect();
  }

  /** Reconnects from scratch: the customer asked for it, or the session changed. */
  retry(): void {
    this.isOpen = false;
    this.reached = false;
    this.attempt = 0;
    void this.connect();
  }

  /** The browser reports that the network is gone. */
  lost(): void {
    if (this.state.kind === "live" || this.state.kind === "connecting") this.wait(backoffMs(this.attempt, this.env.random()), false);
  }

  stop(): void {
    this.halt();
    this.state = { kind: "asleep" };
  }

  send(frame: ClientFrame): void {
    if (this.state.kind === "live") this.live?.send(frame);
  }

  /** A request with `token` found its session unknown; irrelevant if the token is no longer ours. */
  sessionUnknown(token: string | null): void {
    if (token !== this.hooks.token()) return;
    this.hooks.forget();
    this.isOpen = false;
    this.reached = false;
    this.renewals += 1;
    if (this.renewals > NEW_SESSIONS_IN_A_ROW) this.wait(backoffMs(this.attempt, this.env.random()), false);
    else void this.connect();
  }

  /** No attempt helps, permanently or until `again`. */
  refuse(code: string, detail: string, again?: () => void): void {
    this.halt();
    this.become({ kind: "refused", code, detail });
    if (again) this.cancelTimer = this.env.after(AGAIN_MS, again);
  }

  /** Nothing is requested until `wake`. */
  rest(): void {
    this.halt();
    this.become({ kind: "asleep" });
  }

  private async connect(): Promise<void> {
    this.halt();
    const run = this.run;
    this.become({ kind: "connecting", attempt: this.attempt });
    try {
      if (!this.isOpen) {
        const session = await this.hooks.open();
        if (run !== this.run) return;
        this.isOpen = true;
        this.hooks.opened(session);
      }
      await this.hooks.catchUp();
    } catch (error) {
      if (run === this.run) this.failed(error);
      return;
    }
    if (run === this.run) this.listen(run);
  }

  private listen(run: number): void {
    const token = this.hooks.token();
    if (token === null) return this.sessionUnknown(token);
    this.reached = true;
    this.live = openLive(this.env, this.api.liveUrl(), this.api.hello(token, this.hooks.known()), {
      frame: (frame) => run === this.run && this.heard(frame),
      end: () => run === this.run && this.ended(),
    });
    this.hooks.reachable();
  }

  private heard(frame: ServerFrame): void {
    if (frame.type === "error" && frame.code === SESSION_UNKNOWN) return this.sessionUnknown(this.hooks.token());
    if (frame.type === "ready") {
      this.attempt = 0;
      this.renewals = 0;
      this.become({ kind: "live" });
    }
    this.hooks.frame(frame);
    if (frame.type === "ready") this.hooks.reachable();
  }

  private ended(): void {
    // If requests work but the socket never became ready, a proxy blocks it: not an outage.
    const reachable = this.state.kind === "connecting";
    const delay = backoffMs(this.attempt, this.env.random());
    this.wait(reachable ? Math.min(delay, POLL_MS) : delay, reachable);
  }

  private failed(error: unknown): void {
    const failure: Failure = error instanceof HubError ? error.failure : { kind: "unreachable" };
    const delay = backoffMs(this.attempt, this.env.random());
    if (failure.kind === "busy") this.wait(Math.max(delay, failure.retryAfterMs), false);
    else if (failure.kind !== "refused") this.wait(delay, false);
    else if (failure.code === SESSION_UNKNOWN) this.sessionUnknown(this.hooks.token());
    else this.hooks.refused(failure.code, failure.detail);
  }

  private wait(delayMs: number, reachable: boolean): void {
    this.halt();
    this.attempt += 1;
    this.reached = reachable;
    this.become({ kind: "waiting", attempt: this.attempt, reachable });
    this.cancelTimer = this.env.after(delayMs, () => this.wake());
  }

  private halt(): void {
    this.run += 1;
    this.cancelTimer();
    this.live?.close();
    this.live = null;
  }

  private become(link: Link): void {
    this.state = link;
    this.hooks.changed();
  }
}
