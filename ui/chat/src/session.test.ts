// @vitest-environment happy-dom
// Carmen writes to Northwind; Maya and the assistant answer.
import { expect, test } from "vitest";
import { FakeHub, settle } from "./testing";
import { KEY, carmen, connected } from "./testing-carmen";

test("a first-time visitor costs the hub nothing until the chat is opened", async () => {
  const { session, hub } = carmen();
  session.start();
  await settle();
  expect(hub.requests).toEqual([]);
  session.wake();
  await settle();
  expect(session.link.kind).toBe("live");
  expect(hub.opened[0]).toEqual({ brand: "northwind", language: "en" });
});

test("the session is resumed with the kept token", async () => {
  const { hub, store } = await connected();
  hub.say({ text: "Welcome back" });
  const again = carmen(hub, store);
  again.session.start();
  await settle();
  expect(hub.opened[1]).toMatchObject({ resume: store.getItem(KEY) });
  expect(again.texts()).toEqual(["Welcome back"]);
});

test("a message shows at once and moves through its stages, never back", async () => {
  const { session, hub, stages } = await connected();
  session.sendText("Hello");
  expect(stages()).toEqual(["sending"]);
  await settle();
  expect(stages()).toEqual(["sent"]);
  hub.cast({ type: "stage", upTo: 1, stage: "seen" });
  expect(stages()).toEqual(["read"]);
  hub.cast({ type: "stage", upTo: 1, stage: "delivered" });
  expect(stages()).toEqual(["read"]);
});

test("delivered is told when shown, seen only while the customer looks", async () => {
  const { session, hub } = await connected();
  const receipts = (): unknown[] => hub.frames.filter(({ type }) => type === "receipt").map(({ stage, upTo }) => [stage, upTo]);
  hub.say({ text: "Are you there?" }, 2);
  await settle();
  expect(receipts()).toEqual([["delivered", 3]]);
  expect(session.unread).toBe(1);
  session.look(true);
  await settle();
  expect(receipts()).toEqual([["delivered", 3], ["seen", 3]]);
  expect(session.unread).toBe(0);
});

test("what was seen stays seen after a reload", async () => {
  const { session, hub, store } = await connected();
  session.look(true);
  hub.say({ text: "Read me" });
  await settle();
  session.stop();
  hub.append({ text: "And me" });
  const next = await connected(hub, store);
  expect(next.session.unread).toBe(1);
});

test("typing is told at most every few seconds, and ended by a pause", async () => {
  const { session, hub, clock } = await connected();
  const typing = (): unknown[] => hub.frames.filter(({ type }) => type === "typing").map(({ on }) => on);
  for (let key = 0; key < 30; key += 1) {
    session.typed(`Hello ${key}`);
    await clock.advance(100);
  }
  expect(typing()).toEqual([true]);
  await clock.advance(6_000);
  expect(typing()).toEqual([true, false]);
});

test("somebody typing is forgotten when they write, or when the news gets old", async () => {
  const { session, hub, clock } = await connected();
  hub.cast({ type: "typing", name: "Maya", kind: "agent", on: true });
  expect(session.typists).toEqual([{ name: "Maya", kind: "agent" }]);
  hub.say({ text: "Done" });
  expect(session.typists).toEqual([]);
  hub.cast({ type: "typing", name: null, kind: "logic", on: true });
  await clock.advance(15_000);
  expect(session.typists).toEqual([]);
});

test("a new conversation begins on an empty page, with the old one above it", async () => {
  const { session, hub, texts } = await connected();
  session.sendText("Thanks!");
  await settle();
  hub.cast({ type: "status", status: "completed" });
  expect(session.status).toBe("completed");
  session.startNew();
  await settle();
  expect(session.status).toBe("in_progress");
  hub.say({ text: "Hello again" });
  await settle();
  expect(texts()).toEqual(["Thanks!", "Hello again"]);
  expect(session.items().map(({ earlier }) => earlier)).toEqual([true, false]);
});

test("a choice is marked as soon as it is pressed and after it came back without its question", async () => {
  const { session, hub } = await connected();
  const question = hub.say({ kind: "question", from: "logic", text: "When?", choices: [{ id: "a", label: "Today" }, { id: "b", label: "Friday" }] });
  await settle();
  session.sendChoice(question.id, "b", "Friday");
  expect(session.items()[0]?.picked).toBe("b");
  await settle();
  expect(hub.arrived[0]).toMatchObject({ answer: { question: question.id, choice: "b" } });
  const other = new FakeHub();
  other.append({ id: "q", kind: "question", text: "When?", choices: [{ id: "b", label: "Friday" }] });
  other.append({ from: "customer", kind: "answer", text: "Friday" });
  const later = await connected(other);
  expect(later.session.items()[0]?.picked).toBe("b");
});

test("a file is uploaded, then sent by its id with its caption", async () => {
  const { session, hub, stages } = await connected();
  session.sendFile(new File(["x"], "photo.png", { type: "image/png" }), "The box");
  await settle();
  expect(hub.requests).toContain("media");
  expect(hub.arrived[0]).toMatchObject({ text: "The box" });
  expect(hub.arrived[0]?.media).toMatch(/^media-/);
  expect(stages()).toEqual(["sent"]);
});
