// @vitest-environment happy-dom
// Carmen signs in on Northwind's page and out again, at a browser that others use, too.
import { afterEach, expect, test, vi } from "vitest";
import { memoryFiles } from "./files";
import { subjectOf } from "./identity";
import { UniversalChat } from "./index";
import { Clock, FakeHub, MapStore, settle } from "./testing";
import { KEY, carmen, connected } from "./testing-carmen";

function token(sub: string, version = 1): string {
  const payload = btoa(String.fromCharCode(...new TextEncoder().encode(JSON.stringify({ sub, version }))));
  return `e30.${payload.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "")}.signature`;
}

const CARMEN = token("4711");
const JONAS = token("4712");

afterEach(() => document.body.replaceChildren());

test("a token names its customer, and nonsense names nobody", () => {
  for (const sub of ["4711", "Ä ü 客户 ~~~???", ""]) expect(subjectOf(token(sub))).toBe(sub);
  for (const nonsense of [null, "", "a", "a.b.c", "..", `x.${btoa("[]")}.y`, `x.${btoa('{"sub":7}')}.y`, `x.${btoa("null")}.y`]) {
    expect(subjectOf(nonsense)).toBe("");
  }
});

test("the page's token goes to the hub with the session", async () => {
  const { hub } = await connected(new FakeHub(), new MapStore(), CARMEN);
  expect(hub.opened).toEqual([{ brand: "northwind", language: "en", identity: CARMEN }]);
});

test("who signs in takes along the chat, the draft and what is not sent yet", async () => {
  const { session, hub, store } = await connected();
  const anonymous = store.getItem(KEY);
  session.typed("half a sen");
  hub.cut();
  session.sendText("Before");
  session.stop();
  store.setItem(`${KEY}.of.4711.outbox`, JSON.stringify([{ id: "left-here-once", atMs: 1, text: "Once" }]));
  hub.isUp = true;
  const signedIn = await connected(hub, store, CARMEN);
  expect(hub.opened.at(-1)).toMatchObject({ resume: anonymous, identity: CARMEN });
  expect(signedIn.session.memory.draft).toBe("half a sen");
  expect(hub.arrived.map(({ text }) => text)).toEqual(["Once", "Before"]);
  expect([...store.kept.keys()].filter((key) => !key.startsWith(`${KEY}.of.4711`))).toEqual([`${KEY}.brand`, `${KEY}.who`]);
});

test("who signs out leaves no way to the chat; the unfinished words wait for nobody else", async () => {
  const { session, store } = await connected(new FakeHub(), new MapStore(), CARMEN);
  session.typed("my secr");
  session.stop();
  const of4711 = store.getItem(`${KEY}.of.4711`);
  const nobody = await connected(new FakeHub(), store);
  expect(nobody.session.memory.draft).toBe("");
  expect(store.getItem(`${KEY}.of.4711`)).toBeNull();
  expect(nobody.hub.opened[0], "the hub is told to end it").toMatchObject({ resume: of4711 });
  expect(store.getItem(`${KEY}.ended`)).toBeNull();
  nobody.session.stop();
  const jonas = await connected(new FakeHub(), store, JONAS);
  expect(jonas.session.memory.draft).toBe("");
  jonas.session.stop();
  const again = await connected(new FakeHub(), store, CARMEN);
  expect(again.session.memory.draft).toBe("my secr");
});

test("who signs out without opening the chat is signed out all the same, a moment later", async () => {
  const { session, store } = await connected(new FakeHub(), new MapStore(), CARMEN);
  session.stop();
  const of4711 = store.getItem(`${KEY}.of.4711`);
  const nobody = carmen(new FakeHub(), store);
  nobody.session.start();
  await nobody.clock.advance(2_000);
  expect(nobody.hub.opened, "the page may still say who is there").toEqual([]);
  await nobody.clock.advance(2_000);
  expect(nobody.hub.opened[0]).toMatchObject({ resume: of4711 });
});

test("a page that says late who is signed in signs nobody out", async () => {
  const { session, hub, store } = await connected(new FakeHub(), new MapStore(), CARMEN);
  session.typed("half a sen");
  session.stop();
  const before = store.getItem(`${KEY}.of.4711`);
  const early = carmen(hub, store);
  early.session.start();
  await early.clock.advance(500);
  early.session.stop();
  const late = carmen(hub, store, early.clock, CARMEN);
  late.session.start();
  await settle();
  expect(hub.opened.at(-1)).toMatchObject({ resume: before, identity: CARMEN });
  expect(late.session.memory.draft).toBe("half a sen");
});

