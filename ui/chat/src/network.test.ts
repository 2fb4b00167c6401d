// @vitest-environment happy-dom
// Carmen writes to Northwind over a network that misbehaves: nothing is lost, doubled or out of order.
import { expect, test } from "vitest";
import { FakeHub, MapStore, settle } from "./testing";
import { KEY, carmen, connected } from "./testing-carmen";

test("what was written offline is sent once and in order after the reconnect", async () => {
  const { session, hub, clock, stages, store } = await connected();
  hub.cut();
  session.sendText("one");
  session.sendText("two");
  await clock.advance(2_000);
  session.sendText("three");
  expect(stages()).toEqual(["queued", "queued", "queued"]);
  expect(JSON.parse(store.getItem(`${KEY}.outbox`) ?? "[]")).toHaveLength(3);
  hub.isUp = true;
  await clock.advance(40_000);
  expect(hub.arrived.map(({ text }) => text)).toEqual(["one", "two", "three"]);
  expect(stages()).toEqual(["sent", "sent", "sent"]);
  expect(store.getItem(`${KEY}.outbox`)).toBeNull();
});

test("the queue survives closing the page", async () => {
  const first = await connected();
  first.hub.cut();
  first.session.sendText("before the crash");
  first.session.stop();
  first.hub.isUp = true;
  const next = carmen(first.hub, first.store);
  next.session.start();
  await next.clock.advance(1_000);
  expect(next.texts()).toEqual(["before the crash"]);
  expect(next.stages()).toEqual(["sent"]);
});

test("a lost answer leads to a repeat with the same id, and to one entry", async () => {
  const { session, hub, clock, texts } = await connected();
  hub.losesAnswers = true;
  session.sendText("Did you get this?");
  await clock.advance(300);
  hub.losesAnswers = false;
  await clock.advance(60_000);
  expect(hub.arrived.length).toBeGreaterThan(1);
  expect(new Set(hub.arrived.map(({ id }) => id)).size).toBe(1);
  expect(texts()).toEqual(["Did you get this?"]);
});

test("a refused message fails visibly, holds nobody up, and can be retried or discarded", async () => {
  const { session, hub, stages, texts } = await connected();
  hub.refuse = (path, body) => {
    const isBad = path === "messages" && (body as { text?: string }).text === "bad";
    return isBad ? { status: 422, code: "chat.text_too_long", detail: "Too long." } : null;
  };
  session.sendText("bad");
  session.sendText("good");
  await settle();
  expect(stages()).toEqual(["sent", "failed"]);
  expect(session.items().at(-1)?.failure).toBe("chat.text_too_long");
  hub.refuse = () => null;
  session.retryMessage(session.items().at(-1)?.id ?? "");
  await settle();
  expect(stages()).toEqual(["sent", "sent"]);
  expect(texts()).toEqual(["good", "bad"]);
});

test("429 waits as long as the hub asks", async () => {
  const { session, hub, clock, stages } = await connected();
  hub.refuse = (path) => (path === "messages" ? { status: 429, code: "rate_limited", retryAfter: "8" } : null);
  session.sendText("patience");
  await clock.advance(7_000);
  expect(hub.requests.filter((path) => path === "messages")).toHaveLength(1);
  hub.refuse = () => null;
  await clock.advance(2_000);
  expect(stages()).toEqual(["sent"]);
});

test("an unknown session is replaced without losing unsent text", async () => {
  const { session, hub, store, stages, clock } = await connected();
  const before = store.getItem(KEY);
  hub.tokens.clear();
  session.sendText("still here");
  await clock.advance(1_000);
  expect(store.getItem(KEY)).not.toBe(before);
  expect(stages()).toEqual(["sent"]);
  expect(hub.opened.at(-1)).not.toHaveProperty("resume");
});

test("a resume that the hub does not know begins a new session", async () => {
  const store = new MapStore();
  store.setItem(KEY, "stale");
  const { session, hub } = await connected(new FakeHub(), store);
  expect(session.link.kind).toBe("live");
  expect(hub.opened).toHaveLength(2);
});

test("an accepted message that overtakes an agent's turn does not hide it", async () => {
  const { session, hub, clock, texts } = await connected();
  hub.append({ text: "on its way when the line broke" });
  session.sendText("mine");
  await settle();
  hub.cut();
  hub.isUp = true;
  await clock.advance(5_000);
  expect(texts()).toEqual(["on its way when the line broke", "mine"]);
});

