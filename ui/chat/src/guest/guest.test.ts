// @vitest-environment happy-dom
// Aerolinx on the page behind a link: nothing happens before the press, and every end is said in words.
import { afterEach, beforeEach, expect, test } from "vitest";
import { i18nFor } from "../i18n";
import { settle } from "../testing";
import { phaseOf, remaining, type End } from "./phase";
import { FakeLink } from "./testing";
import { wordsFor } from "./words";
import type { TandemGuest } from "./index";

let link: FakeLink;

beforeEach(() => {
  link = new FakeLink();
  HTMLDialogElement.prototype.showModal = function showModal(): void {
    this.setAttribute("open", "");
  };
});

afterEach(() => document.body.replaceChildren());

const text = (page: TandemGuest): string => page.shadowRoot?.textContent ?? "";
const heading = (page: TandemGuest): string => page.shadowRoot?.querySelector("h1")?.textContent ?? "";

function find<T extends HTMLElement>(page: TandemGuest, selector: string): T {
  const found = page.shadowRoot?.querySelector<T>(selector);
  if (!found) throw new Error(`nothing matches ${selector}`);
  return found;
}

function press(page: TandemGuest, name: string): void {
  const buttons = [...(page.shadowRoot?.querySelectorAll("button") ?? [])];
  const found = buttons.findLast((each) => (each.getAttribute("aria-label") ?? each.textContent) === name);
  if (!found) throw new Error(`no button ${name} in: ${text(page)}`);
  found.click();
}

async function open(): Promise<TandemGuest> {
  const page = await link.page();
  press(page, "Open the conversation");
  await settle();
  return page;
}

async function write(page: TandemGuest, words: string): Promise<void> {
  const box = find<HTMLTextAreaElement>(page, '[aria-label="Message"]');
  box.value = words;
  box.dispatchEvent(new Event("input"));
  press(page, "Send");
  await settle();
}

test("the page asks, tells who invites, and opens only on a press", async () => {
  const page = await link.page();
  expect(link.requests).toEqual(["about"]);
  expect(heading(page)).toBe("Maya Ortiz (Northwind) invites you to a conversation with a customer");
  expect(text(page)).toContain("Is seat 4A free?");
  expect(page.shadowRoot?.activeElement).toBe(find(page, "h1"));
  press(page, "Open the conversation");
  await settle();
  expect(link.requests).toContain("open");
  expect(text(page)).toContain("You are in this conversation as Aerolinx");
});

test("a browser that has opened it goes straight in, and each visit is a use", async () => {
  link.standing = "open";
  const page = await link.page();
  expect(link.requests.slice(0, 2)).toEqual(["about", "open"]);
  expect(text(page)).toContain("You are in this conversation as Aerolinx");
});

test("own words stand on one side, everybody else's on the other", async () => {
  const page = await open();
  link.hub.say({ from: "customer", name: "Carmen", text: "Seat 4A, please", own: false });
  link.hub.say({ from: "external_agent", name: "Nordwind", text: "Not ours", own: false });
  link.hub.say({ from: "external_agent", name: "Aerolinx", text: "It is free", own: true });
  await settle();
  const turns = [...(page.shadowRoot?.querySelectorAll(".turn") ?? [])];
  expect(turns.map((turn) => [turn.classList.contains("own"), turn.querySelector(".name")?.textContent])).toEqual([
    [false, "Carmen"],
    [false, "Nordwind"],
    [true, "You"],
  ]);
});

test("a message says what its author had read", async () => {
  const page = await open();
  const { position } = link.hub.say({ from: "agent", text: "One moment", own: false });
  await settle();
  await write(page, "It is free");
  expect(link.hub.arrived).toMatchObject([{ text: "It is free", writtenAgainst: position }]);
});

test("what was written past colleagues is kept, and sent again against what is new", async () => {
  const page = await open();
  link.hub.refuse = (path) => (path === "messages" ? { status: 409, code: "conversation.moved_on", detail: "Read what is new." } : null);
  await write(page, "It is free");
  expect(text(page)).toContain("Not sent: Someone wrote meanwhile. Read it, then send again.");
  link.hub.refuse = () => null;
  const { position } = link.hub.say({ from: "agent", text: "Is it?", own: false });
  await settle();
  press(page, "Retry");
  await settle();
  expect(link.hub.arrived.at(-1)).toMatchObject({ text: "It is free", writtenAgainst: position });
});

