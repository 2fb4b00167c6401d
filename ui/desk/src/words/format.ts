// What of a text looks different: code, links, mentions, and the formatting that people write with marks, where the channel
// has it. Every character stays as written; only how it looks changes.
import { pieces } from "$shared/links";
import type { Channel, Mention, UserId } from "$shared/types";
import { parts } from "./code";
import { stretches } from "./mentions";

export type Look = "bold" | "italic" | "strike";

export interface Bit {
  text: string;
  code?: "word" | "block";
  href?: string;
  /** The mentioned user. */
  user?: UserId;
  looks: readonly Look[];
  /** The mark itself, like the * around bold words. */
  mark: boolean;
}

export interface Line {
  is: "plain" | "item" | "quote";
  bits: Bit[];
}

/** WhatsApp shows *bold*, _italic_, ~struck~, lists and quotes; other channels show the marks. */
export function hasFormats(channel: Channel | null): boolean {
  return channel === "whatsapp";
}

const LOOKS: Record<string, Look> = { "*": "bold", _: "italic", "~": "strike" };
/** Stands for code or a link, in which nothing is a mark. */
const WHOLE = "\uE000";
// Marks stand at the edge of words, in one line. The limit keeps a text of lone marks linear.
const MARKED = /(?<![\p{L}\p{N}\uE000*_~])([*_~])(?!\1|\s)([^\n]{1,400}?)(?<!\1|\s)\1(?!\1|[\p{L}\p{N}\uE000])/u;
const ITEM = /^ {0,3}(?:[-*•]|\d{1,3}[.)]) +(?=\S)/;
const QUOTE = /^> ?(?=.)/;

/** The text in lines, in pieces that look alike. Joined, with line ends between, they are the text, except for deceptive
 * hosts. Without formats it is one line with all line ends in it. */
export function lines(text: string, formats: boolean, mentions: readonly Mention[] = []): Line[] {
  const wholes: Bit[] = [];
  let rest = "";
  for (const part of parts(text.replaceAll(WHOLE, ""))) {
    if (part.code) {
      wholes.push({ text: part.text, code: part.block ? "block" : "word", looks: [], mark: false });
      rest += WHOLE;
    } else {
      for (const { text: words, href } of pieces(part.text)) {
        if (href !== null) wholes.push({ text: words, href, looks: [], mark: false });
        rest += href === null ? words : WHOLE;
      }
    }
  }
  const bits = (run: Bit): Bit[] => opened(run, wholes, mentions);
  if (!formats) return [{ is: "plain", bits: bits({ text: rest, looks: [], mark: false }) }];
  return rest.split("\n").map((line) => {
    const sign = ITEM.exec(line)?.[0] ?? QUOTE.exec(line)?.[0] ?? "";
    const is = sign === "" ? "plain" : sign.startsWith(">") ? "quote" : "item";
    const marks = sign === "" ? [] : [{ text: sign, looks: [], mark: true }];
    return { is, bits: [...marks, ...marked(line.slice(sign.length), [])].flatMap(bits) };
  });
}

function marked(text: string, looks: readonly Look[]): Bit[] {
  const found: Bit[] = [];
  const plain = (words: string): unknown => words !== "" && found.push({ text: words, looks, mark: false });
  let rest = text;
  for (let match = MARKED.exec(rest); match; match = MARKED.exec(rest)) {
    const [whole, sign = "", inside = ""] = match;
    const look = LOOKS[sign];
    if (!look) break;
    plain(rest.slice(0, match.index));
    const mark: Bit = { text: sign, looks: [], mark: true };
    found.push(mark, ...marked(inside, [...looks, look]), mark);
    rest = rest.slice(match.index + whole.length);
  }
  plain(rest);
  return found;
}

/** Puts code and links back in their places, and sets mentions apart. */
function opened(run: Bit, wholes: Bit[], mentions: readonly Mention[]): Bit[] {
  const found: Bit[] = [];
  run.text.split(WHOLE).forEach((words, at) => {
    const whole = at > 0 ? wholes.shift() : undefined;
    if (whole) found.push({ ...whole, looks: run.looks });
    for (const { text, user } of words === "" ? [] : stretches(words, mentions)) {
      found.push({ ...run, text, ...(user === null ? {} : { user }) });
    }
  });
  return found;
}
