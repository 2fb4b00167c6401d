// What to correct after a failed sign-in.

/** The field, or the button, that comes next. */
export type Fault = "hub" | "email" | "password" | "agree";

const FAULTS: Record<string, Fault> = {
  "session.address": "hub",
  "session.unreachable": "hub",
  "session.not_tandem": "hub",
  "session.certificate": "hub",
  "session.plain": "agree",
  "session.suspended": "email",
  "session.wrong": "password",
};

/** None if nothing that was entered is at fault: a proxy, a hub that is down, a desk that is too old. */
export function atFault(code: string): Fault | null {
  return FAULTS[code] ?? null;
}
