import { describe, expect, it } from "vitest";
import { bytes, lastStage, stageWords } from "./labels";
import { pieces } from "./links";
import { initials, nameOf } from "./people";
import { ago, day, lasted, waits } from "./time";

const NOW = new Date(2026, 4, 12, 14, 2, 31).getTime();
const before = (ms: number): string => new Date(NOW - ms).toISOString();
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

describe("time", () => {
  it.each([
    [42 * SECOND, "0:42"],
    [102 * SECOND, "1:42"],
    [12 * MINUTE + 5 * SECOND, "12:05"],
    [3 * HOUR + 20 * MINUTE, "3 h 20 min"],
    [50 * HOUR, "2 days"],
    // A clock of another machine that is ahead of ours.
    [-5 * SECOND, "0:00"],
  ])("waiting for %d ms reads %s", (ms, words) => expect(waits(before(ms), NOW)).toBe(words));

  it.each([
    [10 * SECOND, "now"],
    [2 * MINUTE, "2 min"],
    [13 * HOUR, "13 h"],
    [20 * HOUR, "yesterday"],
    [24 * 9 * HOUR, "3 May"],
  ])("%d ms ago reads %s", (ms, words) => expect(ago(before(ms), NOW)).toBe(words));

  it("names days", () => {
    expect(day(before(HOUR), NOW)).toBe("today");
    expect(day(before(24 * HOUR), NOW)).toBe("yesterday");
    expect(day(before(24 * 400 * HOUR), NOW)).toBe("7 April 2025");
    expect(lasted(before(4 * MINUTE), NOW)).toBe("4 min");
  });
});

describe("people", () => {
  it.each([
    ["Carmen Menzel", "CM"],
    ["Aerolinx", "AE"],
    ["+44 7700 900142", "+44"],
    ["élodie", "ÉL"],
    ["  ", "?"],
  ])("%j has the initials %s", (name, letters) => expect(initials(name)).toBe(letters));

  it("calls the agent You and nobody else", () => {
    expect(nameOf({ kind: "agent", user: "maya", name: "Maya Ortiz" }, "Carmen Menzel", "maya")).toBe("You");
    expect(nameOf({ kind: "agent", user: "priya", name: "Priya Nair" }, "Carmen Menzel", "maya")).toBe("Priya Nair");
    expect(nameOf({ kind: "customer" }, "Carmen Menzel", "maya")).toBe("Carmen");
  });
});

describe("links", () => {
  const urls = (text: string): (string | null)[] => pieces(text).map((piece) => piece.url).filter(Boolean);

  it("finds http and https, without the sentence around them", () => {
    expect(urls("See https://tandem.example/a?b=c, or (http://x.example).")).toEqual(["https://tandem.example/a?b=c", "http://x.example"]);
  });

  it("leaves every other scheme, and addresses that mislead, as text", () => {
    expect(urls("javascript:alert(1) file:///etc/passwd data:text/html,x https://bank.example@evil.example/")).toEqual([]);
  });

  it("loses no letter", () => {
    const text = "a https://x.example/ü?q=1. b\n<img src=x onerror=alert(1)>";
    expect(pieces(text).map((piece) => piece.text).join("")).toBe(text);
  });
});

describe("labels", () => {
  it("says read for what we sent and seen for what customers sent", () => {
    expect(stageWords("seen", { kind: "logic" })).toBe("read");
    expect(stageWords("seen", { kind: "customer" })).toBe("seen");
  });

  it("prefers a failure over whatever came after it", () => {
    const at = before(0);
    const stages = [
      { stage: "failed" as const, at, reason: "no such number" },
      { stage: "sent" as const, at, reason: null },
    ];
    expect(lastStage(stages)?.stage).toBe("failed");
    expect(lastStage([])).toBeNull();
  });

  it("rounds sizes", () => {
    expect([bytes(800), bytes(88_102), bytes(412_000_000), bytes(1_240_000_000)]).toEqual(["800 B", "88 kB", "412 MB", "1.2 GB"]);
  });
});
