// `<universal-chat>`: attributes in, shadow DOM out. Connects one session with its view, and both with the page:
// visibility, network, other tabs, navigation. Never touches the surrounding page, and hides where the page blocks it.
import { call } from "./api";
import { Blocked } from "./blocked";
import { browserEnv, type Env } from "./env";
import { browserFiles, type Files } from "./files";
import { adviceOn, hubOf } from "./hub";
import { i18nFor, knows, learn, type Language } from "./i18n";
import { subjectOf } from "./identity";
import { applyLook, themeOf } from "./look";
import { Session } from "./session";
import { styleSheet } from "./styles";
import type { ViewContext } from "./view/context";
import { h } from "./view/dom";
import { LauncherView } from "./view/launcher";
import { PanelView } from "./view/panel";

interface Parts {
  session: Session;
  panel: PanelView;
  launcher: LauncherView | null;
  root: HTMLElement;
  blocked: Blocked;
  env: Env;
  leave: AbortController;
}

const LONG_AWAY_MS = 20_000;
/** Maximum wait for texts; after that the chat is in English. */
const TEXTS_MS = 4_000;

export class UniversalChat extends HTMLElement {
  static readonly observedAttributes = ["brand", "hub", "open", "inline", "lang", "identity", "theme", "accent"];
  /** Replaced by tests to control the clock and the network. */
  static doors: () => { env: Env; files: Files } = () => ({ env: browserEnv(), files: browserFiles("tandem.chat") });
  /** Sessions of this page: each is told what the others store. */
  private static readonly here = new Set<Session>();

  private parts: Parts | null = null;
  private hiddenAtMs = 0;
  /** The last reported problem, so that the console shows it once. */
  private told = "";
  /** Whether the visitor or `show` opened it: then only they close it, and not a framework that removes attributes. */
  private isHeldOpen = false;
  private isReflecting = false;
  /** What was shown or hidden before the texts were there. */
  private wish: boolean | null = null;

  show(): void {
    this.hold(true);
  }

  hide(): void {
    this.hold(false);
  }

  connectedCallback(): void {
    // Moved within the page: continue, but take the place above the page again.
    if (this.parts) return this.rise();
    this.build();
  }

