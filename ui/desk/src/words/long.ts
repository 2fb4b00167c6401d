// Texts too long for the transcript are folded.

const CHARS = 1_500;
const LINES = 20;

export function isLong(text: string): boolean {
  if (text.length > CHARS) return true;
  let lines = 1;
  for (let at = text.indexOf("\n"); at !== -1; at = text.indexOf("\n", at + 1)) if (++lines > LINES) return true;
  return false;
}
