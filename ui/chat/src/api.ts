// The hub's HTTP side. Owns addresses, headers and the sorting of failures into the three kinds a caller can act on.
import type { Env } from "./env";
import type { Accepted, EntryPage, Media, Message, OpenedSession } from "./wire";

export type Failure =
  /** No answer, or the hub itself is in trouble: try again later. */
  | { kind: "unreachable" }
  /** The hub asked us to slow down. */
  | { kind: "busy"; retryAfterMs: number }
  /** The hub understood and said no: the same request will fail again. */
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
  /** A token signed by the site, saying who its visitor is. */
  identity: string | null;
}

export interface OpenRequest extends Omit<SessionOptions, "hub"> {
  resume: string | null;
}

/** The hub has forgotten or closed the session; a new one must be opened. */
export const SESSION_UNKNOWN = "chat.session_unknown";

const ANSWER_MS = 20_000;
const UPLOAD_MS = 120_000;

export class HubApi {
  constructor(
    readonly hub: string,
    private readonly env: Env,
  ) {}

  open(request: OpenRequest): Promise<OpenedSession> {
    // Absent rather than null: the hub takes a null for something it should have understood.
    const present = Object.entries(request).filter(([, value]) => value !== null);
    return this.call("sessions", { method: "POST", headers: json(), body: JSON.stringify(Object.fromEntries(present)) });
  }

  entries(token: string, after: number): Promise<EntryPage> {
    return this.call(`entries?after=${after}&limit=500`, { headers: bearer(token) });
  }

  send(token: string, message: Message): Promise<Accepted> {
    return this.call("messages", {
      method: "POST",
      headers: { ...json(), ...bearer(token) },
      body: JSON.stringify(message),
    });
  }

  upload(token: string, name: string, file: Blob): Promise<Media> {
    const path = `media?name=${encodeURIComponent(name)}`;
    const headers = { "content-type": file.type, ...bearer(token) };
    return this.call(path, { method: "POST", headers, body: file }, UPLOAD_MS);
  }

  mediaUrl(token: string, id: string): string {
    return this.address(`media/${encodeURIComponent(id)}?token=${encodeURIComponent(token)}`);
  }

  liveUrl(): string {
    return this.address("live").replace(/^http/, "ws");
  }

  private address(path: string): string {
    return `${this.hub}/chat/v1/${path}`;
  }

  private async call<T>(path: string, init: RequestInit, limitMs = ANSWER_MS): Promise<T> {
    const abort = new AbortController();
    const cancel = this.env.after(limitMs, () => abort.abort());
    try {
      const request: RequestInit = { ...init, signal: abort.signal, credentials: "omit", cache: "no-store" };
      const response = await this.env.fetch(this.address(path), request);
      if (!response.ok) throw new HubError(await failureOf(response));
      return (await response.json()) as T;
    } catch (error) {
      throw error instanceof HubError ? error : new HubError({ kind: "unreachable" });
    } finally {
      cancel();
    }
  }
}

async function failureOf(response: Response): Promise<Failure> {
  const { status } = response;
  if (status === 429) {
    const seconds = Number(response.headers.get("retry-after"));
    return { kind: "busy", retryAfterMs: Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : 3_000 };
  }
  if (status >= 500 || status === 408 || status === 425) return { kind: "unreachable" };
  const problem = (await response.json().catch(() => ({}))) as { code?: unknown; detail?: unknown; title?: unknown };
  const detail = [problem.detail, problem.title].find((text) => typeof text === "string");
  return {
    kind: "refused",
    status,
    code: typeof problem.code === "string" ? problem.code : `http.${status}`,
    detail: typeof detail === "string" ? detail : "",
  };
}

function json(): Record<string, string> {
  return { "content-type": "application/json" };
}

function bearer(token: string): Record<string, string> {
  return { authorization: `Bearer ${token}` };
}
