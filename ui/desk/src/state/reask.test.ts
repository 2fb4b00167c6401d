import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { paced } from "./reask";

describe("what is wanted often", () => {
  beforeEach(() => vi.useFakeTimers());
  afterEach(() => vi.useRealTimers());

  it("is done at once, and then once for all that is wanted until a person could have read it", () => {
    const run = vi.fn();
    const want = paced(run);
    want();
    expect(run).toHaveBeenCalledTimes(1);
    for (let n = 0; n < 9; n++) want();
    expect(run).toHaveBeenCalledTimes(1);
    vi.advanceTimersByTime(350);
    expect(run).toHaveBeenCalledTimes(2);
    vi.advanceTimersByTime(350);
    expect(run).toHaveBeenCalledTimes(2);
    want();
    expect(run).toHaveBeenCalledTimes(3);
  });
});
