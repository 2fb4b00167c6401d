// @vitest-environment happy-dom
// What Carmen meets on the page: labels, keys, stages, choices; never markup from somebody's words.
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { memoryFiles } from "./files";
import { UniversalChat } from "./index";
import { Clock, FakeHub, MapStore, settle, UNTIL } from "./testing";

let hub: FakeHub;
let store: MapStore;
let tab: MapStore;

beforeEach(() => {
  hub = new FakeHub();
  store = new MapStore();
  tab = new MapStore();
  const clock = new Clock();
  UniversalChat.doors = () => ({ env: { ...hub.env(clock, store), tab }, files: memoryFiles() });
});

afterEach(() => document.body.replaceChildren());

async function chat(attributes: Record<string, string> = { open: "" }): Promise<UniversalChat> {
  const element = document.createElement("universal-chat") as UniversalChat;
  for (const [name, value] of Object.entries({ hub: "http://hub", brand: "northwind", lang: "en", ...attributes })) {
    element.setAttribute(name, value);
  }
  document.body.append(element);
  await settle();
  return element;
}

function find<T extends HTMLElement>(element: UniversalChat, selector: string): T {
  const found = element.shadowRoot?.querySelector<T>(selector);
  if (!found) throw new Error(`nothing matches ${selector}`);
  return found;
}

function all(element: UniversalChat, selector: string): HTMLElement[] {
  return [...(element.shadowRoot?.querySelectorAll<HTMLElement>(selector) ?? [])];
}

function press(target: HTMLElement, key: string, more: KeyboardEventInit = {}): KeyboardEvent {
  const event = new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true, composed: true, ...more });
  target.dispatchEvent(event);
  return event;
}

function write(element: UniversalChat, text: string): HTMLTextAreaElement {
  const box = find<HTMLTextAreaElement>(element, '[aria-label="Message"]');
  box.value = text;
  box.dispatchEvent(new Event("input"));
  return box;
}

test("Enter sends, Shift+Enter and a composing input method do not", async () => {
  const element = await chat();
  const box = write(element, "Hello");
  press(box, "Enter", { shiftKey: true });
  press(box, "Enter", { isComposing: true });
  await settle();
  expect(hub.arrived).toEqual([]);
  expect(press(box, "Enter").defaultPrevented).toBe(true);
  await settle();
  expect(hub.arrived[0]?.text).toBe("Hello");
  expect(box.value).toBe("");
  expect(find(element, ".customer .stage").textContent).toBe("Sent");
});

test("the draft survives a reload", async () => {
  const element = await chat();
  write(element, "half a sent");
  element.remove();
  const again = await chat();
  expect(find<HTMLTextAreaElement>(again, "textarea").value).toBe("half a sent");
});

test("words never become markup, and only web addresses become links", async () => {
  const element = await chat();
  hub.say({ name: "<b>Maya</b>", text: '<img src=x onerror=alert(1)> see https://a.example/x?y=1. javascript:alert(1) (http://b.example/c)' });
  await settle();
  expect(all(element, ".bubble img, .by b, script")).toEqual([]);
  const links = all(element, ".bubble a");
  expect(links.map((link) => link.textContent)).toEqual(["https://a.example/x?y=1", "http://b.example/c"]);
  expect(links[0]?.getAttribute("rel")).toContain("noopener noreferrer");
  expect(links[0]?.getAttribute("target")).toBe("_blank");
});

test("a question is answered by its button, and the button stays marked", async () => {
  const element = await chat();
  hub.say({ kind: "question", from: "logic", name: null, text: "When?", choices: [{ id: "a", label: "Today" }, { id: "b", label: "Friday" }] });
  await settle();
  const [, friday] = all(element, ".choice");
  expect(find(element, ".turn").classList.contains("calm")).toBe(false);
  friday?.click();
  await settle();
  expect(friday?.getAttribute("aria-pressed")).toBe("true");
  expect(find(element, ".turn.logic").classList.contains("calm")).toBe(true);
  expect(find(element, ".logic .name").textContent).toBe("Your assistant");
  expect(find(element, ".logic .tag").textContent).toBe("Automated");
});

test("a moving receipt leaves the turn's node alone, so nothing is read out twice", async () => {
  const element = await chat();
  press(write(element, "Hello"), "Enter");
  await settle();
  const turn = find(element, ".turn.customer");
  hub.cast({ type: "stage", upTo: 9, stage: "seen" });
  await settle();
  expect(find(element, ".turn.customer")).toBe(turn);
  expect(find(element, ".stage").textContent).toBe("Read");
  expect(find(element, '[role="log"]').getAttribute("aria-live")).toBe("polite");
});

