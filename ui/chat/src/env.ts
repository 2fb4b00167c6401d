// The element's only access to the world: network, storage, clock, randomness. Everything below the view takes an
// `Env`, so that tests can control the clock and cut the network.
import { alone } from "./lock";

export interface SocketLike {
  onopen: ((event: Event) => void) | null;
  onmessage: ((event: MessageEvent) => void) | null;
  onclose: ((event: CloseEvent) => void) | null;
  onerror: ((event: Event) => void) | null;
  send(data: string): void;
  close(): void;
}

export interface Store {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

export interface UploadInit {
  headers: Record<string, string>;
  body: Blob;
  withCookies: boolean;
  signal: AbortSignal;
  progress(bytes: number): void;
}

export interface Env {
  fetch(url: string, init: RequestInit): Promise<Response>;
  /** Uploads a file for as long as bytes flow, with progress. Without it, `fetch` is used. */
  upload?(url: string, init: UploadInit): Promise<Response>;
  socket(url: string): SocketLike;
  /** Stored in the browser. */
  store: Store;
  /** Stored for this visit in this tab. */
  tab: Store;
  /** Runs `act` while no other tab or element runs under this name, or after `patienceMs` in any case. */
  alone<T>(name: string, act: () => Promise<T>, patienceMs?: number): Promise<T>;
  /** A part of the chat that is fetched when it is needed. */
  part(url: string): Promise<typeof import("./review")>;
  now(): number;
  /** Uniform in [0, 1). */
  random(): number;
  /** Runs `act` once after `ms`; the returned function cancels it. */
  after(ms: number, act: () => void): () => void;
}

export function browserEnv(): Env {
  return {
    fetch: (url, init) => fetch(url, init),
    upload,
    socket: (url) => new WebSocket(url),
    store: browserStores.local,
    tab: browserStores.session,
    alone,
    part: (url) => import(/* @vite-ignore */ url) as Promise<typeof import("./review")>,
    now: () => Date.now(),
    random: () => Math.random(),
    after: (ms, act) => {
      const timer = setTimeout(act, ms);
      return () => clearTimeout(timer);
    },
  };
}

// Only XMLHttpRequest reports upload progress.
function upload(url: string, { headers, body, withCookies, signal, progress }: UploadInit): Promise<Response> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open("POST", url);
    for (const [name, value] of Object.entries(headers)) request.setRequestHeader(name, value);
    request.withCredentials = withCookies;
    request.upload.onprogress = (event) => progress(event.loaded);
    const lost = (): void => reject(new TypeError("network"));
    request.onerror = lost;
    request.onabort = lost;
    request.onload = () => {
      const answer = new Headers();
      for (const name of ["content-type", "retry-after"]) {
        const value = request.getResponseHeader(name);
        if (value !== null) answer.set(name, value);
      }
      resolve(new Response(request.responseText, { status: request.status, headers: answer }));
    };
    if (signal.aborted) return lost();
    signal.addEventListener("abort", () => request.abort());
    request.send(body);
  });
}

// Sandboxed frames and strict privacy modes throw on any access to localStorage; full disks throw on writing. The chat
// must still work there, with less memory.
export function guardedStore(inner: Store | null): Store {
  const kept = new Map<string, string>();
  const attempt = <T>(act: (store: Store) => T, otherwise: T): T => {
    if (!inner) return otherwise;
    try {
      return act(inner);
    } catch {
      return otherwise;
    }
  };
  return {
    getItem: (key) => kept.get(key) ?? attempt((store) => store.getItem(key), null),
    setItem: (key, value) => {
      const stored = attempt((store) => (store.setItem(key, value), true), false);
      if (stored) kept.delete(key);
      else kept.set(key, value);
    },
    removeItem: (key) => {
      kept.delete(key);
      attempt((store) => store.removeItem(key), undefined);
    },
  };
}

// Shared by all elements of a page: without storage they still share what they remember.
const browserStores = {
  local: guarded(() => window.localStorage),
  session: guarded(() => window.sessionStorage),
};

function guarded(storage: () => Store): Store {
  try {
    return guardedStore(storage());
  } catch {
    return guardedStore(null);
  }
}

/** UUIDv7: sortable by millisecond, otherwise random. */
export function uuidv7(nowMs: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  let rest = nowMs;
  for (let at = 5; at >= 0; at -= 1) {
    bytes[at] = rest % 256;
    rest = Math.floor(rest / 256);
  }
  bytes[6] = ((bytes[6] ?? 0) & 0x0f) | 0x70;
  bytes[8] = ((bytes[8] ?? 0) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

/** Exponential with jitter: half of the step is fixed, half random, so that a restarted hub is not hit by a wave. */
export function backoffMs(attempt: number, random: number, capMs = 30_000): number {
  const step = Math.min(capMs, 500 * 2 ** Math.min(attempt, 16));
  return Math.round(step / 2 + (step / 2) * random);
}
