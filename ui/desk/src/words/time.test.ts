// Days of the calendar where clocks are put forward and back. Vitest runs with the zone that `TZ` names.
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { day, moment } from "./time";

describe("days in Berlin", () => {
  const zone = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = "Europe/Berlin";
  });
  afterAll(() => {
    process.env.TZ = zone;
  });

  // The night of 29 March 2026 has 23 hours, that of 25 October 25.
  it.each([
    ["2026-03-28T23:30:00+01:00", "2026-03-28T23:59:00+01:00", "today"],
    ["2026-03-28T23:30:00+01:00", "2026-03-29T09:00:00+02:00", "yesterday"],
    ["2026-03-28T23:30:00+01:00", "2026-03-30T00:30:00+02:00", "28 March"],
    ["2026-03-29T00:10:00+01:00", "2026-03-30T23:50:00+02:00", "yesterday"],
    ["2026-10-25T00:15:00+02:00", "2026-10-25T23:50:00+01:00", "today"],
    ["2026-10-25T00:15:00+02:00", "2026-10-26T09:00:00+01:00", "yesterday"],
    ["2026-10-25T00:15:00+02:00", "2026-10-27T00:05:00+01:00", "25 October"],
    ["2025-12-31T23:59:00+01:00", "2026-01-01T00:01:00+01:00", "yesterday"],
    ["2025-12-30T12:00:00+01:00", "2026-01-01T00:01:00+01:00", "30 December 2025"],
  ])("%s seen at %s is %s", (at, now, name) => {
    expect(day(at, Date.parse(now))).toBe(name);
  });

  it("names the hour of the zone", () => {
    expect(moment("2026-03-28T23:30:00+01:00", Date.parse("2026-03-29T09:00:00+02:00"))).toBe("yesterday 23:30");
  });
});