test("closed, the launcher counts what is unread; open, nothing is", async () => {
  const element = await chat({});
  expect(hub.opened).toEqual([]);
  const launcher = find<HTMLButtonElement>(element, ".launcher");
  expect(launcher.getAttribute("aria-label")).toBe("Open chat");
  launcher.click();
  await settle();
  expect(element.hasAttribute("open")).toBe(true);
  element.hide();
  hub.say({ text: "One" });
  hub.say({ text: "Two" });
  await settle();
  expect(launcher.getAttribute("aria-label")).toBe("Open chat, unread: 2");
  expect(find(element, ".dock [role=status]").textContent).toBe("New message from Maya");
  launcher.click();
  await settle();
  expect(find(element, ".badge").hidden).toBe(true);
});

test("Escape closes the panel and gives the focus back to the launcher", async () => {
  const element = await chat();
  press(find(element, "textarea"), "Escape");
  expect(element.hasAttribute("open")).toBe(false);
  expect(find(element, ".panel").hidden).toBe(true);
  expect(element.shadowRoot?.activeElement).toBe(find(element, ".launcher"));
});

test("inline there is no launcher and nothing to close", async () => {
  const element = await chat({ inline: "" });
  expect(all(element, ".launcher, [part=close]")).toEqual([]);
  expect(find(element, ".panel").getAttribute("role")).toBe("region");
});

test("a completed conversation offers a new one", async () => {
  const element = await chat();
  press(write(element, "Thanks"), "Enter");
  await settle();
  hub.cast({ type: "status", status: "completed" });
  await settle();
  expect(find(element, ".closing").hidden).toBe(false);
  find<HTMLButtonElement>(element, '[part="start-new"]').click();
  await settle();
  expect(find(element, ".closing").hidden).toBe(true);
});

test("a failed message offers Retry and Discard and says why", async () => {
  const element = await chat();
  hub.refuse = (path) => (path === "messages" ? { status: 409, code: "conversation.moved_on", detail: "Words for developers." } : null);
  press(write(element, "x"), "Enter");
  await settle();
  expect(find(element, ".stage").textContent).toBe("Not sent: Someone wrote meanwhile. Read it, then send again.");
  hub.refuse = () => null;
  const [retry] = all(element, ".rescue button");
  expect(retry?.textContent).toBe("Retry");
  retry?.click();
  await settle();
  expect(find(element, ".stage").textContent).toBe("Sent");
});

test("a file that can only be refused again offers no Retry, and gives its words back", async () => {
  const element = await chat();
  hub.refuse = (path) => (path.startsWith("media") ? { status: 415, code: "media.kind", detail: "" } : null);
  write(element, "The log");
  const drop = new Event("paste") as Event & { clipboardData?: unknown };
  drop.clipboardData = { files: [new File(["MZ"], "prog.exe")], types: ["Files"], getData: () => "" };
  find(element, "textarea").dispatchEvent(drop);
  press(find(element, "textarea"), "Enter");
  await settle();
  const offered = all(element, ".rescue button").filter((button) => !button.hidden);
  expect(offered.map((button) => button.textContent)).toEqual(["Edit", "Discard"]);
});

test("files that are too large are refused before they are sent, with the limit", async () => {
  const element = await chat();
  const drop = new Event("paste") as Event & { clipboardData?: unknown };
  const large = new File([new Uint8Array(11_000_000)], "large.mp4", { type: "video/mp4" });
  drop.clipboardData = { files: [large, new File(["x"], "ok.png", { type: "image/png" })], getData: () => "" };
  find(element, "textarea").dispatchEvent(drop);
  expect(find(element, '[role="alert"]').textContent).toBe("large.mp4 is larger than 10 MB.");
  expect(all(element, ".chip").map((chip) => chip.querySelector(".name")?.textContent)).toEqual(["ok.png"]);
  find<HTMLFormElement>(element, "form").requestSubmit();
  await settle();
  expect(hub.arrived[0]?.media).toMatch(/^media-/);
  expect(all(element, ".chip")).toEqual([]);
});

test("an empty file is called empty", async () => {
  const element = await chat();
  const picker = find<HTMLInputElement>(element, "input[type=file]");
  Object.defineProperty(picker, "files", { value: [new File([], "notes.txt", { type: "text/plain" })] });
  picker.dispatchEvent(new Event("change"));
  expect(find(element, ".problem").textContent).toBe("notes.txt is empty.");
});

