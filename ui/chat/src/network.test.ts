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
  expect(session.items().at(-1)?.failure).toBe("Too long.");
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

test("a brand that does not want this page is not asked again", async () => {
  const hub = new FakeHub();
  hub.refuse = () => ({ status: 403, code: "chat.domain_not_allowed", detail: "Not on this domain." });
  const { session, clock } = await connected(hub);
  await clock.advance(120_000);
  expect(session.link).toEqual({ kind: "refused", code: "chat.domain_not_allowed", detail: "Not on this domain." });
  expect(hub.requests).toEqual(["sessions"]);
  hub.refuse = () => null;
  session.retry();
  await settle();
  expect(session.link.kind).toBe("live");
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
