// What the agent has seen: the position that a reply is written against.
import type { Position } from "$shared/types";

/** Minimum time to read: what came later does not count as read when Send is pressed. */
const GLANCE_MS = 400;

export class Shown {
  #glances: { position: Position; at: number }[] = [];

  /** This position is on screen as of now. */
  note(position: Position, now: number): void {
    const newest = this.#glances.at(-1);
    if (newest && newest.position >= position) return;
    const settled = this.#glances.findLastIndex((glance) => now - glance.at >= GLANCE_MS);
    this.#glances = [...this.#glances.slice(Math.max(0, settled)), { position, at: now }];
  }

  /** The newest position that was visible long enough to be read. */
  settled(now: number): Position {
    const read = this.#glances.findLast((glance) => now - glance.at >= GLANCE_MS);
    return (read ?? this.#glances[0])?.position ?? 0;
  }

  newest(): Position {
    return this.#glances.at(-1)?.position ?? 0;
  }
}
