// The element's one stylesheet, constructed in script and shared by all elements of a page.
import log from "./styles/log.css?inline";
import panel from "./styles/panel.css?inline";
import tokens from "./styles/tokens.css?inline";

let shared: CSSStyleSheet | null = null;

export function styleSheet(): CSSStyleSheet {
  if (!shared) {
    shared = new CSSStyleSheet();
    shared.replaceSync(tokens + panel + log);
  }
  return shared;
}
