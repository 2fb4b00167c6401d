// A lock across all tabs and elements of a site: two that start at the same moment must not open two sessions, and a file is
// uploaded once.
import type { Store } from "./env";

/** Maximum wait for another holder; after that, two sessions are better than none. */
const PATIENCE_MS = 8_000;
/** A holder in storage that has not renewed its entry for this long is gone. */
const GONE_MS = 8_000;
const LOOK_MS = 60;
const SETTLE_MS = 200;

/** Runs `act` while no other holder has this name, or after `patienceMs` in any case. */
export async function alone<T>(name: string, store: Store, act: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  // Only in secure contexts, and not in sandboxed frames.
  const locks = typeof navigator === "undefined" ? undefined : (navigator.locks as LockManager | undefined);
  if (!locks) return withStore(name, store, act, patienceMs);
  let entered: Promise<T> | null = null;
  const enter = (): Promise<T> => (entered ??= act());
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), patienceMs);
  try {
    const atOnce = await locks.request(name, { ifAvailable: true }, async (lock) => (lock ? { result: await enter() } : null));
    if (atOnce) return atOnce.result;
    return await locks.request(name, { signal: patience.signal }, async () => {
      clearTimeout(timer);
      // Another tab's stored data arrives a moment after its lock.
      await pause(SETTLE_MS);
      return enter();
    });
  } catch {
    return enter();
  } finally {
    clearTimeout(timer);
  }
}

async function withStore<T>(name: string, store: Store, act: () => Promise<T>, patienceMs: number): Promise<T> {
  const own = Math.random().toString(36).slice(2);
  const end = Date.now() + patienceMs;
  const renew = (): void => store.setItem(name, `${own} ${Date.now()}`);
  while (Date.now() < end) {
    const [, since = "0"] = (store.getItem(name) ?? "").split(" ");
    if (Date.now() - Number(since) > GONE_MS) {
      renew();
      // Of two concurrent writers, one finds the other's name.
      await pause(LOOK_MS);
      if (store.getItem(name)?.startsWith(`${own} `)) break;
    }
    await pause(LOOK_MS);
  }
  const renewing = setInterval(renew, GONE_MS / 4);
  try {
    return await act();
  } finally {
    clearInterval(renewing);
    if (store.getItem(name)?.startsWith(`${own} `)) store.removeItem(name);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
