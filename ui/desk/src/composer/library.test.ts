// Maya answers Carmen with quick replies and questions.
import { endsWord } from "../words/library";
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import Composer from "./Composer.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { OpenConversation } from "../state/conversation.svelte";
import { Desk } from "../state/desk.svelte";
import { begun, spoken } from "../words/library";

let host: FakeHost;
let open: OpenConversation;
const user = userEvent.setup();
const field = (): HTMLTextAreaElement => screen.getByRole("textbox");
const list = (): HTMLElement | null => screen.queryByRole("listbox", { name: "Quick replies and questions" });
const sent = (name: string): unknown[] => host.calls.filter((call) => call.name === name).map((call) => call.request);
const texts = (): string[] => sent("conversation.send").map((request) => (request as { text: string }).text);

beforeEach(async () => {
  host = fakeHost();
  open = new OpenConversation(host, "carmen");
  await open.refresh();
  if (!open.view) throw new Error("no view");
  open.shown.note(open.newest(), 0);
  render(Composer, { desk: new Desk(host), view: open.view, composer: open.composer, offline: false, leave: null });
  await user.clear(field());
});

describe("the library in the message field", () => {
  it("sends the most used with three keys", async () => {
    await user.type(field(), "/");
    await vi.waitFor(() => expect(list()).not.toBeNull());
    await user.keyboard("{Enter}");
    await vi.waitFor(() => expect(field().value).toMatch(/^I'm working on it/));
    expect(texts()).toEqual([]);
    await user.keyboard("{Enter}");
    await vi.waitFor(() => expect(texts()).toEqual(["I'm working on it and will be right back with you."]));
  });

  it("takes the same three keys in haste, and never sends the slash", async () => {
    const rpc = host.rpc.bind(host);
    vi.spyOn(host, "rpc").mockImplementation(async (name, request) => {
      if (name.startsWith("library.")) await new Promise((done) => setTimeout(done, 30));
      return rpc(name, request);
    });
    field().focus();
    await user.keyboard("/{Enter}");
    await vi.waitFor(() => expect(sent("library.find")).toHaveLength(1));
    await new Promise((done) => setTimeout(done, 10));
    await user.keyboard("{Enter}");
    await vi.waitFor(() => expect(texts()).toEqual(["I'm working on it and will be right back with you."]));
    expect(sent("library.insert")).toHaveLength(1);
  });

  it("inserts at the cursor, and several in one message", async () => {
    await user.type(field(), "Hello. Bye.");
    field().setSelectionRange(7, 7);
    await user.keyboard("/refu");
    await vi.waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(1));
    expect(field().getAttribute("aria-activedescendant")).toBe(screen.getByRole("option").id);
    await user.keyboard("{Enter}");
    await vi.waitFor(() => expect(field().value).toBe("Hello. Dear Carmen, the refund reaches your account within five working days.Bye."));
    await user.keyboard(" /work");
    await vi.waitFor(() => expect(list()).not.toBeNull());
    await user.keyboard("{Tab}");
    await vi.waitFor(() => expect(field().value).toBe("Hello. Dear Carmen, the refund reaches your account within five working days. I'm working on it and will be right back with you.Bye."));
    expect(field().selectionStart).toBe(field().value.length - "Bye.".length);
  });

  it("opens by key and by button anywhere in the text, and searches what is typed there", async () => {
    await user.type(field(), "mid");
    field().setSelectionRange(1, 1);
    await user.keyboard("{Control>}/{/Control}");
    await vi.waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(5));
    await user.keyboard("bye");
    await vi.waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(1));
    await user.keyboard("{Enter}");
    await vi.waitFor(() => expect(field().value).toBe("m Gern geschehen. Bis zum nächsten Mal!id"));
    expect(screen.getByText("German: there is no English text.")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Quick replies" }));
    await vi.waitFor(() => expect(list()).not.toBeNull());
    expect(document.activeElement).toBe(field());
  });

  it("keeps its distance from the word before", async () => {
    expect(["Hello", "Hello.", "(so)", "5"].map(endsWord)).toEqual([true, true, true, true]);
    expect(["", "Hello ", "Hello\n", "("].map(endsWord)).toEqual([false, false, false, false]);
  });

  it("selects the first gap, and sends nothing until all are filled", async () => {
    await user.type(field(), "/booking");
    await vi.waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(1));
    await user.keyboard("{Enter}");
    const marked = (): string => field().value.slice(field().selectionStart, field().selectionEnd);
    await vi.waitFor(() => expect(marked()).toMatch(/^⟦conversation\.custom\.\w+⟧$/));
    await user.keyboard("NW 20418{Enter}");
    if (field().value.includes("⟦")) {
      expect((await screen.findByRole("alert")).textContent).toMatch(/Fill in or delete ⟦conversation\.custom\.seat⟧ first/);
      expect(marked()).toBe("⟦conversation.custom.seat⟧");
      expect(open.composer.text).toContain("⟦");
      await user.keyboard("4A{Enter}");
    }
    await vi.waitFor(() => expect(texts().at(-1)).not.toContain("⟦"));
    await vi.waitFor(() => expect(field().value).toBe(""));
  });

  it("shows a question as it will be sent, after the words, and sends both", async () => {
    await user.type(field(), "Good news! /which");
    await vi.waitFor(() => expect(list()).not.toBeNull());
    await user.keyboard("{Enter}");
    const card = await screen.findByRole("group", { name: "Question to send" });
    expect(card.textContent).toContain("Friday 11:15");
    expect(field().value).toBe("Good news! ");
    await user.keyboard("{Enter}");
    await vi.waitFor(() => expect(sent("library.ask")).toHaveLength(1));
    expect(texts()).toEqual(["Good news!"]);
    expect(sent("library.ask")[0]).toMatchObject({ id: "carmen", question: "day", anyway: false });
    await vi.waitFor(() => expect(screen.queryByRole("group", { name: "Question to send" })).toBeNull());
  });

  it("drops a question with Escape, and asks it without words", async () => {
    await user.type(field(), "/which");
    await vi.waitFor(() => expect(list()).not.toBeNull());
    await user.keyboard("{Enter}");
    await screen.findByRole("group", { name: "Question to send" });
    await user.keyboard("{Escape}");
    expect(screen.queryByRole("group", { name: "Question to send" })).toBeNull();
    await user.type(field(), "/which");
    await vi.waitFor(() => expect(list()).not.toBeNull());
    await user.keyboard("{Enter}");
    await screen.findByRole("group", { name: "Question to send" });
    await user.keyboard("{Enter}");
    await vi.waitFor(() => expect(sent("library.ask")).toHaveLength(1));
    expect(texts()).toEqual([]);
  });

  it.each([
    ["{Control>}/{/Control}zebra three", "zebra three"],
    ["/wrok", "/wrok"],
  ])("sends nothing for %s, which is not found, until Enter is pressed again", async (keys, text) => {
    await user.type(field(), keys);
    await screen.findByText(/^Nothing found/);
    await user.keyboard("{Enter}");
    await vi.waitFor(() => expect(screen.queryByText(/^Nothing found/)).toBeNull());
    expect([texts(), field().value]).toEqual([[], text]);
    await user.keyboard("{Enter}");
    await vi.waitFor(() => expect(texts()).toEqual([text]));
  });

  it("is put aside with Escape, and what was typed is what is sent", async () => {
    await user.type(field(), "/work");
    await vi.waitFor(() => expect(list()).not.toBeNull());
    await user.keyboard("{Escape}i{Enter}");
    expect(list()).toBeNull();
    await vi.waitFor(() => expect(texts()).toEqual(["/worki"]));
  });

  it("has no questions in a note", async () => {
    await user.click(screen.getByRole("button", { name: "Note" }));
    await user.type(field(), "/");
    await vi.waitFor(() => expect(screen.getAllByRole("option")).toHaveLength(4));
    await user.keyboard("{ArrowDown}{Enter}");
    await vi.waitFor(() => expect(field().value).toMatch(/^Dear Carmen/));
    expect(sent("library.insert")).toEqual([{ id: "carmen", reply: "refund", note: true }]);
  });

  it("says why a quick reply could not be inserted, and keeps the words around it", async () => {
    host.refuse.set("library.insert", { code: "library.gone", message: "This quick reply is not offered here any more." });
    await user.type(field(), "Hi /bye");
    await vi.waitFor(() => expect(list()).not.toBeNull());
    await user.keyboard("{Enter}");
    expect((await screen.findByRole("alert")).textContent).toBe("Not inserted. This quick reply is not offered here any more.");
    expect(field().value).toBe("Hi ");
  });
});

describe("a search in the text", () => {
  it.each([
    ["/", 1, ""],
    ["/thx", 4, "thx"],
    ["Hi /lost parcel", 15, "lost parcel"],
    ["a\n/x", 4, "x"],
  ])("begins in %j", (text, caret, typed) => expect(begun(text, caret)?.typed).toBe(typed));

  it.each([
    ["and/or", 6],
    ["https://a.example/b", 19],
    ["5 / 6", 5],
    ["/a\nb", 4],
    ["no", 2],
    ["/" + "x".repeat(70), 71],
  ])("does not begin in %j", (text, caret) => expect(begun(text, caret)).toBeNull());

  it("says the language only where it is not the conversation's", () => {
    expect(spoken({ language: "en", wanted: false }, "es")).toBe("English: there is no Spanish text.");
    expect(spoken({ language: "de", wanted: true }, "de-AT")).toBeNull();
    expect(spoken({ language: "en", wanted: false }, null)).toBeNull();
  });
});
