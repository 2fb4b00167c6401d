// The customer's name comes before the acts.
import { expect, it } from "vitest";
import { fitting } from "./slots";

const EN = ["Ask for help", "Invite", "Leave"].map((label) => ({ label }));
const DE = ["Hilfe rufen", "Einladen", "Verlassen"].map((label) => ({ label }));

it.each([
  [46, "Carmen Menzel", "Complete", EN, 3],
  [36, "Carmen Menzel", "Complete", EN, 2],
  [30, "Carmen Menzel", "Complete", EN, 1],
  [24, "Carmen Menzel", "Complete", EN, 0],
  // Longer words, less room.
  [36, "Carmen Menzel", "Abschließen", DE, 1],
  [41, "Carmen Menzel", "Abschließen", DE, 2],
  [52, "Carmen Menzel", "Abschließen", DE, 3],
  // A long name, and one that no window has room for.
  [36, "Maximiliane von Hohenstein", "Complete", EN, 1],
  [60, "M".repeat(200), "Complete", EN, 3],
] as const)("in %s rem, %s leaves room beside %s for %#", (room, name, main, slots, count) => {
  expect(fitting(room, name, main, slots)).toEqual(count === 0 ? [] : slots.slice(-count));
});
