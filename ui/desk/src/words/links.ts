// Finds http(s) addresses in what people wrote. Everything else stays text.

export interface Piece {
  text: string;
  /** Set for an address. */
  url: string | null;
}

const ADDRESS = /https?:\/\/[^\s<>"'`]+/gi;
const TRAILING = /[).,;:!?\]}…]+$/;

export function pieces(text: string): Piece[] {
  const found: Piece[] = [];
  let at = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = match[0].replace(TRAILING, "");
    if (!isAddress(address)) continue;
    if (match.index > at) found.push({ text: text.slice(at, match.index), url: null });
    found.push({ text: address, url: address });
    at = match.index + address.length;
  }
  if (at < text.length) found.push({ text: text.slice(at), url: null });
  return found;
}

function isAddress(text: string): boolean {
  try {
    const { protocol, username, hostname } = new URL(text);
    // Names before an @ only serve to mislead.
    return (protocol === "http:" || protocol === "https:") && username === "" && hostname !== "";
  } catch {
    return false;
  }
}
