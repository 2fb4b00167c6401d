// @vitest-environment happy-dom
// The small pure parts: colours, ids, waiting times, languages, rows, storage that fails.
import { expect, test } from "vitest";
import { contrast, inkOn, parseHex, readableOn } from "./colour";
import { backoffMs, guardedStore, uuidv7 } from "./env";
import { i18nFor } from "./i18n";
import type { Item } from "./items";
import ar from "./texts/ar.json";
import cs from "./texts/cs.json";
import de from "./texts/de.json";
import { en } from "./texts/en";
import es from "./texts/es.json";
import fr from "./texts/fr.json";
import { linked } from "./view/links";
import { rowsOf } from "./view/rows";

test("any accent stays readable on both grounds and under its ink", () => {
  const grounds = [[255, 255, 255], [21, 26, 33]] as const;
  for (let hue = 0; hue < 4096; hue += 37) {
    const accent = parseHex(`#${hue.toString(16).padStart(3, "0")}`);
    if (!accent) throw new Error("a colour was expected");
    for (const ground of grounds) {
      const text = parseHex(readableOn(accent, ground)) ?? accent;
      expect(contrast(text, ground), `#${hue.toString(16)}`).toBeGreaterThanOrEqual(4.5);
    }
    expect(contrast(parseHex(inkOn(accent)) ?? accent, accent), `ink on #${hue.toString(16)}`).toBeGreaterThanOrEqual(4.3);
  }
  expect(parseHex("red; background:url(x)")).toBeNull();
});

test("ids are UUIDv7 of their millisecond", () => {
  const id = uuidv7(Date.parse("2026-03-04T10:00:00Z"));
  expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(parseInt(id.replace("-", "").slice(0, 12), 16)).toBe(Date.parse("2026-03-04T10:00:00Z"));
});

test("waiting grows, is capped, and keeps half of itself to chance", () => {
  expect([0, 1, 2, 3].map((attempt) => backoffMs(attempt, 1))).toEqual([500, 1000, 2000, 4000]);
  expect(backoffMs(50, 1)).toBe(30_000);
  expect(backoffMs(3, 0)).toBe(2000);
});

test("a store that throws is forgotten, not fatal", () => {
  const fail = (): never => {
    throw new Error("denied");
  };
  const store = guardedStore({ getItem: fail, setItem: fail, removeItem: fail });
  store.setItem("a", "1");
  expect(store.getItem("a")).toBe("1");
  store.removeItem("a");
  expect(store.getItem("a")).toBeNull();
});

test("every language says everything, with the same placeholders", () => {
  const holes = (text: string): string[] => (text.match(/\{\w+\}/g) ?? []).sort();
  for (const texts of [ar, cs, de, es, fr]) {
    for (const [key, text] of Object.entries(en)) {
      const said = texts[key as keyof typeof en];
      expect(said, key).not.toBe("");
      expect(holes(said), key).toEqual(holes(text));
    }
  }
});

test("the wished language wins, then the browser's, then English", () => {
  expect(i18nFor("fr-CA", ["de"]).language).toBe("fr");
  expect(i18nFor("tlh", ["xx", "cs-CZ"]).language).toBe("cs");
  expect(i18nFor(null, []).language).toBe("en");
  expect(i18nFor("not a tag", ["es"]).language).toBe("es");
  const now = new Date(2026, 2, 4, 12).getTime();
  expect(i18nFor("en", []).day(now - 3_600_000, now)).toBe("Today");
  expect(i18nFor("de", []).day(now - 86_400_000, now)).toBe("Gestern");
  expect(i18nFor("en", []).size(245_760)).toBe("240 kB");
});

test("links keep their brackets and lose the sentence's full stop", () => {
  const links = (text: string): string[] => linked(text).filter((node) => node instanceof HTMLAnchorElement).map((node) => node.textContent ?? "");
  expect(links("See https://en.example/wiki/A_(b).")).toEqual(["https://en.example/wiki/A_(b)"]);
  expect(links("(https://a.example)")).toEqual(["https://a.example"]);
  expect(links("http:// https://[")).toEqual([]);
  const text = "a https://a.example b HTTP://B.example, c";
  expect(linked(text).map((node) => node.textContent).join("")).toBe(text);
});

test("turns of one author stand together until time, day or stage parts them", () => {
  const turn = (id: string, minutes: number, more: Partial<Item> = {}): Item => ({
    id,
    from: "agent",
    name: "Maya",
    kind: "text",
    text: id,
    timeMs: new Date(2026, 2, 4, 12).getTime() + minutes * 60_000,
    choices: [],
    picked: null,
    media: null,
    review: null,
    own: false,
    stage: null,
    failure: null,
    uploaded: null,
    earlier: false,
    ...more,
  });
  const rows = rowsOf([turn("a", 0), turn("b", 1), turn("c", 20), turn("d", 21, { name: "Ben" }), turn("e", 24 * 60)]);
  const shape = rows.map((row) => (row.kind === "turn" ? `${row.key}${row.opens ? "<" : ""}${row.closes ? ">" : ""}` : row.kind));
  expect(shape).toEqual(["day", "a<", "b>", "c<>", "d<>", "day", "e<>"]);
});
