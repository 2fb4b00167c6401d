// A lock across all tabs and elements of a site: two that start at the same moment must not open two sessions, and a file is
// uploaded once.

/** Maximum wait for another holder; after that, two sessions are better than none. */
const PATIENCE_MS = 8_000;
/** A holder that has not renewed its row for this long is gone. */
const GONE_MS = 8_000;
const LOOK_MS = 60;
const OPENS_MS = 2_000;
/** The database and its only store. */
const ROWS = "universal-chat";
const SETTLE_MS = 200;

/** Runs `act` while no other holder has this name, or after `patienceMs` in any case. */
export async function alone<T>(name: string, act: () => Promise<T>, patienceMs = PATIENCE_MS): Promise<T> {
  // Only in secure contexts, and not in sandboxed frames.
  const locks = typeof navigator === "undefined" ? undefined : (navigator.locks as LockManager | undefined);
  if (!locks) return withRow(name, act, patienceMs);
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

// Without a lock manager: a row of a database, because the browser lets one writer after the other at it. Stored text would
// not do: it reaches other tabs at any time later.
async function withRow<T>(name: string, act: () => Promise<T>, patienceMs: number): Promise<T> {
  const own = Math.random();
  const end = Date.now() + patienceMs;
  // Some browsers never answer.
  const database = await Promise.race([opened(), pause(OPENS_MS).then(() => null)]);
  // Where nothing is stored, no tab has anything in common with another.
  if (!database) return act();
  /** Takes or leaves the lock in one transaction, unless somebody else holds it; a database that fails holds nobody up. */
  const claim = (leaves?: boolean): Promise<boolean> =>
    new Promise((resolve) => {
      try {
        let isMine = true;
        const transaction = database.transaction(ROWS, "readwrite");
        const rows = transaction.objectStore(ROWS);
        const asked = rows.get(name) as IDBRequest<Holder | undefined>;
        asked.onsuccess = () => {
          const holder = asked.result;
          isMine = !holder || holder.own === own || Date.now() - holder.since > GONE_MS;
          if (isMine && leaves) rows.delete(name);
          else if (isMine) rows.put({ own, since: Date.now() }, name);
        };
        transaction.oncomplete = transaction.onabort = () => resolve(isMine);
      } catch {
        resolve(true);
      }
    });
  let hasWaited = false;
  while (!(await claim()) && Date.now() < end) {
    hasWaited = true;
    await pause(LOOK_MS);
  }
  if (hasWaited) await pause(SETTLE_MS);
  const renewing = setInterval(() => void claim(), GONE_MS / 4);
  try {
    return await act();
  } finally {
    clearInterval(renewing);
    void claim(true).then(() => database.close());
  }
}

interface Holder {
  own: number;
  since: number;
}

function opened(): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    try {
      const opening = indexedDB.open(ROWS, 1);
      opening.onupgradeneeded = () => opening.result.createObjectStore(ROWS);
      opening.onsuccess = () => resolve(opening.result);
      opening.onerror = opening.onblocked = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}
