// Entry of `guest.js`, the page of external agents.
import { TandemGuest } from "./element";

if (!customElements.get("tandem-guest")) customElements.define("tandem-guest", TandemGuest);

export { TandemGuest };
