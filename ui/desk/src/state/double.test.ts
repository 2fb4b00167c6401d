// What a double click means when what it hits changes between its two presses.
import { describe, expect, it } from "vitest";
import { DoubleClicks } from "./double";

describe("the second press of a double click", () => {
  const join = document.createElement("button");
  const send = document.createElement("button");
  const words = send.appendChild(document.createElement("span"));
  const text = document.createElement("p");

  it.each<[string, (Element | null)[], boolean]>([
    ["on the same button counts", [send, send], false],
    ["on the same button's words counts", [send, words], false],
    ["on a button that was not there does not", [join, send], true],
    ["on a button that appeared under text does not", [text, send], true],
    ["on text counts", [text, text], false],
    ["on text where a button was does not", [join, text], true],
  ])("%s", (_, [first, second], ignored) => {
    const clicks = new DoubleClicks();
    expect(clicks.ignores({ detail: 1, target: first ?? null })).toBe(false);
    expect(clicks.ignores({ detail: 2, target: second ?? null })).toBe(ignored);
    expect(clicks.ignores({ detail: 1, target: second ?? null })).toBe(false);
    expect(clicks.ignores({ detail: 0, target: first ?? null }), "a key presses no button twice").toBe(false);
  });
});
