// Repeats what is wanted again without piling up.

/** Between two times, at least. */
const PACE_MS = 350;
/** The same for what stands behind the board. */
export const BEHIND_MS = 1_000;

/** Calls during a running request cause exactly one more. */
export function reask(ask: () => Promise<void>): () => Promise<void> {
  let running: Promise<void> | null = null;
  let again = false;
  const run = async (): Promise<void> => {
    do {
      again = false;
      await ask();
    } while (again);
  };
  return () => {
    if (running) {
      again = true;
      return running;
    }
    running = run().finally(() => (running = null));
    return running;
  };
}

/** Does at once what is wanted, and what is wanted often not more often than people can read. */
export function paced(run: () => void, pace = PACE_MS): () => void {
  let last = -Infinity;
  let due: ReturnType<typeof setTimeout> | undefined;
  const now = (): void => {
    due = undefined;
    last = performance.now();
    run();
  };
  return () => {
    if (due !== undefined) return;
    const wait = last + pace - performance.now();
    if (wait <= 0) now();
    else due = setTimeout(now, wait);
  };
}
