// Entry of `chat.js`. Loading the module twice, or beside another copy, must not break the page.
import { UniversalChat } from "./element";

if (!customElements.get("universal-chat")) customElements.define("universal-chat", UniversalChat);

export { UniversalChat };
