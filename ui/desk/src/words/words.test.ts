import { describe, expect, it } from "vitest";
import { bytes, lastStage, stageWords } from "./labels";
import { beginning, matching, stretches } from "./mentions";
import { minutesOf, quietWords, timeOfDay } from "./notifications";
import { initials, nameOf } from "./people";
import { ago, day, due, lasted, waits } from "./time";
import { alertWords, callWords, reachWords } from "./told";

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
    [-198 * SECOND, "due in 3:18"],
    [0, "overdue 0:00"],
    [65 * SECOND, "overdue 1:05"],
    [3 * HOUR + 20 * MINUTE, "overdue 3 h 20 min"],
  ])("a reply that was due %d ms ago reads %s", (ms, words) => expect(due(before(ms), NOW)).toBe(words));

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

describe("mentions", () => {
  const names = [{ user: "maya", name: "Maya Ortiz" }, { user: "m", name: "Maya" }];
  it.each([
    ["Hello", ["Hello"]],
    ["@Maya Ortiz, look", ["*@Maya Ortiz", ", look"]],
    ["So @maya: no", ["So ", "*@maya", ": no"]],
    ["@Mayas and a@Maya", ["@Mayas and a@Maya"]],
    ["@Maya@Maya Ortiz", ["*@Maya", "@Maya Ortiz"]],
    ["<b>@Maya</b>", ["<b>", "*@Maya", "</b>"]],
  ])("%j has its names apart, and stays text", (text, expected) => {
    const found = stretches(text, names);
    expect(found.map(({ text, user }) => (user ? `*${text}` : text))).toEqual(expected);
    expect(found.map((stretch) => stretch.text).join("")).toBe(text);
  });

  it.each([
    ["Ask @", ""],
    ["Ask @pri", "pri"],
    ["Ask @Priya N", "Priya N"],
    ["a@pri", null],
    ["@ pri", null],
    ["@pri\nmore", null],
    ["nothing", null],
  ])("what is typed after the @ of %j is %j", (text, typed) => expect(beginning(text, text.length)?.typed ?? null).toBe(typed));

  it("are found by any word of a name", () => {
    expect(matching(names, "ort")).toEqual([names[0]]);
    expect(matching(names, "may")).toEqual(names);
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

describe("quiet hours", () => {
  it("are minutes after midnight, and a field of time", () => {
    expect([timeOfDay(0), timeOfDay(7 * 60 + 5), timeOfDay(23 * 60 + 59)]).toEqual(["00:00", "07:05", "23:59"]);
    expect([minutesOf("07:05"), minutesOf("23:59"), minutesOf("")]).toEqual([425, 1439, null]);
  });

  it("say when they go over midnight, and when there are none", () => {
    expect(quietWords({ from: 12 * 60, to: 13 * 60 })).toContain("From 12:00 to 13:00 nothing");
    expect(quietWords({ from: 22 * 60, to: 7 * 60 })).toContain("From 22:00 to 07:00 the next day nothing");
    expect(quietWords({ from: 60, to: 60 })).toContain("quiet hours are off");
  });
});

describe("who was notified", () => {
  const at = (seconds: number): string => new Date(NOW + seconds * SECOND).toISOString();
  const nothing = { user: "maya", name: "Maya Ortiz", sent: null, shown: null, muted: null, why: null, clicked: null, joined: null };
  const call = { call: "call", since: at(0), reach: "eligible" as const, ended: null, alerts: [] };

  it.each([
    [{ sent: at(0), shown: at(0), joined: at(6) }, "shown 14:02:31 · joined 14:02:37"],
    [{ sent: at(0), shown: at(0), clicked: at(3) }, "shown 14:02:31 · clicked 14:02:34"],
    [{ sent: at(0), muted: at(0), why: "do not disturb" }, "muted: do not disturb"],
    [{ sent: at(0), muted: at(1), why: "screen locked", shown: at(9) }, "muted: screen locked · shown 14:02:40"],
    [{ sent: at(0) }, "sent 14:02:31, not confirmed"],
    // Came by without having been called.
    [{ joined: at(6) }, "joined 14:02:37"],
    [{}, "could not be reached"],
  ])("says what became of an alert (%#)", (alert, words) => {
    expect(alertWords({ ...nothing, ...alert })).toBe(words);
  });

  it("says since when, and how far", () => {
    expect(callWords(call, NOW)).toBe("Called today 14:02:31, still open");
    expect(callWords({ ...call, ended: at(9) }, NOW + 24 * HOUR)).toBe("Called yesterday 14:02:31, over since 14:02:40");
    const reaches = (["eligible", "everyone", "supervisors", "logic"] as const).map((reach) => reachWords({ ...call, reach }));
    expect(reaches).toEqual(["Notified: agents who fit", "Notified: all agents", "Notified: all agents, supervisors", "Notified: all agents, supervisors, Your Logic"]);
  });
});
