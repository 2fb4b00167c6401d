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
  // The conversation that has this window for itself, if the shell names one.
  const apart = new URLSearchParams(location.search).get("apart");
  mount(App, { target, props: { desk: new Desk(host, apart) } });
} else if (target) {
  target.textContent = t("window-outside");
}
