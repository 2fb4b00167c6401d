// Times at which somebody who goes away may be back.
import type { PlainId } from "./catalogue.svelte";

const MINUTE = 60_000;

export interface Return {
  id: string;
  label: PlainId;
  /** None: the user does not say. */
  back: number | null;
}

/** What is offered at `now`. */
export function returns(now: number): Return[] {
  return [
    { id: "unsaid", label: "away-back-unsaid", back: null },
    { id: "quarter", label: "away-back-quarter", back: now + 15 * MINUTE },
    { id: "half", label: "away-back-half", back: now + 30 * MINUTE },
    { id: "hour", label: "away-back-hour", back: now + 60 * MINUTE },
  ];
}
