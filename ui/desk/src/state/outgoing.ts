// What was sent last, from Enter until the core shows that it holds it: it can be taken back meanwhile, too.

/** How long the core may take to show that it holds what was sent. */
const SENDING_MS = 3000;
const NEVER = Number.NEGATIVE_INFINITY;

export class Outgoing {
  /** When it was sent, by `performance.now()`. */
  at = NEVER;
  /** Whether the core has taken it; what it refuses is back in its field. */
  taken: Promise<boolean> = Promise.resolve(true);

  get underway(): boolean {
    return performance.now() - this.at < SENDING_MS;
  }

  begin(taken: Promise<boolean>): Promise<boolean> {
    this.at = performance.now();
    this.taken = taken;
    void taken.then((done) => !done && this.taken === taken && this.over());
    return taken;
  }

  /** It was taken back, or never left. */
  over(): void {
    this.at = NEVER;
    this.taken = Promise.resolve(true);
  }
}
