import { expect, test } from "vitest";
import { composes, isEnter } from "./keys";
import { charactersLeft, wellFormed } from "./text";

test("the writer is told near the limit, in characters as the hub counts them", () => {
  expect(charactersLeft("a".repeat(9_000))).toBeNull();
  expect(charactersLeft("a".repeat(9_990))).toBe(10);
  expect(charactersLeft("a".repeat(10_012))).toBe(-12);
  expect(charactersLeft("👋".repeat(9_000))).toBeNull();
  expect(charactersLeft("👋".repeat(10_001))).toBe(-1);
  expect(charactersLeft(`  ${"a".repeat(10_000)}\n`), "what is trimmed does not count").toBe(0);
});

test("halves of characters are replaced, whole ones are left", () => {
  expect(wellFormed("ok \ud83d")).toBe("ok \ufffd");
  expect(wellFormed("\udc4b👋\ud83d\ud83d")).toBe("\ufffd👋\ufffd\ufffd");
  expect(wellFormed("grüße 👋🏽")).toBe("grüße 👋🏽");
});

test("the Enter that ends a composition is none, whatever the engine says of it", () => {
  const key = { key: "Enter", isComposing: false, keyCode: 13, shiftKey: false };
  expect(isEnter(key)).toBe(true);
  for (const part of [{ isComposing: true }, { keyCode: 229 }, { key: "a" }]) expect(isEnter({ ...key, ...part })).toBe(false);
  expect(composes({ isComposing: false, keyCode: 229 })).toBe(true);
});