test("words that come with a picture of themselves are pasted as words", async () => {
  const element = await chat();
  const paste = (words: string): boolean => {
    const files = [new File(["x"], "image.png", { type: "image/png" })];
    const event = Object.assign(new Event("paste", { cancelable: true }), { clipboardData: { files, getData: () => words } });
    find(element, "textarea").dispatchEvent(event);
    return event.defaultPrevented;
  };
  expect([paste("Price\t940"), all(element, ".chip").length]).toEqual([false, 0]);
  expect([paste(""), all(element, ".chip").length]).toEqual([true, 1]);
});

test("an answer that was refused can be chosen again, not edited", async () => {
  const element = await chat();
  hub.say({ kind: "question", from: "logic", text: "When?", choices: [{ id: "a", label: "Today" }] });
  await settle();
  hub.refuse = (path) => (path === "messages" ? { status: 422, code: "conversation.invalid" } : null);
  find(element, ".choice").click();
  await settle();
  expect(all(element, ".own .rescue .link").map(({ textContent }) => textContent)).toEqual(["Retry", "Discard"]);
});

test("a file of the conversation before whose address has expired says that it opens no more", async () => {
  const element = await chat();
  const media = { id: "m", name: "ticket.pdf", contentType: "application/pdf", bytes: 9 };
  hub.say({ kind: "attachment", text: "", media, right: "1.expired" });
  hub.say({ kind: "attachment", text: "", media: { ...media, name: "map.pdf" }, right: `${Math.floor(Date.now() / 86_400_000) + 1}.fresh` });
  await settle();
  hub.newConversation();
  hub.say({ text: "A new one" });
  await settle();
  const files = all(element, ".file");
  for (const file of files) file.dispatchEvent(new Event("pointerenter"));
  expect(files.map((file) => [file.hasAttribute("href"), file.nextElementSibling?.textContent ?? null])).toEqual([
    [false, "This file can no longer be opened here."],
    [true, null],
  ]);
});

test("the language decides words and direction", async () => {
  const element = await chat({ open: "", lang: "ar-EG" });
  expect(find(element, ".root").dir).toBe("rtl");
  expect(find(element, "[part=send]").getAttribute("aria-label")).toBe("إرسال");
  const german = await chat({ open: "", lang: "de" });
  expect(find(german, "textarea").getAttribute("aria-label")).toBe("Nachricht");
});

test("a long conversation shows its end first and earlier turns on request", async () => {
  for (let at = 0; at < 400; at += 1) hub.append({ text: `turn ${at}` });
  const element = await chat();
  expect(all(element, ".turn")).toHaveLength(150);
  find<HTMLButtonElement>(element, ".more").click();
  expect(all(element, ".turn")).toHaveLength(300);
});

test("what is typed stays in the chat: no shortcut of the page fires", async () => {
  const element = await chat();
  const heard: string[] = [];
  for (const type of ["keydown", "keyup", "keypress"]) document.addEventListener(type, (event) => heard.push(`${type} ${(event as KeyboardEvent).key}`));
  const box = find(element, "textarea");
  for (const type of ["keydown", "keyup", "keypress"]) box.dispatchEvent(new KeyboardEvent(type, { key: "s", bubbles: true, composed: true }));
  press(box, "Escape");
  expect(heard).toEqual([]);
  expect(element.hasAttribute("open")).toBe(false);
});

test("the Enter that ends a composition sends nothing, in WebKit too", async () => {
  const element = await chat();
  press(write(element, "こんに"), "Enter", { keyCode: 229 } as KeyboardEventInit);
  await settle();
  expect(hub.arrived).toEqual([]);
});

test("the chat stays as the visitor left it on the page before", async () => {
  const first = await chat({});
  find<HTMLButtonElement>(first, ".launcher").click();
  first.remove();
  const second = await chat({});
  expect([second.hasAttribute("open"), find(second, ".panel").hidden]).toEqual([true, false]);
  find<HTMLButtonElement>(second, ".launcher").click();
  second.remove();
  const third = await chat({ open: "" });
  expect(third.hasAttribute("open"), "a page that opens it does not insist").toBe(false);
});

test("a framework that tidies the page's attributes closes nothing", async () => {
  const element = await chat({});
  find<HTMLButtonElement>(element, ".launcher").click();
  element.removeAttribute("open");
  expect([element.hasAttribute("open"), find(element, ".panel").hidden]).toEqual([true, false]);
  element.hide();
  expect(find(element, ".panel").hidden).toBe(true);
  element.setAttribute("open", "");
  element.removeAttribute("open");
  expect(find(element, ".panel").hidden, "what the page opens, the page closes").toBe(true);
});

