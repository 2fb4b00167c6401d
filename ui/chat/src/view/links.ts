// Plain text in, text nodes and safe links out. Only http and https become links; they open elsewhere and learn nothing of us.
import { h } from "./dom";

const ADDRESS = /https?:\/\/[^\s<>"'`]+/gi;
// What usually ends the sentence rather than the address.
const TRAILING = /[.,;:!?…،؟»”’]+$/;

export function linked(text: string): Node[] {
  const nodes: Node[] = [];
  let done = 0;
  for (const match of text.matchAll(ADDRESS)) {
    const address = trimmed(match[0]);
    const href = safe(address);
    if (href === null) continue;
    if (match.index > done) nodes.push(document.createTextNode(text.slice(done, match.index)));
    nodes.push(h("a", { href, target: "_blank", rel: "noopener noreferrer nofollow", dir: "ltr" }, address));
    done = match.index + address.length;
  }
  if (done < text.length) nodes.push(document.createTextNode(text.slice(done)));
  return nodes;
}

function trimmed(address: string): string {
  const bare = address.replace(TRAILING, "");
  const opens = bare.split("(").length;
  const closes = bare.split(")").length;
  return closes > opens && bare.endsWith(")") ? trimmed(bare.slice(0, -1)) : bare;
}

function safe(address: string): string | null {
  try {
    const url = new URL(address);
    return url.protocol === "http:" || url.protocol === "https:" ? url.href : null;
  } catch {
    return null;
  }
}
