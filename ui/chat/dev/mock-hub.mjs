// An in-memory hub for the web chat, to view the element without the real hub: `node ui/chat/dev/mock-hub.mjs`. It
// sends the hub's security headers, so whatever the policy forbids also fails here. Never used in production.
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { WebSocketServer } from "ws";

const at = (path) => new URL(path, import.meta.url);
const FILES = {
  "/": ["text/html; charset=utf-8", at("../../../examples/page/index.html")],
  "/page.css": ["text/css", at("../../../examples/page/page.css")],
  "/chat.js": ["text/javascript", at("../../dist-chat/chat.js")],
  "/chat/review.js": ["text/javascript", at("../../dist-chat/review.js")],
};
for (const language of ["ar", "cs", "de", "es", "fr"]) {
  FILES[`/chat/texts/${language}.json`] = ["application/json", at(`../src/texts/${language}.json`)];
}
const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self' ws:; base-uri 'none'; frame-ancestors 'self'";
const CROSS_ORIGIN = [
  ["access-control-allow-origin", "*"],
  ["access-control-allow-methods", "GET, POST"],
  ["access-control-allow-headers", "authorization, content-type"],
  ["cross-origin-resource-policy", "cross-origin"],
];
const LABELS = { same: "Same price", early: "Earliest date", person: "Talk to a person" };

