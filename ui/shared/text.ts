// What the hub takes as text.

/** Most characters of one message. */
export const TEXT_CHARS = 10_000;
/** From here on the writer is told how many are left. */
const NEAR_CHARS = 500;

/** How many characters are left: negative if there are too many, null while nobody has to care. */
export function charactersLeft(text: string): number | null {
  // No character has more than two units, so short texts need no counting.
  if (text.length < TEXT_CHARS - NEAR_CHARS) return null;
  let left = TEXT_CHARS;
  for (const _ of text.trim()) left -= 1;
  return left <= NEAR_CHARS ? left : null;
}

/** Halves of characters, as a cut string has them, become the replacement character. */
export function wellFormed(text: string): string {
  return text.replace(/[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g, "\ufffd");
}