test("questions to the customer cannot be answered by the partner", async () => {
  const page = await open();
  link.hub.say({ from: "logic", kind: "question", text: "Which?", choices: [{ id: "a", label: "Aisle" }], own: false });
  await settle();
  expect(find<HTMLButtonElement>(page, ".choice").disabled).toBe(true);
});

test("hostile words stay words", async () => {
  link.note = "<img src=x onerror=alert(1)>";
  const page = await open();
  link.hub.say({ from: "customer", name: "<b>Carmen</b>", text: "<script>alert(1)</script>", own: false });
  await settle();
  expect(page.shadowRoot?.querySelector("script, b, img")).toBeNull();
  expect(text(page)).toContain("<script>alert(1)</script>");
});

test("taking the link back closes the page at once and gives the partner's own words back", async () => {
  const page = await open();
  link.hub.say({ from: "customer", name: "Carmen", text: "My card is 4111", own: false });
  await settle();
  const box = find<HTMLTextAreaElement>(page, '[aria-label="Message"]');
  box.value = "I was about to";
  box.dispatchEvent(new Event("input"));
  link.standing = "revoked";
  link.hub.cast({ type: "over", standing: "revoked" });
  await settle();
  expect(heading(page)).toBe("This link was revoked");
  expect(text(page)).toContain("ask Maya Ortiz");
  expect(text(page)).toContain("I was about to");
  expect(text(page)).not.toContain("4111");
  expect([...link.store.kept.keys()]).toEqual([]);
});

test.each<[Exclude<End, "no_cookie">, string, string]>([
  ["expired", "This link has expired", "Ask Maya Ortiz for a new link"],
  ["revoked", "This link was revoked", "ask Maya Ortiz"],
  ["completed", "This conversation is completed", "Thank you"],
  ["left", "You have left this conversation", "close this page"],
  ["elsewhere", "Already opened on another device", "ask Maya Ortiz for a new link"],
  ["unknown", "Unknown link", "ask the sender for a new one"],
  ["origin", "This page cannot open the conversation", "Please tell the sender"],
])("a link that is %s says so in words", async (end, title, words) => {
  link.standing = end;
  const page = await link.page();
  expect(heading(page)).toBe(title);
  expect(text(page)).toContain(words);
  expect(page.shadowRoot?.querySelector("textarea")).toBeNull();
});

test("too many attempts and a lost connection are tried again by themselves", async () => {
  link.standing = "limited";
  const page = await link.page();
  expect(heading(page)).toBe("Too many attempts");
  await link.clock.advance(5_000);
  expect(link.requests.length).toBe(2);
  link.hub.isUp = false;
  await link.clock.advance(5_000);
  expect(heading(page)).toBe("The conversation cannot be reached");
  [link.hub.isUp, link.standing] = [true, "unopened"];
  await link.clock.advance(4_000);
  expect(heading(page)).toContain("invites you to a conversation");
});

test("the countdown follows the hub's clock and announces the end", async () => {
  link.livesMs = 370_000;
  const page = await open();
  expect(find(page, ".left").textContent).toBe("6:10 left");
  await link.clock.advance(80_000);
  expect(find(page, ".left").classList.contains("soon")).toBe(true);
  expect(find(page, ":not(.composer) > .sr[role=status]").textContent).toBe("This link ends in 5 min.");
});

test("a page that cannot reach the hub closes itself when the time is up", async () => {
  link.livesMs = 60_000;
  const page = await open();
  link.hub.cut();
  await link.clock.advance(70_000);
  expect(heading(page)).toBe("This link has expired");
});

test("leaving takes a word along and puts everything away", async () => {
  const page = await open();
  press(page, "I am done");
  find<HTMLTextAreaElement>(page, "#word").value = "Seat is booked";
  find<HTMLFormElement>(page, "dialog form").dispatchEvent(new Event("submit", { cancelable: true }));
  await settle();
  expect(link.words).toEqual(["Seat is booked"]);
  expect(heading(page)).toBe("You have left this conversation");
});

