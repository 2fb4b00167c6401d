// What the hub accepts as text.

/** Maximum characters per message. */
export const TEXT_CHARS = 10_000;
/** From here on the writer sees how many are left. */
const NEAR_CHARS = 500;

/** Characters left: negative if too many, null while there are plenty. */
export function charactersLeft(text: string): number | null {
  // No character has more than two units, so short texts need no counting.
  if (text.length < TEXT_CHARS - NEAR_CHARS) return null;
  let left = TEXT_CHARS;
  for (const _ of text.trim()) left -= 1;
  return left <= NEAR_CHARS ? left : null;
}

/** The step of the count: read out only when it changes, at 500, 100, 0 and beyond the limit. */
export function stepOf(left: number | null): number | null {
  if (left === null) return null;
  return left < 0 ? -1 : left === 0 ? 0 : left <= 100 ? 100 : NEAR_CHARS;
}

/** Lone surrogates, as in a cut string, become the replacement character. */
export function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}