/** `think: false` leaves every turn to the caller (`say`, `typing`, `stage`, `complete`). */
export function mockHub({ think = true, allowed = () => true } = {}) {
  const sessions = new Map();
  const media = new Map();
  let serial = 0;
  const newId = (what) => `${what}-${(serial += 1)}`;

  const problem = (response, status, code, detail) => {
    response.writeHead(status, { "content-type": "application/problem+json" });
    response.end(JSON.stringify({ type: "about:blank", title: code, status, code, detail }));
  };
  const reply = (response, body) => {
    response.writeHead(200, { "content-type": "application/json" });
    response.end(JSON.stringify(body));
  };
  const brief = ({ conversation }) =>
    conversation && { id: conversation.id, status: conversation.status, position: conversation.entries.at(-1)?.position ?? 0 };
  const cast = (session, frame) => {
    for (const socket of session.sockets) socket.send(JSON.stringify({ conversation: session.conversation?.id, ...frame }));
  };
  const begin = (session) => (session.conversation = { id: newId("conversation"), status: "in_progress", entries: [], position: 0 });

  function append(session, entry) {
    const conversation = session.conversation ?? begin(session);
    // Skips a number now and then, as internal events do.
    conversation.position += conversation.position % 3 === 1 ? 2 : 1;
    const full = { conversation: conversation.id, position: conversation.position, id: newId("turn"), time: new Date().toISOString(), kind: "text", text: "", ...entry };
    conversation.entries.push(full);
    cast(session, { type: "entry", entry: full });
    return full;
  }

  function take(session, message) {
    const known = session.accepted.get(message.id);
    if (known) return known;
    const file = message.media ? media.get(message.media) : null;
    const kind = message.answer ? "answer" : file ? "attachment" : "text";
    const text = message.text ?? LABELS[message.answer?.choice] ?? message.answer?.choice ?? "";
    const about = file && { id: file.id, name: file.name, contentType: file.contentType, bytes: file.body.length };
    const entry = append(session, { id: message.id, from: "customer", kind, text, answer: message.answer ?? null, media: about });
    if (session.conversation.status === "completed" && !/^(thanks|bye)/i.test(text)) {
      session.conversation.status = "in_progress";
      cast(session, { type: "status", status: "in_progress" });
    }
    const accepted = { id: message.id, conversation: entry.conversation, position: entry.position };
    session.accepted.set(message.id, accepted);
    if (think) answer(session, entry);
    return accepted;
  }

  function answer(session, entry) {
    const later = (ms, act) => setTimeout(act, ms).unref();
    later(250, () => cast(session, { type: "stage", upTo: entry.position, stage: "delivered" }));
    later(700, () => cast(session, { type: "stage", upTo: entry.position, stage: "seen" }));
    later(800, () => cast(session, { type: "typing", name: null, kind: "logic", on: true }));
    later(2200, () => {
      const choices = Object.entries(LABELS).map(([id, label]) => ({ id, label }));
      const isAnswer = entry.kind === "answer";
      const text = isAnswer ? `Noted: ${entry.text}. Anything else?` : "I can help with that. What matters most?";
      append(session, { from: "logic", kind: isAnswer ? "text" : "question", text, choices: isAnswer ? [] : choices });
    });
  }

  async function route(request, response) {
    const url = new URL(request.url, "http://hub");
    // Pages of other origins use it, as with the real hub.
    for (const [name, value] of CROSS_ORIGIN) response.setHeader(name, value);
    if (request.method === "OPTIONS") return response.writeHead(204).end();
    const chunks = [];
    for await (const chunk of request) chunks.push(chunk);
    const body = Buffer.concat(chunks);
    const file = FILES[url.pathname];
    if (file) {
      response.writeHead(200, { "content-type": file[0], "content-security-policy": POLICY });
      return response.end(readFileSync(file[1]));
    }
    if (!url.pathname.startsWith("/chat/v1/")) return problem(response, 404, "http.not_found", "Nothing here.");
    const path = url.pathname.replace("/chat/v1/", "");
    if (!allowed(request)) return problem(response, 403, "chat.domain", "This chat may not be used on this page's domain.");
    const brand = { id: "northwind", name: "Northwind Travel", greeting: "Hello! Tell us where you would like to go, or what we should change.", accent: "#17627f" };
    if (path.startsWith("brands/")) return path === "brands/northwind" ? reply(response, brand) : problem(response, 404, "chat.brand_unknown", "There is no brand of this name here.");
    if (path === "sessions") {
      const { resume } = JSON.parse(body);
      if (resume && !sessions.has(resume)) return problem(response, 401, "chat.session_unknown", "This session is not known.");
      const token = resume ?? newId("token");
      if (!resume) sessions.set(token, { conversation: null, accepted: new Map(), sockets: new Set() });
      return reply(response, { token, brand, conversation: brief(sessions.get(token)) });
    }
    const asked = request.method === "GET" ? media.get(path.replace("media/", "")) : null;
    if (asked) {
      response.writeHead(200, { "content-type": asked.contentType });
      return response.end(asked.body);
    }
    const token = request.headers.authorization?.replace("Bearer ", "");
    const session = sessions.get(token);
    if (!session) return problem(response, 401, "chat.session_unknown", "This session is not known.");
    if (path === "entries") {
      const after = Number(url.searchParams.get("after"));
      const entries = session.conversation?.entries.filter((entry) => entry.position > after) ?? [];
      return reply(response, { conversation: brief(session), entries: entries.slice(0, 500), more: entries.length > 500, upTo: entries.slice(0, 500).at(-1)?.position ?? after });
    }
    if (path.startsWith("reviews/")) {
      const given = JSON.parse(body);
      const [, id, isDeclined] = path.split("/");
      if (isDeclined) return reply(response, { id, until: "2999-01-01T00:00:00Z", declined: true });
      (session.reviews ??= []).push(given);
      return reply(response, { id, until: "2999-01-01T00:00:00Z", ...given });
    }
    if (path === "messages") return reply(response, take(session, JSON.parse(body)));
    if (path === "media") {
      const stored = { id: newId("media"), name: url.searchParams.get("name"), contentType: request.headers["content-type"], body };
      media.set(stored.id, stored);
      return reply(response, { id: stored.id, name: stored.name, contentType: stored.contentType, bytes: body.length });
    }
    return problem(response, 404, "http.not_found", "Nothing here.");
  }

  const server = createServer((request, response) => void route(request, response));
  const live = new WebSocketServer({ server, path: "/chat/v1/live" });
  live.on("connection", (socket) => {
    let session = null;
    socket.on("close", () => session?.sockets.delete(socket));
    socket.on("message", (data) => {
      const frame = JSON.parse(data);
      if (frame.type === "hello") {
        session = sessions.get(frame.token);
        if (!session) return socket.send(JSON.stringify({ type: "error", code: "chat.session_unknown", message: "This session is not known." }));
        session.sockets.add(socket);
        socket.send(JSON.stringify({ type: "ready", conversation: brief(session) }));
        for (const entry of session.conversation?.entries ?? []) {
          if (entry.position > frame.after) socket.send(JSON.stringify({ type: "entry", entry }));
        }
      } else if (frame.type === "message") {
        socket.send(JSON.stringify({ type: "accepted", ...take(session, frame) }));
      } else if (frame.type === "new") {
        begin(session);
        cast(session, { type: "ready", conversation: brief(session) });
      } else (session.heard ??= []).push(frame);
    });
  });
  const each = (act) => [...sessions.values()].forEach(act);
  const keep = (name, contentType, body) => {
    const stored = { id: newId("media"), name, contentType, body };
    media.set(stored.id, stored);
    return { id: stored.id, name, contentType, bytes: body.length };
  };
  return {
    server,
    keep,
    sessions,
    say: (entry) => each((session) => append(session, entry)),
    typing: (name, kind, on) => each((session) => cast(session, { type: "typing", name, kind, on })),
    stage: (stage) => each((session) => cast(session, { type: "stage", upTo: session.conversation?.position ?? 0, stage })),
    complete: () =>
      each((session) => {
        if (session.conversation) session.conversation.status = "completed";
        cast(session, { type: "status", status: "completed" });
      }),
    cut: () => each((session) => session.sockets.forEach((socket) => socket.terminate())),
  };
}

if (process.argv[1] === at("./mock-hub.mjs").pathname) {
  const port = Number(process.env.PORT ?? 7710);
  mockHub().server.listen(port, "127.0.0.1", () => console.log(`http://127.0.0.1:${port}/`));
}
