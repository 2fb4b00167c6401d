// The hub's HTTP API. Owns addresses, headers, and the classification of failures into those a caller can act on.
import type { Env } from "./env";
import type { Accepted, Brand, ClientFrame, EntryPage, From, Known, Media, Message, OpenedSession, Review } from "./wire";

export type Failure =
  /** No answer, an answer from a proxy, or a hub in trouble: retry later. */
  | { kind: "unreachable" }
  /** The hub asks to slow down. */
  | { kind: "busy"; retryAfterMs: number }
  /** A proxy refuses this size. */
  | { kind: "too_large" }
  /** The hub refused: the same request will fail again. */
  | { kind: "refused"; status: number; code: string; detail: string };

export class HubError extends Error {
  constructor(readonly failure: Failure) {
    super(failure.kind === "refused" ? failure.code : failure.kind);
  }
}

export interface SessionOptions {
  hub: string;
  brand: string;
  language: string;
  /** A token signed by the site that identifies its visitor. */
  identity: string | null;
}

/** The session is unknown or closed; open a new one. */
export const SESSION_UNKNOWN = "chat.session_unknown";

/** The hub rejects the page's token. */
export const IDENTITY_INVALID = "chat.identity_invalid";

/** Observes one upload. */
export interface Watch {
  signal: AbortSignal;
  progress(bytes: number): void;
}

/** The hub's API for one kind of visitor. */
export interface Door {
  /** The visitor's role. */
  readonly self: From;
  /** How the chat looks, if the page may show it. Starts nothing. */
  look?(): Promise<Brand>;
  open(resume: string | null): Promise<OpenedSession>;
  entries(token: string, known: Known): Promise<EntryPage>;
  send(token: string, message: Message): Promise<Accepted>;
  upload(token: string, name: string, file: Blob, watch: Watch): Promise<Media>;
  /** Answers a request for a review or changes the answer (its id), or declines it (`ID/decline`). */
  review?(token: string, path: string, answer: object): Promise<Review>;
  /** Where to fetch a file; `right` comes from its entry. */
  mediaUrl(id: string, right: string | null): string | null;
  liveUrl(): string;
  hello(token: string, known: Known): ClientFrame;
}

const ANSWER_MS = 20_000;
/** Maximum pause of an upload. */
const STILL_MS = 60_000;

export class HubApi implements Door {
  readonly self = "customer";

  constructor(
    private readonly options: SessionOptions,
    private readonly env: Env,
  ) {}

  look(): Promise<Brand> {
    // Without custom headers the browser sends no preflight, and serves a fresh answer from its cache.
    const path = `brands/${encodeURIComponent(this.options.brand)}`;
    return call(this.env, this.address(path), { credentials: "omit", cache: "default" });
  }

  open(resume: string | null): Promise<OpenedSession> {
    const { brand, language, identity } = this.options;
    // Omitted rather than null: the hub refuses null here.
    const present = Object.entries({ brand, language, identity, resume }).filter(([, value]) => value !== null);
    return this.call("sessions", { method: "POST", headers: json(), body: JSON.stringify(Object.fromEntries(present)) });
  }

  entries(token: string, known: Known): Promise<EntryPage> {
    return this.call(entriesPath(known), { headers: bearer(token) });
  }

  send(token: string, message: Message): Promise<Accepted> {
    return this.call("messages", {
      method: "POST",
      headers: { ...json(), ...bearer(token) },
      body: JSON.stringify(message),
    });
  }

  review(token: string, path: string, answer: object): Promise<Review> {
    return this.call(`reviews/${path}`, { method: "POST", headers: { ...json(), ...bearer(token) }, body: JSON.stringify(answer) });
  }

  upload(token: string, name: string, file: Blob, watch: Watch): Promise<Media> {
    const path = `media?name=${encodeURIComponent(name)}`;
    return upload(this.env, this.address(path), file, bearer(token), false, watch);
  }

  mediaUrl(id: string, right: string | null): string | null {
    return right === null ? null : this.address(`media/${encodeURIComponent(id)}?t=${encodeURIComponent(right)}`);
  }

  liveUrl(): string {
    return this.address("live").replace(/^http/, "ws");
  }

  hello(token: string, known: Known): ClientFrame {
    return { type: "hello", token, ...named(known) };
  }

  private address(path: string): string {
    return `${this.options.hub}/chat/v1/${path}`;
  }

