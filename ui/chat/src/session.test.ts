// @vitest-environment happy-dom
// Carmen writes to Northwind; Maya and the assistant answer.
import { expect, test } from "vitest";
import { FakeHub, settle } from "./testing";
import { KEY, carmen, connected } from "./testing-carmen";

test("for a first-time visitor the hub says how the chat looks, and begins nothing until it is opened", async () => {
  const { session, hub } = carmen();
  session.start();
  await settle();
  expect(hub.requests).toEqual(["brands/northwind"]);
  expect([session.brand?.name, session.isShown, hub.opened]).toEqual(["Northwind", true, []]);
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
  hub.say({ text: "One moment" });
  await settle();
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
  expect(session.status).toBeNull();
  session.sendText("Hello again");
  await settle();
  expect(session.status).toBe("in_progress");
  expect(texts()).toEqual(["Thanks!", "Hello again"]);
  expect(session.items().map(({ earlier }) => earlier)).toEqual([true, false]);
});

test("what is said late in the conversation before stays there, and is acknowledged there", async () => {
  const { session, hub, texts } = await connected();
  const receipts = (): unknown[] => hub.frames.filter(({ type }) => type === "receipt").map(({ conversation, upTo }) => [conversation, upTo]);
  session.sendText("Thanks!");
  await settle();
  const before = hub.conversation?.id ?? "";
  session.startNew();
  await settle();
  const { position } = hub.say({ text: "You are welcome" }, 5);
  await settle();
  expect(session.items().map(({ text, earlier }) => [text, earlier])).toEqual([["Thanks!", true], ["You are welcome", true]]);
  session.sendText("Hello again");
  await settle();
  const now = hub.conversation?.id ?? "";
  hub.cast({ type: "entry", entry: { ...hub.entries[0], conversation: before, id: "late", from: "agent", text: "Bye", position: position + 2 } });
  hub.cast({ type: "typing", conversation: before, name: "Maya", kind: "agent", on: true });
  hub.cast({ type: "status", conversation: before, status: "completed" });
  await settle();
  expect(texts()).toEqual(["Thanks!", "You are welcome", "Bye", "Hello again"]);
  expect(receipts()).toEqual([[before, position], [before, position + 2]]);
  expect(session.typists).toEqual([]);
  expect(session.status).toBe("in_progress");
  expect(now).not.toBe(before);
});

test("a conversation that another tab has begun is shown from its start", async () => {
  const { session, hub, texts } = await connected();
  session.sendText("In this tab");
  await settle();
  hub.newConversation();
  hub.say({ from: "customer", name: null, text: "In the other tab" });
  await settle();
  hub.say({ text: "An answer" });
  await settle();
  expect(texts()).toEqual(["In this tab", "In the other tab", "An answer"]);
  expect(session.items().map(({ earlier }) => earlier)).toEqual([true, false, false]);
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

test("what is cut in the middle of a character is sent as text", async () => {
  const { session, hub } = await connected();
  session.sendText("ok \ud83d");
  await settle();
  expect(hub.arrived[0]?.text).toBe("ok \ufffd");
});

test("what was refused can be written anew", async () => {
  const { session, hub, store } = await connected();
  hub.refuse = (path) => (path === "messages" ? { status: 422, code: "conversation.invalid" } : null);
  session.typed("half a sent");
  session.sendText("Too bold");
  await settle();
  session.edit(session.items()[0]?.id ?? "");
  expect(session.memory.draft).toBe("Too bold\nhalf a sent");
  expect([session.items(), store.getItem(`${KEY}.outbox`)]).toEqual([[], null]);
});
