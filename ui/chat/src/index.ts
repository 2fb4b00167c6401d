// Entry of `chat.js`: loading the module twice, or beside another copy of it, must not break the page.
import { UniversalChat } from "./element";

if (!customElements.get("universal-chat")) customElements.define("universal-chat", UniversalChat);

export { UniversalChat };