test("buttons come with the page and with each word that they have changed", async () => {
  link.buttons = [{ id: "1", title: "Seat is free", description: "Tells Northwind.", action: "free" }];
  const page = await open();
  expect(find(page, ".offers").getAttribute("aria-label")).toBe("Buttons");
  expect(find(page, ".offers button").textContent).toBe("Seat is free");
  expect(find(page, ".offers button").title).toBe("Tells Northwind.");
  link.buttons = [];
  link.hub.cast({ type: "buttons" });
  await settle();
  expect(find(page, ".offers").hidden).toBe(true);
});

test("a press tells the company, and says what became of it", async () => {
  link.buttons = [{ id: "1", title: "Seat is free", action: "free" }];
  const page = await open();
  press(page, "Seat is free");
  await settle();
  expect(link.presses.map(({ action }) => action)).toEqual(["free"]);
  expect(find(page, ".said").textContent).toBe("Done: Seat is free.");
  link.pressed = 409;
  press(page, "Seat is free");
  await settle();
  expect(find(page, ".said").textContent).toBe("That did not work: Seat is free. Try again.");
  expect(new Set(link.presses.map(({ id }) => id)).size).toBe(2);
});

test("what the customer edits or withdraws changes on the open page", async () => {
  const page = await open();
  const edited = link.hub.say({ from: "customer", text: "Seat 5A", own: false });
  const withdrawn = link.hub.say({ from: "customer", text: "My card is 4111", own: false });
  await settle();
  // The hub repeats earlier entries that changed.
  const changed = [{ ...edited, text: "Seat 5B" }, { ...withdrawn, text: "", withdrawn: true }];
  link.hub.after = () => changed;
  link.hub.cast({ type: "amended" });
  await settle();
  expect([...(page.shadowRoot?.querySelectorAll(".turn") ?? [])].map((turn) => turn.textContent)).toEqual([expect.stringContaining("Seat 5B")]);
  expect(text(page)).not.toContain("5A");
  expect(text(page)).not.toContain("4111");
});

test("a text is copied and a page opened in a tab of its own that knows nothing of this one", async () => {
  link.buttons = [
    { id: "1", title: "Booking", copy: "NW-20418" },
    { id: "2", title: "Look", url: "https://example.com/NW-20418" },
  ];
  const copied: string[] = [];
  const opened: unknown[][] = [];
  Object.defineProperty(navigator, "clipboard", { configurable: true, value: { writeText: async (text: string) => void copied.push(text) } });
  window.open = (...all: unknown[]) => (opened.push(all), null);
  const page = await open();
  press(page, "Booking");
  await settle();
  expect(copied).toEqual(["NW-20418"]);
  expect(find(page, ".said").textContent).toBe("Copied: Booking.");
  press(page, "Look");
  await settle();
  expect(opened).toEqual([["https://example.com/NW-20418", "_blank", "noopener,noreferrer"]]);
  expect(link.presses).toEqual([]);
});

test("a button that cannot be used says why and does nothing", async () => {
  link.buttons = [{ id: "1", title: "<b>Booking</b>", action: "look", unusable: "Not everything is known." }];
  const page = await open();
  expect(find(page, ".offers button").getAttribute("aria-disabled")).toBe("true");
  expect(page.shadowRoot?.querySelector(".offers b")).toBeNull();
  press(page, "<b>Booking</b>");
  await settle();
  expect(find(page, ".said").textContent).toBe("Not everything is known.");
  expect(link.presses).toEqual([]);
});

test("time that is left reads like time", () => {
  const { unit } = wordsFor(i18nFor("en", []));
  expect([0, 59_000, 599_000, 600_000, 3_540_000, 3_600_000, 5_400_000].map((ms) => remaining(ms, unit))).toEqual([
    "0:00", "0:59", "9:59", "10 min", "59 min", "1 hr", "1 hr 30 min",
  ]);
});

test("a conversation that is not open here shows nothing of it", () => {
  const base = { company: "Northwind", name: "Aerolinx", expires: "2026-01-01T00:00:00Z", now: "2026-01-01T00:00:00Z" };
  const kinds = (["unopened", "open", "elsewhere", "expired"] as const).map((standing) => phaseOf({ ...base, standing }).kind);
  expect(kinds).toEqual(["gate", "open", "over", "over"]);
});
