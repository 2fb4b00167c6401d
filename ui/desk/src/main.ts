// Starts the page: finds its host, then shows the desk.
import "@fontsource-variable/inter";
import "$shared/tokens.css";
import "$shared/base.css";
import { mount } from "svelte";
import App from "./App.svelte";
import { chooseHost } from "./host/choose";
import { Desk } from "./state/desk.svelte";
import { t } from "./words/catalogue.svelte";

const target = document.getElementById("desk");
const host = await chooseHost();

if (target && host) {
  // What has this window for itself, if the shell names it: a conversation, or the board.
  const apart = new URLSearchParams(location.search).get("apart");
  const desk = apart === "board" ? new Desk(host, null, true) : new Desk(host, apart);
  mount(App, { target, props: { desk } });
} else if (target) {
  target.textContent = t("window-outside");
}
