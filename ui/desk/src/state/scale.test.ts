// Times and places on the scale of the scrubber.
import { describe, expect, it } from "vitest";
import { Scale } from "./scale";

const DAY = 86_400_000;
const scale = new Scale([1_000, 2_000, 2_500, 2_500 + DAY, 3_500 + DAY]);

describe("the scale", () => {
  it("gives what happened its time, and a night two minutes", () => {
    expect([1_000, 2_000, 2_500, 2_500 + DAY, 3_500 + DAY].map((time) => scale.placeOf(time))).toEqual([0, 1_000, 1_500, 121_500, 122_500]);
    expect(scale.length).toBe(122_500);
    expect(scale.pauses).toEqual([{ from: 1_500, until: 121_500 }]);
    expect(scale.placeOf(2_500 + DAY / 2)).toBe(61_500);
  });

  it("leads from each place back to its time", () => {
    for (const time of [1_000, 1_234, 2_000, 2_500, 2_500 + DAY / 4, 2_500 + DAY, 3_000 + DAY, 3_500 + DAY]) expect(scale.timeAt(scale.placeOf(time))).toBe(time);
    expect([-5, 1e9].map((place) => scale.timeAt(place))).toEqual([1_000, 3_500 + DAY]);
  });

  it("stands still where nothing has any length", () => {
    const moment = new Scale([5]);
    expect([moment.placeOf(5), moment.timeAt(0), moment.timeAt(1), moment.length]).toEqual([0, 5, 5, 1]);
    expect(new Scale([]).timeAt(3)).toBe(0);
  });
});
