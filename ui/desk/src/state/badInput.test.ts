// Strings that break programs, in everything that people write and the window shows: nothing becomes markup, nothing is cut,
// and what is sent goes once.
import { cleanup, fireEvent, render, screen } from "@testing-library/svelte";
import { afterEach, describe, expect, it, vi } from "vitest";
import Composer from "../composer/Composer.svelte";
import Buttons from "../context/Buttons.svelte";
import FileChip from "../conversation/FileChip.svelte";
import Note from "../conversation/Note.svelte";
import Turn from "../conversation/Turn.svelte";
import { badInput } from "../dev/badInput";
import { fakeHost } from "../host/fake";
import Row from "../list/Row.svelte";
import { OpenConversation } from "./conversation.svelte";
import { Desk } from "./desk.svelte";
import { matches } from "./palette";
import { transcript } from "./transcript";
import { lines } from "../words/format";
import { begun, gapIn } from "../words/library";
import type { EntryView, RowView } from "$shared/types";

const ALL = badInput();
const SAID = ALL.filter((text) => text.trim() !== "");
/** Those that want to be more than text. */
const MARKUP = SAID.filter((text) => /[<>{]|javascript:/i.test(text));
/** What a text may be made of. */
const HARMLESS = new Set(["P", "SPAN", "STRONG", "CODE", "A", "BUTTON", "DIV", "svg", "g", "path", "circle", "rect", "line", "polyline", "polygon", "ellipse", "B", "TIME", "SECTION", "KBD", "UL", "LI"]);
const entryOf = (text: string): EntryView => ({ key: "k", conversation: "carmen", position: 1, command: null, time: "2026-01-01T10:00:00.000Z", by: { kind: "customer" }, body: { type: "text", turn: "t", text, silent: false }, stages: [], heldUntil: null, upload: null, about: null, translation: null });

afterEach(() => cleanup());

function isHarmless(root: Element, text: string): void {
  for (const element of root.querySelectorAll("*")) {
    expect(HARMLESS, `${element.tagName} in ${JSON.stringify(text)}`).toContain(element.tagName);
    for (const { name, value } of element.attributes) {
      expect(name.startsWith("on"), `${name} in ${JSON.stringify(text)}`).toBe(false);
      if (name === "href") expect(value, text).toMatch(/^(https?:\/\/|mailto:)/);
    }
  }
}

describe("what people write", () => {
  it("is shown character by character, formatted or not", () => {
    for (const text of ALL) {
      for (const formats of [false, true]) {
        const shown = lines(text, formats).map(({ bits }) => bits.map((bit) => bit.text).join("")).join("\n");
        // Names of hosts that pass for others are shown as what they are.
        if (!/xn--|[\u0080-\uffff]\S*\.\S|\ue000/i.test(text)) expect(shown).toBe(text);
      }
    }
  });

  it("is text in turns and notes", () => {
    for (const text of MARKUP) {
      const turn = render(Turn, { entry: entryOf(text), first: true, last: true, customer: text, me: "maya", formats: true, details: vi.fn(), cancel: vi.fn(), retry: null });
      isHarmless(turn.container, text);
      turn.unmount();
      const note = render(Note, { entry: entryOf(text), text, mentions: [], customer: text, me: "maya" });
      isHarmless(note.container, text);
      note.unmount();
    }
  });

  it("is text in names, tags, files and buttons", async () => {
    const host = fakeHost("");
    const { rows } = await host.rpc("conversations.list", { section: "my", query: "", offset: 0, limit: 1 });
    const base = rows[0];
    if (!base) throw new Error("no row");
    const view = await host.rpc("conversation.open", { id: "carmen" });
    const button = view.buttons[0];
    if (!button) throw new Error("no button");
    for (const text of MARKUP) {
      const row: RowView = { ...base, name: text, words: text, tags: [text], brand: text, language: text };
      const shown = [
        render(Row, { row, at: 0, total: 1, me: "maya", on: false, cursor: false, several: { channel: true }, open: vi.fn() }),
        render(FileChip, { media: { id: "m", name: text, contentType: text, bytes: 3 } }),
        render(Buttons, { buttons: [{ ...button, title: text, description: text }], press: vi.fn() }),
      ];
      for (const one of shown) {
        isHarmless(one.container, text);
        one.unmount();
      }
    }
  });

  it("is copied as it was", async () => {
    const host = fakeHost("");
    for (const text of SAID) host.add("carmen", { by: { kind: "customer" }, body: { type: "text", turn: text, text, silent: false } });
    const copy = await transcript(host, await host.rpc("conversation.open", { id: "carmen" }), "maya", Date.now());
    for (const text of SAID) expect(copy).toContain(text);
  });
});

describe("what is typed", () => {
  it("is sent once and whole, or not at all", async () => {
    const host = fakeHost("");
    const desk = new Desk(host);
    await desk.refresh();
    const open = new OpenConversation(host, "carmen");
    await open.refresh();
    if (!open.view) throw new Error("no view");
    render(Composer, { desk, view: open.view, composer: open.composer, offline: false, leave: null });
    const field = screen.getByRole<HTMLTextAreaElement>("textbox");
    const sent = (): string[] => host.calls.filter(({ name }) => name === "conversation.send").map(({ request }) => (request as { text: string }).text);
    for (const text of ALL) {
      const before = sent().length;
      open.composer.write(text);
      await open.composer.send(true, true);
      await open.composer.send(true, true);
      const trimmed = text.trim();
      expect(sent().slice(before)).toEqual(trimmed === "" ? [] : [trimmed]);
    }
    // A pasted table stays one.
    await fireEvent.input(field, { target: { value: "Bag\t2\nCoat\t1" } });
    expect(open.composer.text).toBe("Bag\t2\nCoat\t1");
  });

  it("breaks no search", () => {
    for (const text of ALL) {
      expect(() => matches("Copy the transcript", text)).not.toThrow();
      expect(() => matches(text, text.trim())).not.toThrow();
      expect(() => [begun(text, text.length), gapIn(text)]).not.toThrow();
    }
  });
});
