// Code in a text: between fences of three backticks, or in a pair of single ones that surround words. It only looks
// different: the characters stay, because messages are plain text.

export interface Part {
  text: string;
  code: boolean;
  /** On lines of its own. */
  block: boolean;
}

// A backtick inside a word is an apostrophe.
const CODE = /```[\s\S]*?```|(?<![\p{L}\p{N}`])`[^`\n]+`(?![\p{L}\p{N}`])/gu;

/** Joined, the parts are the text. */
export function parts(text: string): Part[] {
  if (!text.includes("`")) return [{ text, code: false, block: false }];
  const found: Part[] = [];
  let from = 0;
  for (const { 0: code, index } of text.matchAll(CODE)) {
    if (/^[`\s]*$/.test(code)) continue;
    if (index > from) found.push({ text: text.slice(from, index), code: false, block: false });
    found.push({ text: code, code: true, block: code.startsWith("```") && code.includes("\n") });
    from = index + code.length;
  }
  if (from < text.length || found.length === 0) found.push({ text: text.slice(from), code: false, block: false });
  return found;
}
