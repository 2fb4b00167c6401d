import { describe, expect, it } from "vitest";
import { sameParts } from "./same";

interface State {
  counts: { my: number };
  ended?: string;
}

describe("a state that is read again", () => {
  it("keeps the parts that say the same, and is itself the same if all of them do", () => {
    const before: State = { counts: { my: 1 }, ended: "moved" };
    expect(sameParts(before, { counts: { my: 1 }, ended: "moved" })).toBe(before);
    const now = sameParts(before, { counts: { my: 1 }, ended: "closed" });
    expect(now).toEqual({ counts: { my: 1 }, ended: "closed" });
    expect(now.counts).toBe(before.counts);
  });

  it("loses what is not said any more, and gains what is new", () => {
    const before: State = { counts: { my: 1 }, ended: "moved" };
    const over = sameParts(before, { counts: { my: 1 } });
    expect(over).toEqual({ counts: { my: 1 } });
    expect(sameParts(over, before)).toEqual(before);
  });
});