  private call<T>(path: string, init: RequestInit): Promise<T> {
    return call(this.env, this.address(path), { ...init, credentials: "omit" });
  }
}

/** The part of a conversation that is not loaded yet. */
export function entriesPath(known: Known): string {
  const { conversation, after } = named(known);
  return `entries?${conversation === undefined ? "" : `conversation=${conversation}&`}after=${after}&limit=500`;
}

/** Omitted rather than null, as the hub expects. */
export function named({ conversation, after }: Known): { conversation?: string; after: number } {
  return conversation === null ? { after } : { conversation, after };
}

/** One request with a time limit. */
export async function call<T>(env: Env, url: string, init: RequestInit, limitMs = ANSWER_MS): Promise<T> {
  const abort = new AbortController();
  const cancel = env.after(limitMs, () => abort.abort());
  try {
    const response = await env.fetch(url, { cache: "no-store", ...init, signal: abort.signal });
    if (!response.ok) throw new HubError(await failureOf(response));
    if (response.status === 204) return undefined as T;
    // A captive portal answers 200 to everything.
    if (!isOf(response, "application/json")) throw new HubError({ kind: "unreachable" });
    return (await response.json()) as T;
  } catch (error) {
    throw error instanceof HubError ? error : new HubError({ kind: "unreachable" });
  } finally {
    cancel();
  }
}

/** One file, uploaded for as long as bytes flow. */
export async function upload(
  env: Env,
  url: string,
  file: Blob,
  headers: Record<string, string>,
  withCookies: boolean,
  watch: Watch,
): Promise<Media> {
  const abort = new AbortController();
  const stop = (): void => abort.abort();
  let cancel = env.after(STILL_MS, stop);
  watch.signal.addEventListener("abort", stop);
  const progress = (bytes: number): void => {
    cancel();
    cancel = env.after(STILL_MS, stop);
    watch.progress(bytes);
  };
  const all = { "content-type": file.type || "application/octet-stream", ...headers };
  const { signal } = abort;
  const init: RequestInit = { method: "POST", headers: all, body: file, credentials: withCookies ? "same-origin" : "omit", signal, cache: "no-store" };
  try {
    const sending = env.upload ? env.upload(url, { headers: all, body: file, withCookies, signal, progress }) : env.fetch(url, init);
    const response = await sending;
    if (!response.ok) throw new HubError(await failureOf(response));
    if (!isOf(response, "application/json")) throw new HubError({ kind: "unreachable" });
    return (await response.json()) as Media;
  } catch (error) {
    throw error instanceof HubError ? error : new HubError({ kind: "unreachable" });
  } finally {
    cancel();
    watch.signal.removeEventListener("abort", stop);
  }
}

/** Waiting does not help: the message is clear, and the sender may retry. */
const FINAL = new Set(["media.quota", "media.disk"]);

/**
 * Only the hub's own problem document is a refusal. Any other 403 or 404 comes from something in between and is
 * temporary.
 */
async function failureOf(response: Response): Promise<Failure> {
  const { status } = response;
  const problem = isOf(response, "application/problem+json") ? await problemOf(response) : null;
  const retryAfterMs = secondsOf(problem?.retryAfter ?? response.headers.get("retry-after")) * 1000;
  const isFinal = problem !== null && FINAL.has(problem.code);
  if (!isFinal && (status === 429 || (status === 503 && retryAfterMs > 0))) return { kind: "busy", retryAfterMs: retryAfterMs || 3_000 };
  if (status === 413 && !problem) return { kind: "too_large" };
  if (!problem || (!isFinal && (status >= 500 || status === 408 || status === 425))) return { kind: "unreachable" };
  return { kind: "refused", status, code: problem.code, detail: typeof problem.detail === "string" ? problem.detail : "" };
}

interface Problem {
  code: string;
  detail?: unknown;
  retryAfter?: unknown;
}

async function problemOf(response: Response): Promise<Problem | null> {
  const problem = (await response.json().catch(() => null)) as Partial<Problem> | null;
  return typeof problem?.code === "string" && /^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+$/.test(problem.code) ? (problem as Problem) : null;
}

function secondsOf(value: unknown): number {
  const seconds = Number(value ?? 0);
  return Number.isFinite(seconds) ? Math.min(Math.max(seconds, 0), 600) : 0;
}

function isOf(response: Response, type: string): boolean {
  return (response.headers.get("content-type") ?? "").toLowerCase().startsWith(type);
}

export function json(): Record<string, string> {
  return { "content-type": "application/json" };
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
