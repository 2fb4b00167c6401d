// For tests only: a manual clock, and an in-memory hub that can be cut off, slowed down, or made to forget.
import type { Env, SocketLike } from "./env";
import ar from "./texts/ar.json";
import de from "./texts/de.json";
import type { Accepted, Conversation, Entry, Message, ServerFrame } from "./wire";

export class Clock {
  nowMs = Date.parse("2026-03-04T10:00:00Z");
  private timers: { atMs: number; act: () => void }[] = [];

  after(ms: number, act: () => void): () => void {
    const timer = { atMs: this.nowMs + ms, act };
    this.timers.push(timer);
    return () => (this.timers = this.timers.filter((other) => other !== timer));
  }

  /** Moves on and runs what is due, letting promises settle in between. */
  async advance(ms: number): Promise<void> {
    const end = this.nowMs + ms;
    await settle();
    for (;;) {
      const due = this.timers.filter(({ atMs }) => atMs <= end).sort((a, b) => a.atMs - b.atMs)[0];
      if (!due) break;
      this.nowMs = Math.max(this.nowMs, due.atMs);
      this.timers = this.timers.filter((other) => other !== due);
      due.act();
      await settle();
    }
    this.nowMs = end;
  }
}

export async function settle(): Promise<void> {
  for (let turn = 0; turn < 400; turn += 1) await Promise.resolve();
}

export class MapStore {
  readonly kept = new Map<string, string>();
  getItem = (key: string): string | null => this.kept.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.kept.set(key, value);
  removeItem = (key: string): void => void this.kept.delete(key);
}

const BRAND = { id: "northwind", name: "Northwind", greeting: "Hello!", accent: "#17627f" };

/** Reviews can be answered while the tests run. */
export const UNTIL = "2999-01-01T00:00:00Z";

type Refuse = (path: string, body: unknown) => { status: number; code: string; detail?: string; retryAfter?: string } | null;

export class FakeHub {
  isUp = true;
  /** Uploads wait for this. */
  uploads: Promise<void> = Promise.resolve();
  socketsWork = true;
  /** A relay keeps sockets open and lets nothing through. */
  swallows = false;
  /** The hub takes the message, but its answer is lost. */
  losesAnswers = false;
  refuse: Refuse = () => null;
  /** A proxy that answers in the hub's place. */
  between: ((path: string) => Response | null) | null = null;
  tokens = new Set<string>();
  conversation: Conversation | null = null;
  entries: Entry[] = [];
  /** Every message request that arrived, in order, repeats included. */
  readonly arrived: Message[] = [];
  readonly frames: { type: string; [key: string]: unknown }[] = [];
  readonly requests: string[] = [];
  /** Every answer to a request for a review that arrived. */
  readonly reviews: { score: number; comment?: string }[] = [];
  /** Every time that a request for a review was declined. */
  readonly declined: { never: boolean }[] = [];
  readonly opened: Record<string, unknown>[] = [];
  sockets: FakeSocket[] = [];
  pageSize = 500;
  /** The next message starts a new conversation. */
  wantsNew = false;
  private readonly accepted = new Map<string, Accepted>();
  private serial = 0;

  env(clock: Clock, store = new MapStore()): Env {
    return {
      fetch: (url, init) => this.fetch(url, init),
      socket: () => new FakeSocket(this, clock),
      store,
      tab: new MapStore(),
      alone: (name, act) => this.alone(name, act),
      part: () => import("./review"),
      now: () => clock.nowMs,
      random: () => 0.5,
      after: (ms, act) => clock.after(ms, act),
    };
  }

  /** Frames are of the current conversation unless they name another. */
  cast(frame: { type: ServerFrame["type"]; [field: string]: unknown }): void {
    const conversation = this.conversation?.id;
    for (const socket of this.sockets) socket.hear({ conversation, ...frame } as unknown as ServerFrame);
  }

  /** Another author's turn; `skip` leaves out internal positions. */
  say(entry: Partial<Entry>, skip = 0): Entry {
    const full = this.append(entry, skip);
    this.cast({ type: "entry", entry: full });
    return full;
  }

  append(entry: Partial<Entry>, skip = 0): Entry {
    this.conversation ??= { id: `conversation-${(this.serial += 1)}`, status: "in_progress", position: 0 };
    this.conversation.position += 1 + skip;
    const { position } = this.conversation;
    const full: Entry = { conversation: this.conversation.id, position, id: `turn-${(this.serial += 1)}`, time: "2026-03-04T10:00:00Z", from: "agent", name: "Maya", kind: "text", text: "", ...entry };
    this.entries.push(full);
    return full;
  }

  newConversation(): void {
    this.wantsNew = false;
    this.conversation = { id: `conversation-${(this.serial += 1)}`, status: "in_progress", position: 0 };
    this.entries = [];
  }

  cut(): void {
    this.isUp = false;
    for (const socket of [...this.sockets]) socket.drop();
  }

  /** Shared by all tabs of a browser. */
  private readonly locks = new Map<string, Promise<unknown>>();
  private alone<T>(name: string, act: () => Promise<T>): Promise<T> {
    const entered = (this.locks.get(name) ?? Promise.resolve()).then(act, act);
    this.locks.set(name, entered);
    return entered;
  }

