// Typing, in both directions. Ours is sent at most every few seconds; theirs expires, because its final frame may be
// lost.
import type { Env } from "./env";
import type { From } from "./wire";

const TELL_MS = 4_000;
const PAUSE_MS = 5_000;
const BELIEVE_MS = 10_000;

export class OwnTyping {
  private toldAtMs = 0;
  private isOn = false;
  private cancelPause: () => void = () => undefined;

  constructor(
    private readonly env: Env,
    private readonly tell: (on: boolean) => void,
  ) {}

  typed(): void {
    const now = this.env.now();
    if (!this.isOn || now - this.toldAtMs >= TELL_MS) {
      this.isOn = true;
      this.toldAtMs = now;
      this.tell(true);
    }
    this.cancelPause();
    this.cancelPause = this.env.after(PAUSE_MS, () => this.stopped());
  }

  stopped(): void {
    this.cancelPause();
    if (!this.isOn) return;
    this.isOn = false;
    this.tell(false);
  }
}

export interface Typist {
  name: string | null;
  kind: From;
}

export class OthersTyping {
  private readonly typists = new Map<string, { typist: Typist; forget: () => void }>();

  constructor(
    private readonly env: Env,
    private readonly changed: () => void,
  ) {}

  heard(typist: Typist, on: boolean): void {
    const key = `${typist.kind} ${typist.name ?? ""}`;
    this.typists.get(key)?.forget();
    this.typists.delete(key);
    if (on) {
      const forget = this.env.after(BELIEVE_MS, () => this.heard(typist, false));
      this.typists.set(key, { typist, forget });
    }
    this.changed();
  }

  /** The author has stopped typing, even if the frame that says so never comes. */
  wrote(kind: From, name: string | null): void {
    for (const { typist } of this.typists.values()) {
      if (typist.kind === kind && (name === null || typist.name === null || typist.name === name)) this.heard(typist, false);
    }
  }

  clear(): void {
    for (const { forget } of this.typists.values()) forget();
    this.typists.clear();
  }

  all(): Typist[] {
    return [...this.typists.values()].map(({ typist }) => typist);
  }
}
