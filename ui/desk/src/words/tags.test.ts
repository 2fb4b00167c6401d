// Tags that are offered while one types.
import { describe, expect, it } from "vitest";
import { oneLine, tagOffers } from "./tags";

const USED = [
  { tag: "refund", uses: 12 },
  { tag: "VIP", uses: 4 },
  { tag: "lost suitcase", uses: 2 },
];
const names = (typed: string, own: string[] = ["vip"]): string[] => tagOffers(own, USED, typed).map(({ tag, on, fresh }) => `${on ? "-" : fresh ? "*" : "+"}${tag}`);

describe("tags", () => {
  it("of the conversation come first, and none is offered twice", () => {
    expect(names("")).toEqual(["-vip", "+refund", "+lost suitcase"]);
    expect(tagOffers(["vip"], USED, "")[0]?.uses).toBe(4);
  });

  it("are found by any part, those that begin so first, and what nobody uses is new", () => {
    expect(names("r")).toEqual(["+refund", "*r"]);
    expect(names("suit")).toEqual(["*suit", "+lost suitcase"]);
    expect(names("f", ["x for f"])).toEqual(["*f", "+refund", "-x for f"]);
    expect(names("VIP ")).toEqual(["-vip"]);
    expect(names(" gluten   free\n")).toEqual(["*gluten free"]);
  });

  it("are taken away without looking only by their very name", () => {
    expect(names("refund", ["refund-done"])[0]).toBe("+refund");
    expect(names("refund-d", ["refund-done"])).toEqual(["*refund-d", "-refund-done"]);
    expect(names("Refund-Done", ["refund-done"])).toEqual(["-refund-done"]);
    expect(names("vip", ["vip", "vip guest"])).toEqual(["-vip", "-vip guest"]);
  });

  it("are one line", () => {
    expect(oneLine("  a\u00a0 b\tc\n")).toBe("a b c");
  });
});
