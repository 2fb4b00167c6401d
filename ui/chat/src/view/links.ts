// Plain text in, text nodes and safe links out. Linked pages open elsewhere and learn nothing about us.
import { pieces } from "../../../shared/links";
import { h } from "./dom";

export function linked(text: string): Node[] {
  return pieces(text).map(({ text: shown, href }) => {
    if (href === null) return document.createTextNode(shown);
    const target = href.startsWith("mailto:") ? null : "_blank";
    return h("a", { href, target, rel: "noopener noreferrer nofollow", dir: "ltr" }, shown);
  });
}