  disconnectedCallback(): void {
    queueMicrotask(() => {
      if (!this.isConnected) this.tearDown();
    });
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.parts || before === after) return;
    if (name === "open") this.openChanged();
    else if (name === "identity" && after && subjectOf(before) === subjectOf(after)) this.parts.session.renew(after);
    else if (name === "theme" || name === "accent") this.draw();
    else this.build();
  }

  private openChanged(): void {
    if (this.isReflecting) return;
    // A framework that re-renders the page removes what its markup lacks.
    if (this.isHeldOpen && !this.hasAttribute("open")) return this.reflect(true);
    this.opened(true);
  }

  /** Opens or closes by an explicit action, and remembers it for later pages. */
  private hold(isOpen: boolean): void {
    this.isHeldOpen = isOpen;
    if (!this.parts) this.wish = isOpen;
    this.parts?.env.tab.setItem(this.openKey, isOpen ? "open" : "closed");
    if (this.hasAttribute("open") === isOpen) return;
    this.reflect(isOpen);
    this.opened(true);
  }

  private reflect(isOpen: boolean): void {
    this.isReflecting = true;
    this.toggleAttribute("open", isOpen);
    this.isReflecting = false;
  }

  private get openKey(): string {
    return `tandem.chat.shown.${this.getAttribute("brand") ?? ""}`;
  }

  private get isInline(): boolean {
    return this.hasAttribute("inline");
  }

  private get isOpen(): boolean {
    return this.isInline || this.hasAttribute("open");
  }

  private build(): void {
    this.tearDown();
    const brand = this.getAttribute("brand");
    if (!brand) return this.complain('The attribute brand is missing. Write <universal-chat brand="…">.');
    const place = hubOf(this.getAttribute("hub"), import.meta.url);
    if ("problem" in place) return this.complain(place.problem);
    const { env, files } = UniversalChat.doors();
    const i18n = i18nFor(this.getAttribute("lang"), navigator.languages);
    if (!knows(i18n.language)) return void this.fetchTexts(env, place.hub, i18n.language);
    const identity = this.getAttribute("identity") || null;
    const session = new Session(env, files, { hub: place.hub, brand, language: i18n.language, identity });
    const context: ViewContext = { session, i18n };
    const panel = new PanelView(context, this.isInline, () => this.close());
    const launcher = this.isInline ? null : new LauncherView(context, () => this.hold(!this.isOpen));
    const root = h("div", { class: this.isInline ? "root inline" : "root", lang: i18n.language, dir: i18n.direction });
    // The corner follows the page's direction; the text follows the visitor's language.
    root.dataset.side = getComputedStyle(this).direction === "rtl" ? "left" : "right";
    // Keys typed here must not reach the page's shortcuts, nor the focus anything that would take it back.
    for (const type of ["keydown", "keyup", "keypress", "focusin", "focusout"]) {
      root.addEventListener(type, (event) => event.stopPropagation());
    }
    root.append(panel.node, ...(launcher ? [launcher.node] : []));
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [styleSheet()];
    shadow.replaceChildren(root);
    const leave = new AbortController();
    const blocked = new Blocked(this, root, () => this.draw(), leave.signal);
    this.parts = { session, panel, launcher, root, blocked, env, leave };
    this.listen(this.parts);
    session.identityRefused = (why) => void this.dispatchEvent(new CustomEvent("identity-refused", { detail: why }));
    session.refusal = (code, detail) => this.complain(adviceOn(code, detail));
    session.subscribe(() => this.draw());
    this.share(session);
    this.remember(env);
    session.start();
    this.opened(false);
    this.rise();
    blocked.look();
    if (this.wish !== null) this.hold(this.wish);
    this.wish = null;
  }

  /** Fetched before anything is shown: the hub says how the chat looks no earlier. */
  private async fetchTexts(env: Env, hub: string, language: Language): Promise<void> {
    const address = `${hub}/chat/texts/${language}.json`;
    learn(language, await call<object>(env, address, { credentials: "omit", cache: "default" }, TEXTS_MS).catch(() => ({})));
    if (this.isConnected && !this.parts) this.build();
  }

  /** The next page restores the chat as the visitor left it. */
  private remember(env: Env): void {
    const before = this.isInline ? null : env.tab.getItem(this.openKey);
    if (before === null) return;
    this.isHeldOpen = before === "open";
    this.reflect(this.isHeldOpen);
  }

  /** The top layer is above everything on the page, whatever z-index, transform or overflow it has. */
  private rise(): void {
    const { root } = this.parts ?? {};
    if (!root || this.isInline || typeof root.showPopover !== "function") return;
    root.setAttribute("popover", "manual");
    try {
      if (!root.matches(":popover-open")) root.showPopover();
    } catch {
      // Without the top layer it stays where its styles put it.
      root.removeAttribute("popover");
    }
  }

  private share(session: Session): void {
    const { here } = UniversalChat;
    here.add(session);
    const tell = (key: string): void => {
      for (const other of here) if (other !== session) other.storageChanged(key);
    };
    session.memory.tokenChanged = () => tell(session.memory.key);
  }

  private complain(problem: string): void {
    if (problem === this.told) return;
    this.told = problem;
    console.error(`<universal-chat> is not shown. ${problem}`);
  }

  private tearDown(): void {
    const { parts } = this;
    this.parts = null;
    if (!parts) return;
    UniversalChat.here.delete(parts.session);
    parts.leave.abort();
    parts.panel.stop();
    parts.session.stop();
    parts.root.remove();
  }

  private listen({ session, leave }: Parts): void {
    const { signal } = leave;
    window.addEventListener("online", () => session.wake(), { signal });
    window.addEventListener("offline", () => session.networkLost(), { signal });
    window.addEventListener("storage", (event) => session.storageChanged(event.key), { signal });
    document.addEventListener("visibilitychange", () => this.visibilityChanged(session), { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.draw(), { signal });
  }

  private visibilityChanged(session: Session): void {
    if (document.visibilityState === "hidden") this.hiddenAtMs = Date.now();
    else if (Date.now() - this.hiddenAtMs > LONG_AWAY_MS) session.probe();
    else if (session.link.kind === "waiting") session.wake();
    this.look(session);
  }

  private look(session: Session): void {
    session.look(this.isOpen && document.visibilityState === "visible");
  }

  private opened(byChange: boolean): void {
    if (!this.parts) return;
    const { session, panel } = this.parts;
    if (this.isOpen) session.wake();
    this.look(session);
    this.draw();
    if (!this.isOpen) return;
    panel.shown();
    // A chat that is open at page load must not take the focus.
    if (byChange) panel.composer.focus();
  }

  private close(): void {
    this.hide();
    this.parts?.launcher?.button.focus();
  }

  private draw(): void {
    if (!this.parts) return;
    const { session, panel, launcher, root, blocked } = this.parts;
    root.hidden = !session.isShown || (!this.isInline && blocked.is);
    const prefersDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const accents = [this.getAttribute("accent"), session.brand?.accent];
    applyLook(root, themeOf(this.getAttribute("theme"), prefersDark), accents);
    panel.node.hidden = !this.isOpen;
    panel.draw();
    launcher?.draw(this.isOpen);
    if (session.isShown) this.told = "";
  }
}