test("catching up reads every page, in order, without doubles", async () => {
  const hub = new FakeHub();
  hub.pageSize = 4;
  for (let at = 1; at <= 11; at += 1) hub.append({ text: `turn ${at}` }, at % 3);
  const { texts } = await connected(hub);
  expect(texts()).toEqual(Array.from({ length: 11 }, (_, at) => `turn ${at + 1}`));
});

test("where sockets are blocked, the conversation goes on by polling and is not called offline", async () => {
  const hub = new FakeHub();
  hub.socketsWork = false;
  const { session, clock, texts, stages } = await connected(hub);
  session.sendText("Hello?");
  await clock.advance(1_000);
  hub.append({ text: "Hello!" });
  await clock.advance(6_000);
  expect(texts()).toEqual(["Hello?", "Hello!"]);
  expect(stages()).toEqual(["sent"]);
  expect(session.isOffline).toBe(false);
});

test("a chat that is refused is not shown, and comes back by itself when it is allowed", async () => {
  const hub = new FakeHub();
  hub.refuse = () => ({ status: 403, code: "chat.domain", detail: "Not on this domain." });
  const { session, clock } = carmen(hub);
  const reasons: string[] = [];
  session.refusal = (code) => reasons.push(code);
  session.start();
  await clock.advance(30_000);
  expect(session.link).toEqual({ kind: "refused", code: "chat.domain", detail: "Not on this domain." });
  expect([session.isShown, reasons, hub.requests]).toEqual([false, ["chat.domain"], ["brands/northwind"]]);
  hub.refuse = () => null;
  await clock.advance(60_000);
  expect([session.isShown, session.link.kind, hub.opened]).toEqual([true, "asleep", []]);
});

test("who was there before the refusal goes on after it, with what they wrote", async () => {
  const { session, hub, clock, stages } = await connected();
  hub.refuse = () => ({ status: 404, code: "chat.brand_unknown" });
  hub.cut();
  hub.isUp = true;
  session.sendText("Hello?");
  session.retry();
  await clock.advance(10_000);
  expect([session.isShown, stages()]).toEqual([false, ["queued"]]);
  hub.refuse = () => null;
  await clock.advance(61_000);
  expect([session.isShown, stages()]).toEqual([true, ["sent"]]);
});

test.each([
  ["a proxy's 404 in HTML", 404, "text/html", "<h1>Not Found</h1>", {}],
  ["a firewall's 403 in HTML", 403, "text/html", "<h1>Forbidden</h1>", {}],
  ["a proxy that wants a password", 401, "text/html", "Authorization Required", {}],
  ["a gateway's 502", 502, "text/html", "Bad Gateway", {}],
  ["a captive portal's 200", 200, "text/html", "<form>Accept our terms</form>", {}],
  ["a portal that answers in JSON", 403, "application/json", '{"code":"portal","detail":"Sign in."}', {}],
  ["a problem document of somebody else", 403, "application/problem+json", '{"title":"Blocked","status":403}', {}],
  ["a hub that is busy", 503, "application/problem+json", '{"code":"hub.busy","retryAfter":1}', {}],
  ["a limit of the proxy", 429, "text/html", "Too Many Requests", { "retry-after": "1" }],
  ["413 for a few words", 413, "text/html", "Request Entity Too Large", {}],
])("%s is passing: nothing is refused and nothing returned", async (_, status, type, body, more) => {
  const { session, hub, clock, stages } = await connected();
  const answer = (): Response => new Response(body, { status, headers: { "content-type": type, ...more } });
  hub.between = answer;
  session.sendText("Still there?");
  await clock.advance(3_000);
  expect(["queued", "sending"]).toContain(stages()[0]);
  expect(session.link.kind).not.toBe("refused");
  session.retry();
  await clock.advance(3_000);
  expect(["queued", "sending"]).toContain(stages()[0]);
  expect([session.link.kind, session.isShown]).toEqual(["waiting", true]);
  hub.between = null;
  await clock.advance(120_000);
  expect(stages()).toEqual(["sent"]);
});

test("a file that something in between does not let through is told, and holds up no word", async () => {
  const { session, hub, stages } = await connected();
  hub.between = (path) => (path === "media" ? new Response("Too Large", { status: 413, headers: { "content-type": "text/html" } }) : null);
  session.sendFile(new File(["x"], "photo.png", { type: "image/png" }), "");
  session.sendText("Did you get it?");
  await settle();
  expect(stages()).toEqual(["sent", "failed"]);
  expect(session.items().at(-1)?.failure).toBe("chat.too_large_here");
});

