import { describe, expect, it } from "vitest";
import type { EntryView } from "$shared/types";
import { likelyHeight } from "./likely";

describe("a likely height", () => {
  const entry = (body: EntryView["body"], at = 0): EntryView => ({ ...samples, body, key: String(at), time: new Date(Date.UTC(2026, 10, 1, 9, at)).toISOString() });
  const samples = { conversation: "c", position: 1, by: { kind: "customer" }, command: null, stages: [], about: null } as unknown as EntryView;
  const text = (words: string, at = 0): EntryView => entry({ type: "text", turn: `t${at}`, text: words, silent: false }, at);

  it("follows from the words, from who goes on, and from nothing that is out of sight", () => {
    const short = likelyHeight([text("Hello")]);
    expect(short).toBeGreaterThan(4);
    expect(likelyHeight([text("word ".repeat(60))]), "five lines").toBe(short + 4 * 1.25);
    expect(likelyHeight([text("a\n\nb")]), "three lines").toBe(short + 2 * 1.25);
    expect(likelyHeight([text("Hello", 1), text("Hello", 2)]), "one name, one life cycle").toBeLessThan(short);
    const far = text("word ".repeat(1_000));
    expect(likelyHeight([far, ...Array.from({ length: 12 }, (_, at) => text("Hello", 10 * at))])).toBe(short);
  });

  it("knows that pictures are high", () => {
    const file = (contentType: string): EntryView => entry({ ...text("One"), type: "attachment", turn: "t", media: { contentType } } as unknown as EntryView["body"]);
    expect(likelyHeight([file("image/png")])).toBeGreaterThan(2 * likelyHeight([text("One")]));
    expect(likelyHeight([file("application/pdf")])).toBeGreaterThan(likelyHeight([text("")]));
  });

  it("is there for a journey of nothing", () => {
    expect(likelyHeight([])).toBeGreaterThan(1);
  });
});
