// When snoozed conversations come back, in words.
import { describe, expect, it } from "vitest";
import { choices, fieldOf, isAway, snoozeTag } from "./snooze";

const local = (year: number, month: number, day: number, hour: number, minute = 0): number => new Date(year, month - 1, day, hour, minute).getTime();
const FRIDAY = local(2026, 11, 27, 16, 30);
const iso = (at: number): string => new Date(at).toISOString();

describe("what is offered", () => {
  const at = (now: number, id: string): number | null | undefined => choices(now).find((choice) => choice.id === id)?.until;

  it("is counted in the days and hours of this machine", () => {
    expect(at(FRIDAY, "hour")).toBe(local(2026, 11, 27, 17, 30));
    expect(at(FRIDAY, "tomorrow")).toBe(local(2026, 11, 28, 9));
    expect(at(FRIDAY, "monday")).toBe(local(2026, 11, 30, 9));
    expect(at(FRIDAY, "customer")).toBeNull();
  });

  it("names Monday once", () => {
    const sunday = local(2026, 11, 29, 12);
    expect(at(sunday, "tomorrow")).toBe(local(2026, 11, 30, 9));
    expect(at(sunday, "monday")).toBeUndefined();
    expect(at(local(2026, 11, 30, 8), "monday"), "on a Monday, the next").toBe(local(2026, 12, 7, 9));
  });

  it("is always ahead, at every hour of a year", () => {
    for (let now = local(2026, 1, 1, 0); now < local(2027, 1, 1, 0); now += 3_600_000) {
      for (const { id, until } of choices(now)) expect(until === null || until > now, `${id} at ${iso(now)}`).toBe(true);
    }
  });
});

describe("words", () => {
  it("say when it comes back", () => {
    const tag = (until: string | null): string => snoozeTag({ by: { kind: "agent", user: "maya", name: "Maya Ortiz" }, me: true, until, over: false }, FRIDAY);
    expect(tag(iso(local(2026, 11, 27, 17)))).toBe("Snoozed until 17:00");
    expect(tag(iso(local(2026, 11, 28, 9)))).toBe("Snoozed until tomorrow 09:00");
    expect(tag(iso(local(2026, 12, 24, 9)))).toBe("Snoozed until 24 December 09:00");
    expect(tag(null)).toBe("Snoozed until the customer writes");
  });

  it("name a colleague, and a reminder of one's own", () => {
    const until = iso(local(2026, 11, 27, 17));
    const maya = { by: { kind: "agent", user: "maya", name: "Maya Ortiz" } as const, me: true, until, over: false };
    expect(snoozeTag(maya, FRIDAY)).toBe("Snoozed until 17:00");
    expect(snoozeTag({ ...maya, me: false }, FRIDAY)).toBe("Maya Ortiz: snoozed until 17:00");
    expect(snoozeTag({ ...maya, over: true }, FRIDAY)).toBe("Reminder");
    expect([maya, { ...maya, me: false }, { ...maya, over: true }, null].map((snooze) => isAway({ snooze }))).toEqual([true, false, false, false]);
  });

  it("fill the field for date and time in local time", () => {
    expect(fieldOf(FRIDAY)).toBe("2026-11-27T16:30");
    expect(Date.parse(fieldOf(FRIDAY))).toBe(FRIDAY);
  });
});
