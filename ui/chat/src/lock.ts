// One at a time, over all tabs and elements of a site: two that come at the very first moment must not begin two sessions.
import type { Store } from "./env";

/** How long somebody else is waited for; after that two sessions are better than none. */
const PATIENCE_MS = 5_000;
const LOOK_MS = 60;

/** Runs `act` while nobody else does under this name. */
export async function alone<T>(name: string, store: Store, act: () => Promise<T>): Promise<T> {
  // Only in secure contexts, and not in sandboxed frames.
  const locks = typeof navigator === "undefined" ? undefined : (navigator.locks as LockManager | undefined);
  if (!locks) return withStore(name, store, act);
  const entered: { result: Promise<T> | null } = { result: null };
  const enter = (): Promise<T> => (entered.result ??= act());
  const patience = new AbortController();
  const timer = setTimeout(() => patience.abort(), PATIENCE_MS);
  try {
    return await locks.request(name, { signal: patience.signal }, () => {
      clearTimeout(timer);
      return enter();
    });
  } catch {
    return enter();
  } finally {
    clearTimeout(timer);
  }
}

async function withStore<T>(name: string, store: Store, act: () => Promise<T>): Promise<T> {
  const own = Math.random().toString(36).slice(2);
  const end = Date.now() + PATIENCE_MS;
  while (Date.now() < end) {
    const [, since = "0"] = (store.getItem(name) ?? "").split(" ");
    if (Date.now() - Number(since) > PATIENCE_MS) {
      store.setItem(name, `${own} ${Date.now()}`);
      // Of two who write at once, one finds the other's name.
      await pause();
      if (store.getItem(name)?.startsWith(`${own} `)) break;
    }
    await pause();
  }
  try {
    return await act();
  } finally {
    if (store.getItem(name)?.startsWith(`${own} `)) store.removeItem(name);
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, LOOK_MS));
}
