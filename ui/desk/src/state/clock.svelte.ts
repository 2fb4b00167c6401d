// The one ticking clock: everything that shows "since" reads it, so that a second is one update. It shows the hub's
// time, because the compared times come from there and this machine's clock may be wrong.

class Clock {
  now = $state(Date.now());
  /** When the hub was last heard, while it is not: what waits may have been seen to since then. */
  heard = $state<number | null>(null);
  /** Up to when this machine knows who waits. */
  readonly known = $derived(this.heard ?? this.now);
  #ahead = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** The hub's time minus this machine's, in milliseconds. */
  set ahead(ms: number) {
    if (ms === this.#ahead) return;
    this.#ahead = ms;
    this.now = Date.now() + ms;
  }

  start(): () => void {
    const tick = (): void => {
      this.now = Date.now() + this.#ahead;
      // On the full second, so that clocks on screen never disagree.
      this.#timer = setTimeout(tick, 1000 - (this.now % 1000));
    };
    const wake = (): void => {
      clearTimeout(this.#timer);
      if (!document.hidden) tick();
    };
    wake();
    document.addEventListener("visibilitychange", wake);
    return () => {
      clearTimeout(this.#timer);
      document.removeEventListener("visibilitychange", wake);
    };
  }
}

export const clock = new Clock();