test("two elements or tabs at the very first moment begin one session", async () => {
  const first = carmen();
  const second = carmen(first.hub, first.store);
  first.session.wake();
  second.session.wake();
  await first.clock.advance(1_000);
  await second.clock.advance(1_000);
  expect(first.hub.tokens.size).toBe(1);
  expect(first.hub.opened.map(({ resume }) => resume !== undefined)).toEqual([false, true]);
  first.hub.say({ text: "To both" });
  await settle();
  expect([first.texts(), second.texts()]).toEqual([["To both"], ["To both"]]);
});

test("a tab that sleeps wakes when another one has begun", async () => {
  const first = carmen();
  const second = carmen(first.hub, first.store);
  second.session.start();
  first.session.wake();
  await settle();
  second.session.storageChanged(KEY);
  await settle();
  expect(second.session.link.kind).toBe("live");
  expect(first.hub.tokens.size).toBe(1);
});

test("reconnecting waits longer each time, and `online` ends the waiting", async () => {
  const { session, hub, clock } = await connected();
  hub.cut();
  const tries: number[] = [];
  for (let second = 0; second < 60; second += 1) {
    await clock.advance(1_000);
    tries.push(session.link.kind === "waiting" ? session.link.attempt : 0);
  }
  expect(tries.at(-1)).toBeLessThan(9);
  hub.isUp = true;
  session.wake();
  await settle();
  expect(session.link.kind).toBe("live");
});

test("a conversation that another tab began while we were away is read from its start", async () => {
  const { session, hub, clock, texts } = await connected();
  for (let at = 0; at < 5; at += 1) hub.say({ text: `old ${at}` });
  await settle();
  hub.cut();
  hub.newConversation();
  hub.append({ text: "new 0" });
  hub.isUp = true;
  await clock.advance(5_000);
  expect(texts().slice(-1)).toEqual(["new 0"]);
  expect(session.items().at(-1)?.earlier).toBe(false);
});

test("a file whose bytes are gone fails with a reason instead of blocking the line", async () => {
  const first = await connected();
  first.hub.cut();
  first.session.sendFile(new File(["x"], "photo.png", { type: "image/png" }), "");
  first.session.sendText("after it");
  first.session.stop();
  first.hub.isUp = true;
  const next = await connected(first.hub, first.store);
  expect(next.session.items().map(({ text, stage, failure }) => [text, stage, failure])).toEqual([
    ["after it", "sent", null],
    ["", "failed", "chat.file_gone"],
  ]);
});

test("words overtake a file that is slow, and the file follows", async () => {
  const { session, hub, stages } = await connected();
  let arrive = (): void => undefined;
  hub.uploads = new Promise((resolve) => (arrive = resolve));
  session.sendFile(new File(["x"], "film.mp4", { type: "video/mp4" }), "The film");
  session.sendText("It is coming");
  await settle();
  expect(hub.arrived.map(({ text }) => text)).toEqual(["It is coming"]);
  expect(session.items().find(({ text }) => text === "The film")?.uploaded).toBe(0);
  arrive();
  await settle();
  expect(hub.arrived.map(({ text }) => text)).toEqual(["It is coming", "The film"]);
  expect(stages()).toEqual(["sent", "sent"]);
});

test("an upload lasts as long as bytes flow, and begins again where they stand still", async () => {
  const { session, hub, clock, env } = await connected();
  let progress: (bytes: number) => void = () => undefined;
  let uploads = 0;
  env.upload = (_, init) => {
    uploads += 1;
    progress = init.progress;
    return new Promise((_resolve, reject) => init.signal.addEventListener("abort", () => reject(new TypeError("aborted"))));
  };
  session.sendFile(new File(["0123456789"], "film.mp4", { type: "" }), "");
  for (let sent = 1; sent <= 9; sent += 1) {
    await clock.advance(50_000);
    progress(sent);
  }
  expect(uploads).toBe(1);
  expect(session.items()[0]?.uploaded).toBe(9);
  await clock.advance(65_000);
  expect(uploads).toBe(2);
  session.discard(session.items()[0]?.id ?? "");
  session.sendText("Never mind");
  await clock.advance(1_000);
  expect(hub.arrived.map(({ text }) => text)).toEqual(["Never mind"]);
});

