// The one ticking clock; everything that shows "since" reads it, so that a second is one update.

class Clock {
  now = $state(Date.now());
  #timer: ReturnType<typeof setTimeout> | undefined;

  start(): () => void {
    const tick = (): void => {
      this.now = Date.now();
      // On the full second, so that two clocks on screen never disagree.
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