test("moved to another place of the page, it goes on with the same session", async () => {
  const element = await chat();
  write(element, "half a sent");
  const place = document.createElement("main");
  document.body.append(place);
  place.append(element);
  await settle();
  expect([find<HTMLTextAreaElement>(element, "textarea").value, hub.opened.length]).toEqual(["half a sent", 1]);
});

test("what customers cannot change is told to developers alone", async () => {
  const told = vi.spyOn(console, "error").mockImplementation(() => undefined);
  hub.refuse = () => ({ status: 403, code: "chat.domain", detail: "This chat may not be used on this page's domain." });
  const refused = await chat({});
  expect(find(refused, ".root").hidden).toBe(true);
  expect(told.mock.calls.at(-1)?.[0]).toBe("<universal-chat> is not shown. This chat may not be used on this page's domain. Add localhost to the brand's domains.");
  hub.refuse = () => null;
  for (const [attributes, sentence] of [
    [{ brand: "" }, 'The attribute brand is missing. Write <universal-chat brand="…">.'],
    [{ hub: "https://chat.example/tandem" }, 'hub="https://chat.example/tandem" has more than an origin. Write hub="https://chat.example".'],
    [{ hub: "chat.example" }, 'hub="chat.example" is no address. Write its origin: hub="https://chat.example".'],
    [{ hub: "ftp://chat.example" }, 'hub="ftp://chat.example" is no web address. Write hub="https://" and the hub\'s host.'],
  ] as [Record<string, string>, string][]) {
    const element = await chat(attributes);
    expect(told.mock.calls.at(-1)?.[0]).toBe(`<universal-chat> is not shown. ${sentence}`);
    expect(element.shadowRoot).toBeNull();
  }
});

test("too long a text is told while it is written, and not sent", async () => {
  const element = await chat();
  write(element, "a".repeat(10_012));
  expect(find(element, ".count").textContent).toBe("Too long by 12 characters");
  press(find(element, "textarea"), "Enter");
  await settle();
  expect(hub.arrived).toEqual([]);
  write(element, "a".repeat(9_990));
  expect(find(element, ".count").textContent).toBe("Characters left: 10");
  // Read out once, as it came near the end.
  write(element, "a".repeat(9_991));
  expect(find(element, ".composer .sr").textContent).toBe("Characters left: 10");
  write(element, "a");
  expect(find(element, ".count").hidden).toBe(true);
});

test("files that the hub names anew stay in their place", async () => {
  const element = await chat();
  const picker = find<HTMLInputElement>(element, "input[type=file]");
  const files = ["a note.html", "seats.html"].map((name) => new File(["x"], name, { type: "text/html" }));
  Object.defineProperty(picker, "files", { value: files });
  picker.dispatchEvent(new Event("change"));
  press(write(element, "Both"), "Enter");
  await vi.waitFor(() => expect(hub.entries).toHaveLength(2));
  for (const [at, entry] of hub.entries.entries()) {
    const media = { id: `media-${at}`, name: `${files[at]?.name ?? ""}.txt`, contentType: "text/plain", bytes: 1 };
    hub.cast({ type: "entry", entry: { ...entry, media, url: "" } });
  }
  await settle();
  const turns = all(element, ".turn").map((turn) => turn.textContent ?? "");
  expect(turns).toHaveLength(2);
  expect(turns[0]).toContain("a note.html.txt");
  expect(turns[1]).toContain("seats.html.txt");
  expect(turns[1]).toContain("Both");
});

test("every file that cannot be sent is named", async () => {
  const element = await chat();
  const picker = find<HTMLInputElement>(element, "input[type=file]");
  const large = Object.defineProperty(new File(["x"], "film.mp4"), "size", { value: 11 * 1024 * 1024 });
  Object.defineProperty(picker, "files", { value: [large, new File([], "empty.txt")] });
  picker.dispatchEvent(new Event("change"));
  const said = find(element, ".problem").textContent;
  expect(said).toContain("film.mp4");
  expect(said).toContain("10 MB");
  expect(said).toContain("empty.txt");
});

async function ask(text = "", until: string | null = UNTIL): Promise<void> {
  const id = "review-1";
  hub.say({ id, from: "system", name: null, kind: "review", text, review: { id, until } });
  const [element] = document.querySelectorAll<UniversalChat>("universal-chat");
  await vi.waitFor(() => expect(element && all(element, ".review form")).toHaveLength(1));
}

