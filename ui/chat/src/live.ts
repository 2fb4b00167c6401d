// One WebSocket connection, from hello to its end. It never retries; the owner decides what an end means.
import type { Env } from "./env";
import type { ClientFrame, ServerFrame } from "./wire";

export interface LiveHooks {
  frame(frame: ServerFrame): void;
  /** Called exactly once, unless `close` was called first. */
  end(): void;
}

export interface Live {
  send(frame: ClientFrame): void;
  close(): void;
}

const READY_MS = 10_000;
/**
 * The hub sends something at least every 10 s (`CHAT_ALIVE` in `crates/hub/src/socket.rs`). A relay that swallows
 * frames closes nothing, so only silence shows that the connection is dead.
 */
const SILENT_MS = 25_000;

export function openLive(env: Env, url: string, hello: ClientFrame, hooks: LiveHooks): Live {
  const socket = env.socket(url);
  let over = false;
  const shut = (): void => {
    over = true;
    cancel();
    try {
      socket.close();
    } catch {
      // Closing an unopened socket throws in some browsers; it is closed anyway.
    }
  };
  const end = (): void => {
    if (over) return;
    shut();
    hooks.end();
  };
  // A proxy that swallows the upgrade leaves the socket connecting for minutes.
  let cancel = env.after(READY_MS, end);
  const heard = (): void => {
    cancel();
    cancel = env.after(SILENT_MS, end);
  };
  let isReady = false;
  socket.onopen = () => socket.send(JSON.stringify(hello));
  socket.onclose = end;
  socket.onerror = end;
  socket.onmessage = (event) => {
    if (over) return;
    const frame = parse(event.data);
    if (!frame) return;
    isReady ||= frame.type === "ready";
    if (isReady) heard();
    if (frame.type !== "alive") hooks.frame(frame);
  };
  return {
    send: (frame) => {
      if (over) return;
      try {
        socket.send(JSON.stringify(frame));
      } catch {
        end();
      }
    },
    close: shut,
  };
}

function parse(data: unknown): ServerFrame | null {
  if (typeof data !== "string") return null;
  try {
    const frame: unknown = JSON.parse(data);
    const known = typeof frame === "object" && frame !== null && "type" in frame;
    return known ? (frame as ServerFrame) : null;
  } catch {
    return null;
  }
}
