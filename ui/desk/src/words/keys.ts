// How keys are shown.

/** Several neighbouring keys as a range: Alt 1 … 4. */
export function inOrder(keys: readonly string[]): readonly string[] {
  const [first, last] = [keys[0] ?? "", keys.at(-1) ?? ""];
  const counted = keys.length > 2 && keys.every((key, at) => key === `${first.slice(0, -1)}${at + 1}`);
  return counted ? [`${first} … ${last.slice(-1)}`] : keys;
}
