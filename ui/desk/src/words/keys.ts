// How keys are shown.
import { t } from "./catalogue.svelte";

const NAMES = {
  Ctrl: "key-name-ctrl",
  Shift: "key-name-shift",
  Enter: "key-name-enter",
  Space: "key-name-space",
  Home: "key-name-home",
  End: "key-name-end",
  "Page Up": "key-name-page-up",
  "Page Down": "key-name-page-down",
} as const;

/** Keys as the keyboards of the language name them: Ctrl K, Strg K. */
export function keyName(keys: string): string {
  return keys.replace(/Ctrl|Shift|Enter|Space|Home|End|Page Up|Page Down/g, (name) => t(NAMES[name as keyof typeof NAMES]));
}

/** Several neighbouring keys as a range: Alt 1 … 4. */
export function inOrder(keys: readonly string[]): readonly string[] {
  const [first, last] = [keys[0] ?? "", keys.at(-1) ?? ""];
  const counted = keys.length > 2 && keys.every((key, at) => key === `${first.slice(0, -1)}${at + 1}`);
  return counted ? [`${first} … ${last.slice(-1)}`] : keys;
}
