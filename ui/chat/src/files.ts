// Files that wait for upload. They are too big for localStorage, so they are in IndexedDB, or in memory without it.

export interface Files {
  put(id: string, file: Blob): Promise<void>;
  get(id: string): Promise<Blob | null>;
  drop(id: string): void;
  /** Immediately, if this page still has it; for thumbnails. */
  held(id: string): Blob | null;
}

export function memoryFiles(): Files {
  const held = new Map<string, Blob>();
  return {
    put: (id, file) => {
      held.set(id, file);
      return Promise.resolve();
    },
    get: (id) => Promise.resolve(held.get(id) ?? null),
    drop: (id) => void held.delete(id),
    held: (id) => held.get(id) ?? null,
  };
}

export function browserFiles(name: string): Files {
  const memory = memoryFiles();
  const database = openDatabase(name);
  return {
    put: async (id, file) => {
      await memory.put(id, file);
      await act(database, "readwrite", (files) => files.put(file, id));
    },
    get: async (id) => {
      const held = await memory.get(id);
      if (held) return held;
      const kept = await act(database, "readonly", (files) => files.get(id));
      return kept instanceof Blob ? kept : null;
    },
    drop: (id) => {
      void act(database, "readwrite", (files) => files.delete(id));
    },
    held: memory.held,
  };
}

const TABLE = "files";

function openDatabase(name: string): Promise<IDBDatabase | null> {
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open(name, 1);
      request.onupgradeneeded = () => request.result.createObjectStore(TABLE);
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
}

async function act(
  opening: Promise<IDBDatabase | null>,
  mode: IDBTransactionMode,
  ask: (files: IDBObjectStore) => IDBRequest,
): Promise<unknown> {
  const database = await opening;
  if (!database) return null;
  return new Promise((resolve) => {
    try {
      const request = ask(database.transaction(TABLE, mode).objectStore(TABLE));
      request.onsuccess = () => resolve(request.result);
      request.onerror = () => resolve(null);
    } catch {
      resolve(null);
    }
  });
}