test("a file that the hub takes no more fails at once, and an upload that was swept is done again", async () => {
  const { session, hub, stages } = await connected();
  hub.refuse = (path) => (path === "media" ? { status: 507, code: "media.disk", detail: "No room." } : null);
  session.sendFile(new File(["x"], "a.png", { type: "image/png" }), "");
  session.sendText("after it");
  await settle();
  expect(stages()).toEqual(["sent", "failed"]);
  expect(session.items().at(-1)?.failure).toBe("media.disk");
  session.discard(session.items().at(-1)?.id ?? "");
  let gone = true;
  hub.refuse = (path, body) => {
    const isFile = path === "messages" && (body as { media?: string }).media !== undefined && gone;
    if (isFile) gone = false;
    return isFile ? { status: 422, code: "input.invalid" } : null;
  };
  session.sendFile(new File(["x"], "b.png", { type: "image/png" }), "again");
  await settle();
  expect(hub.requests.filter((path) => path === "media")).toHaveLength(3);
  expect(hub.arrived.at(-1)).toMatchObject({ text: "again" });
});

test("two tabs share the queue and still send once", async () => {
  const one = await connected();
  const two = await connected(one.hub, one.store);
  one.session.sendText("only once");
  two.session.storageChanged(`${KEY}.outbox`);
  await settle();
  expect(one.hub.entries.map(({ text }) => text)).toEqual(["only once"]);
  two.session.storageChanged(`${KEY}.outbox`);
  expect(two.session.items().filter(({ stage }) => stage === "sending" || stage === "queued")).toEqual([]);
});

test("of three tabs one uploads a file, and another goes on when that one is closed", async () => {
  for (const closes of [false, true]) {
    const one = await connected();
    const { hub } = one;
    const others = [await connected(hub, one.store), await connected(hub, one.store)];
    const uploads = (): number => hub.requests.filter((path) => path === "media").length;
    let arrive = (): void => undefined;
    hub.uploads = new Promise((resolve) => (arrive = resolve));
    const film = new File(["x"], "film.mp4", { type: "video/mp4" });
    one.session.sendFile(film, "The film");
    const id = one.session.items()[0]?.id ?? "";
    for (const { session } of others) {
      await session.files.put(id, film);
      session.storageChanged(`${KEY}.outbox`);
    }
    await settle();
    expect(uploads()).toBe(1);
    if (closes) one.session.stop();
    await settle();
    arrive();
    await settle();
    for (const { session } of others) session.storageChanged(`${KEY}.outbox`);
    await settle();
    expect(uploads()).toBe(closes ? 2 : 1);
    expect(hub.entries.map(({ text }) => text)).toEqual(["The film"]);
    for (const { session } of others) session.stop();
  }
});

test("a random plan of cuts, losses and repeats ends with both sides equal", async () => {
  for (let seed = 1; seed <= 25; seed += 1) {
    const chance = lcg(seed);
    const { session, hub, clock, texts } = await connected();
    const written: string[] = [];
    for (let step = 0; step < 60; step += 1) {
      const roll = chance();
      if (roll < 0.3) {
        written.push(`c${step}`);
        session.sendText(`c${step}`);
      } else if (roll < 0.5) hub.say({ text: `a${step}` }, Math.floor(chance() * 3));
      else if (roll < 0.6) hub.cut();
      else if (roll < 0.75) hub.isUp = true;
      else if (roll < 0.85) hub.losesAnswers = !hub.losesAnswers;
      else await clock.advance(chance() * 4_000);
      await settle();
    }
    hub.isUp = true;
    hub.losesAnswers = false;
    await clock.advance(120_000);
    const told = `seed ${seed}`;
    expect(texts(), told).toEqual(hub.entries.map(({ text }) => text));
    expect(hub.entries.filter(({ from }) => from === "customer").map(({ text }) => text), told).toEqual(written);
    session.stop();
  }
});

function lcg(seed: number): () => number {
  let state = seed;
  return () => (state = (state * 48271) % 2147483647) / 2147483647;
}

test("a relay that swallows the open socket is noticed, and the answer arrives", async () => {
  const { session, hub, clock, texts } = await connected();
  hub.swallows = true;
  session.sendText("Is anybody there?");
  await settle();
  hub.say({ text: "Yes, me" });
  await clock.advance(30_000);
  expect(texts()).toEqual(["Is anybody there?", "Yes, me"]);
  expect(session.isOffline).toBe(false);
  hub.say({ text: "And still" });
  await clock.advance(20_000);
  expect(texts()).toContain("And still");
  hub.swallows = false;
  await clock.advance(20_000);
  expect(session.link.kind).toBe("live");
});

test("a quiet connection stays open for as long as the hub says that it works", async () => {
  const { session, hub, clock } = await connected();
  const [socket] = hub.sockets;
  await clock.advance(300_000);
  expect(session.link.kind).toBe("live");
  expect(hub.sockets).toEqual([socket]);
});
