// Finds web and e-mail addresses in text: the one linkifier of desk, web chat and guest page. Pure, and linear in the
// length of the text. An address that could mislead about its host is not a link, or shows its real host.

export interface Piece {
  /** As written, except for deceptive hosts. */
  text: string;
  /** Where it leads: `https:`, `http:` or `mailto:` only. */
  href: string | null;
}

// White space, quotes and brackets that addresses never contain, punctuation of scripts that need no space after it,
// invisible characters, and characters that change the direction.
const STOPS = String.raw`\s<>"\x60|\\^\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Pi}\p{Pf}\u3001\u3002\u3008-\u3011\u3014-\u301f\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f\uff3b\uff3d\uff5b\uff5d\uff5f-\uff64\u2026\u201a\u201e`;
/** Maximum length of an address in characters; longer ones stay text. */
const LONGEST = 2048;
const NAME = "a-z0-9._%+-";
const FOUND = new RegExp(
  String.raw`(?<![a-z0-9@./-])(?:https?:\/\/|www\.)[^${STOPS}]{1,${LONGEST}}|(?<![${NAME}@/])[${NAME}]{1,64}@[a-z0-9.-]{1,253}`,
  "giu",
);
const FORBIDDEN_BEFORE = /(?:javascript|vbscript|data|blob|file):$/i;
const CLOSES: Record<string, string> = { "(": ")", "[": "]", "{": "}", "'": "'" };
const MARKS = ["**", "__", "~~", "*", "_", "~", "'"];
const ENDS_SENTENCES = /\p{P}/u;
// Punctuation that an address may end with.
const KEPT_AT_END = new Set([..."/-_#&%@"]);

export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let done = 0;
  for (let match = next(text, 0); match; match = next(text, Math.max(done, match.index + match[0].length))) {
    const written = match[0].includes("@") && !isWeb(match[0]) ? trimmed(match[0]) : bare(match[0], text.slice(Math.max(0, match.index - 12), match.index));
    const link = written === null ? null : linkOf(written);
    if (!link || written === null) continue;
    if (match.index > done) found.push({ text: text.slice(done, match.index), href: null });
    found.push(link);
    done = match.index + written.length;
    // The text after a closing mark may contain another address.
    match[0] = written;
  }
  if (done < text.length) found.push({ text: text.slice(done), href: null });
  return found;
}

function next(text: string, from: number): RegExpExecArray | null {
  FOUND.lastIndex = from;
  return FOUND.exec(text);
}

function isWeb(written: string): boolean {
  return /^(?:https?:\/\/|www\.)/i.test(written);
}

/** The address without surrounding characters; null where no address may be. */
function bare(written: string, before: string): string | null {
  if (FORBIDDEN_BEFORE.test(before)) return null;
  let address = written;
  const mark = MARKS.find((each) => before.endsWith(each));
  const end = mark === undefined ? -1 : address.indexOf(mark, 8);
  if (end > 0) address = address.slice(0, end);
  return trimmed(withoutGluedWords(address));
}

/** In scripts without spaces, words may follow a host directly: `https://example.com谢谢`. */
function withoutGluedWords(address: string): string {
  const glued = /^(?:https?:\/\/)?(?:[a-z0-9-]+\.)+[a-z]{2,}(?=[^\0-\x7f])/i.exec(address);
  return glued && !/[./]/.test(address.slice(glued[0].length)) ? glued[0] : address;
}

/** Removes the end of the sentence; a closing bracket stays if it was opened inside. */
function trimmed(address: string): string {
  const count = new Map<string, number>();
  for (const char of address) count.set(char, (count.get(char) ?? 0) + 1);
  const opens = (close: string): string | undefined => Object.keys(CLOSES).find((open) => CLOSES[open] === close && open !== close);
  const chars = [...address];
  for (let last = chars.at(-1); last !== undefined; last = chars.at(-1)) {
    if (!ENDS_SENTENCES.test(last) || KEPT_AT_END.has(last)) break;
    const open = opens(last);
    if (open !== undefined && (count.get(open) ?? 0) >= (count.get(last) ?? 0)) break;
    count.set(last, (count.get(last) ?? 0) - 1);
    chars.pop();
  }
  return chars.join("");
}

function linkOf(written: string): Piece | null {
  if (written.length >= LONGEST) return null;
  if (!isWeb(written)) return /^[^@]+@(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z]{2,}$/i.test(written) ? { text: written, href: `mailto:${written}` } : null;
  const scheme = /^https?:\/\//i.exec(written)?.[0] ?? "";
  try {
    const url = new URL(scheme === "" ? `https://${written}` : written);
    // User names before an @ only mislead.
    if (url.username !== "" || url.password !== "" || url.hostname === "" || /^www\.?$/.test(url.hostname)) return null;
    const rest = written.slice(scheme.length);
    const authority = /^[^/?#]*/.exec(rest)?.[0] ?? "";
    if (authority.includes("@")) return null;
    const host = authority.replace(/:\d*$/, "");
    return { text: isPlain(host, url.hostname) ? written : scheme + url.host + rest.slice(authority.length), href: url.href };
  } catch {
    return null;
  }
}

/**
 * Whether a host looks like what it is. A non-Latin one does if its letters are of one script that cannot be mistaken
 * for Latin.
 */
function isPlain(host: string, asked: string): boolean {
  const written = host.toLowerCase();
  if (written === asked) return true;
  if (written !== written.normalize("NFKC") || !/[^\0-\x7f]/.test(written) || written.includes("%")) return false;
  return written.split(".").every((label, _, labels) => isOneScript(label) && !(looksLatin(label) && isAscii(labels.at(-1) ?? "")));
}

const SCRIPTS = ["Latin", "Greek", "Cyrillic", "Arabic", "Hebrew", "Devanagari", "Bengali", "Tamil", "Telugu", "Thai", "Georgian", "Armenian", "Hangul", "Han"].map(
  (name) => new RegExp(String.raw`^[\p{Script_Extensions=${name}}\p{Mn}0-9-]+$`, "u"),
);
// Languages written in several scripts at once.
SCRIPTS.push(/^[\p{scx=Han}\p{scx=Hiragana}\p{scx=Katakana}0-9-]+$/u, /^[\p{scx=Han}\p{scx=Hangul}0-9-]+$/u, /^[\p{scx=Han}\p{scx=Bopomofo}0-9-]+$/u);

function isOneScript(label: string): boolean {
  return SCRIPTS.some((script) => script.test(label));
}

/** Letters of other scripts that all look like Latin ones. */
function looksLatin(label: string): boolean {
  return !isAscii(label) && /^[асԁеһіјӏкморԛѕтԝхуъьҽпгѵѡαικνορτυχωη0-9-]+$/u.test(label);
}

function isAscii(text: string): boolean {
  return !/[^\0-\x7f]/.test(text);
}