test("what was written in a tab that did not know joins the next time; a kept draft stays", async () => {
  const { session, store } = await connected(new FakeHub(), new MapStore(), CARMEN);
  session.typed("my own");
  session.stop();
  store.setItem(KEY, "token-of-another-tab");
  store.setItem(`${KEY}.draft`, "another tab's");
  const again = await connected(new FakeHub(), store, CARMEN);
  expect(again.session.memory.draft).toBe("my own");
  expect(store.getItem(KEY)).toBeNull();
  expect(store.getItem(`${KEY}.draft`)).toBeNull();
});

test("words whose session another tab has taken away find a new one", async () => {
  const { session, hub, store, stages } = await connected();
  store.removeItem(KEY);
  session.sendText("Still here?");
  await settle();
  expect(stages()).toEqual(["sent"]);
  expect(hub.opened.length).toBe(2);
});

test("another customer begins another session", async () => {
  const { session, store } = await connected(new FakeHub(), new MapStore(), CARMEN);
  session.stop();
  const { hub } = await connected(new FakeHub(), store, JONAS);
  expect(hub.opened.map(({ identity }) => identity)).toEqual([JONAS, JONAS]);
  expect(hub.opened[1]).not.toHaveProperty("resume");
});

function refusing(hub: FakeHub, refused: string): void {
  hub.refuse = (path, body) => {
    const { identity } = (path === "sessions" ? body : {}) as { identity?: string };
    return identity === refused ? { status: 401, code: "chat.identity_invalid", detail: "It has expired." } : null;
  };
}

test("with a token that cannot be used the customer chats on as somebody unknown, and the page is told", async () => {
  const hub = new FakeHub();
  refusing(hub, CARMEN);
  const { session } = await connected(hub, new MapStore(), CARMEN);
  expect(session.link.kind).toBe("live");
  expect(hub.opened).toEqual([{ brand: "northwind", language: "en" }]);
  session.renew(token("4711", 2));
  await settle();
  expect(hub.opened.at(-1)).toMatchObject({ identity: token("4711", 2) });
});

test("an open chat goes on when its token has expired", async () => {
  const { session, hub, store, texts } = await connected(new FakeHub(), new MapStore(), CARMEN);
  hub.say({ text: "Hello Carmen" });
  const kept = store.getItem(`${KEY}.of.4711`);
  refusing(hub, CARMEN);
  session.retry();
  await settle();
  expect(session.link.kind).toBe("live");
  expect(store.getItem(`${KEY}.of.4711`)).toBe(kept);
  expect(texts()).toEqual(["Hello Carmen"]);
  expect(session.items().map(({ earlier }) => earlier), "and stays on its page").toEqual([false]);
  expect(hub.opened.length).toBe(1);
});

test("the element follows its page: in, a fresh token, somebody else, out", async () => {
  const hub = new FakeHub();
  const store = new MapStore();
  const clock = new Clock();
  UniversalChat.doors = () => ({ env: hub.env(clock, store), files: memoryFiles() });
  const element = document.createElement("universal-chat");
  for (const [name, value] of Object.entries({ hub: "http://hub", brand: "northwind", lang: "en", open: "" })) element.setAttribute(name, value);
  const refused = vi.fn();
  element.addEventListener("identity-refused", (event) => refused((event as CustomEvent<string>).detail));
  document.body.append(element);
  await settle();
  const log = (): string => element.shadowRoot?.querySelector('[part="log"]')?.textContent ?? "";
  element.setAttribute("identity", CARMEN);
  await settle();
  hub.say({ text: "Hello Carmen" });
  await settle();
  expect(log()).toContain("Hello Carmen");
  element.setAttribute("identity", token("4711", 2));
  await settle();
  expect(hub.opened.length, "a fresh token changes nothing").toBe(2);
  hub.conversation = null;
  hub.entries = [];
  refusing(hub, JONAS);
  element.setAttribute("identity", JONAS);
  await settle();
  expect(refused).toHaveBeenCalledExactlyOnceWith("It has expired.");
  expect(log()).not.toContain("Hello Carmen");
  element.setAttribute("identity", "");
  await settle();
  expect(hub.opened.map(({ identity }) => identity)).toEqual([undefined, CARMEN, undefined, undefined]);
});