  private async fetch(url: string, init: RequestInit): Promise<Response> {
    await Promise.resolve();
    if (!this.isUp) throw new TypeError("network");
    const { pathname, searchParams } = new URL(url);
    const path = pathname.replace("/chat/v1/", "");
    this.requests.push(path);
    if (path === "/chat/texts/ar.json") return Response.json(ar);
    if (path === "/chat/texts/de.json") return Response.json(de);
    const body: unknown = typeof init.body === "string" ? JSON.parse(init.body) : init.body;
    const foreign = this.between?.(path);
    if (foreign) return foreign;
    const no = this.refuse(path, body);
    if (no) return problem(no.status, no.code, no.detail, no.retryAfter);
    if (path.startsWith("brands/")) return Response.json(BRAND);
    if (path === "sessions") return this.openSession(body as Record<string, unknown>);
    const token = new Headers(init.headers).get("authorization")?.replace("Bearer ", "") ?? "";
    if (!this.tokens.has(token)) return problem(401, "chat.session_unknown");
    if (path === "entries") {
      const later = this.after(searchParams.get("conversation"), Number(searchParams.get("after")));
      const entries = later.slice(0, this.pageSize);
      const upTo = entries.at(-1)?.position ?? this.conversation?.position ?? 0;
      return Response.json({ conversation: this.conversation, entries, more: later.length > this.pageSize, upTo });
    }
    if (path === "media") await Promise.race([this.uploads, aborted(init.signal)]);
    if (path === "media") return Response.json({ id: `media-${(this.serial += 1)}`, name: searchParams.get("name"), contentType: "", bytes: 1 });
    if (path.startsWith("reviews/")) {
      const [, id, isDeclined] = path.split("/");
      if (isDeclined) {
        this.declined.push(body as { never: boolean });
        return Response.json({ id, until: UNTIL, declined: true });
      }
      this.reviews.push(body as { score: number; comment?: string });
      return Response.json({ id, until: UNTIL, ...(body as object) });
    }
    return this.message(body as Message);
  }

  /** The entries that a page at this conversation and position lacks. */
  after(conversation: string | null, position: number): Entry[] {
    const isOther = conversation !== null && conversation !== this.conversation?.id;
    return this.entries.filter((entry) => isOther || entry.position > position);
  }

  private openSession(body: Record<string, unknown>): Response {
    this.opened.push(body);
    const { resume } = body;
    if (typeof resume === "string" && !this.tokens.has(resume)) return problem(401, "chat.session_unknown");
    const token = typeof resume === "string" ? resume : `token-${(this.serial += 1)}`;
    this.tokens.add(token);
    return Response.json({ token, brand: BRAND, conversation: this.conversation });
  }

  private message(message: Message): Response {
    this.arrived.push(message);
    let accepted = this.accepted.get(message.id);
    if (!accepted) {
      if (this.wantsNew) this.newConversation();
      const kind = message.answer ? "answer" : message.media ? "attachment" : "text";
      const entry = this.append({ id: message.id, from: "customer", name: null, kind, text: message.text ?? "" });
      accepted = { id: message.id, conversation: entry.conversation, position: entry.position };
      this.accepted.set(message.id, accepted);
    }
    if (this.losesAnswers) throw new TypeError("network");
    return Response.json(accepted);
  }
}

class FakeSocket implements SocketLike {
  onopen: SocketLike["onopen"] = null;
  onmessage: SocketLike["onmessage"] = null;
  onclose: SocketLike["onclose"] = null;
  onerror: SocketLike["onerror"] = null;

  constructor(
    private readonly hub: FakeHub,
    private readonly clock: Clock,
  ) {
    queueMicrotask(() => {
      if (!hub.isUp || !hub.socketsWork) return this.drop();
      if (hub.swallows) return;
      this.onopen?.(new Event("open"));
    });
  }

  send(data: string): void {
    if (this.hub.swallows) return;
    const frame = JSON.parse(data) as { type: string; conversation?: string; after?: number };
    this.hub.frames.push(frame);
    if (frame.type === "hello") {
      this.hub.sockets.push(this);
      this.hear({ type: "ready", conversation: this.hub.conversation });
      this.beat();
      for (const entry of this.hub.after(frame.conversation ?? null, frame.after ?? 0)) this.hear({ type: "entry", entry });
    } else if (frame.type === "new") {
      this.hub.wantsNew = true;
      this.hear({ type: "ready", conversation: null });
    }
  }

  private beat(): void {
    this.clock.after(10_000, () => {
      if (!this.hub.sockets.includes(this)) return;
      this.hear({ type: "alive" });
      this.beat();
    });
  }

  close(): void {
    this.hub.sockets = this.hub.sockets.filter((other) => other !== this);
  }

  drop(): void {
    this.close();
    this.onclose?.(new CloseEvent("close"));
  }

  hear(frame: ServerFrame): void {
    if (this.hub.swallows) return;
    // A copy, as on a real wire, so that nothing shares the hub's own objects.
    this.onmessage?.(new MessageEvent("message", { data: JSON.stringify(frame) }));
  }
}

function aborted(signal: AbortSignal | null | undefined): Promise<never> {
  return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(new TypeError("aborted"))));
}

export function problem(status: number, code: string, detail = "", retryAfter?: string): Response {
  const headers = { "content-type": "application/problem+json", ...(retryAfter === undefined ? {} : { "retry-after": retryAfter }) };
  return Response.json({ type: "about:blank", title: code, status, code, detail }, { status, headers });
}