function choose(element: UniversalChat, score: number): void {
  const radio = find<HTMLInputElement>(element, `.review input[value="${score}"]`);
  radio.checked = true;
  radio.dispatchEvent(new Event("change", { bubbles: true }));
}

function submit(element: UniversalChat): Promise<void> {
  find(element, ".review form").dispatchEvent(new Event("submit", { cancelable: true }));
  return settle();
}

test("a request for a review takes a score, then a comment, and thanks", async () => {
  const element = await chat();
  await ask();
  expect(find(element, ".review legend").textContent).toBe("How was this conversation?");
  const radios = all(element, ".review input");
  expect(radios.map((radio) => radio.getAttribute("aria-label"))).toEqual([1, 2, 3, 4, 5].map((n) => `${n} of 5, 5 is best`));
  expect(new Set(radios.map((radio) => radio.getAttribute("name"))).size).toBe(1);
  expect(find(element, ".review .more-of-it").hidden).toBe(true);
  choose(element, 4);
  expect(find(element, ".review .more-of-it").hidden).toBe(false);
  find<HTMLTextAreaElement>(element, ".review textarea").value = " Quick! ";
  await submit(element);
  expect(hub.reviews).toEqual([{ score: 4, comment: "Quick!" }]);
  expect(find(element, ".review .said").textContent).toBe("Thank you for your rating: 4 of 5");
  expect(find(element, ".review form").hidden).toBe(true);
  expect(hub.arrived).toEqual([]);
});

test("an answer can be changed, and what did not arrive is kept", async () => {
  const element = await chat();
  await ask("And?");
  expect(find(element, ".review legend").textContent).toBe("And?");
  choose(element, 2);
  hub.refuse = (path) => (path.startsWith("reviews/") ? { status: 503, code: "hub.store" } : null);
  await submit(element);
  expect(find(element, ".review .said").textContent).toBe("Your rating was not sent. Try again.");
  expect(find(element, ".review form").hidden).toBe(false);
  hub.refuse = () => null;
  await submit(element);
  all(element, ".review button.link")[0]?.click();
  expect(find<HTMLInputElement>(element, '.review input[value="2"]').checked).toBe(true);
  choose(element, 5);
  await submit(element);
  expect(hub.reviews.map(({ score }) => score)).toEqual([2, 5]);
  expect(find(element, ".review .said").textContent).toBe("Thank you for your rating: 5 of 5");
});

test("a review that is over says so and takes nothing", async () => {
  const element = await chat();
  await ask("", "2020-01-01T00:00:00Z");
  expect(find(element, ".review form").hidden).toBe(true);
  expect(find(element, ".review .said").textContent).toBe("This rating is closed.");
});

const acts = (element: UniversalChat): string[] => all(element, ".review .acts button").flatMap((act) => (act.hidden ? [] : [act.textContent ?? ""]));

function pressAct(element: UniversalChat, act: string): Promise<void> {
  all(element, ".review .acts button").find(({ textContent }) => textContent === act)?.click();
  return settle();
}

test("who does not want to rate can say so, and rate after all", async () => {
  const element = await chat();
  await ask();
  expect(acts(element)).toEqual(["No, thanks"]);
  await pressAct(element, "No, thanks");
  expect(hub.declined).toEqual([{ never: false }]);
  expect(find(element, ".review .said").textContent).toBe("You gave no rating.");
  expect(find(element, ".review form").hidden).toBe(true);
  expect(acts(element)).toEqual(["Rate after all", "Do not ask me again"]);
  await pressAct(element, "Rate after all");
  expect(find(element, ".review form").hidden).toBe(false);
  choose(element, 3);
  await submit(element);
  expect(hub.reviews).toEqual([{ score: 3 }]);
  expect(find(element, ".review .said").textContent).toBe("Thank you for your rating: 3 of 5");
  expect(acts(element)).toEqual(["Change rating"]);
});

test("who does not want to be asked again is told that they will not be", async () => {
  const element = await chat();
  await ask();
  await pressAct(element, "No, thanks");
  hub.refuse = (path) => (path.startsWith("reviews/") ? { status: 503, code: "hub.store" } : null);
  await pressAct(element, "Do not ask me again");
  expect(find(element, ".review .said").textContent).toBe("Your rating was not sent. Try again.");
  hub.refuse = () => null;
  await pressAct(element, "Do not ask me again");
  expect(hub.declined).toEqual([{ never: false }, { never: true }]);
  expect(find(element, ".review .said").textContent).toBe("We will not ask you again.");
  expect(acts(element)).toEqual(["Rate after all"]);
});
