// `<universal-chat>`: attributes in, shadow DOM out. Ties one session to its view, and both to the page's life: visibility,
// network, other tabs. Never touches the page around it.
import { browserEnv, type Env } from "./env";
import { browserFiles, type Files } from "./files";
import { i18nFor } from "./i18n";
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
  leave: AbortController;
}

const LONG_AWAY_MS = 20_000;

export class UniversalChat extends HTMLElement {
  static readonly observedAttributes = ["brand", "hub", "open", "inline", "lang", "identity", "theme", "accent"];
  /** Replaced by tests to hold the clock and the network. */
  static doors: () => { env: Env; files: Files } = () => ({ env: browserEnv(), files: browserFiles("tandem.chat") });

  private parts: Parts | null = null;
  private hiddenAtMs = 0;

  show(): void {
    this.setAttribute("open", "");
  }

  hide(): void {
    this.removeAttribute("open");
  }

  connectedCallback(): void {
    this.build();
  }

  disconnectedCallback(): void {
    this.tearDown();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (!this.parts || before === after) return;
    if (name === "open") this.opened(true);
    else if (name === "identity" && after && subjectOf(before) === subjectOf(after)) this.parts.session.renew(after);
    else if (name === "theme" || name === "accent") this.draw();
    else this.build();
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
    if (!brand) return;
    const { env, files } = UniversalChat.doors();
    const i18n = i18nFor(this.getAttribute("lang"), navigator.languages);
    const hub = new URL(this.getAttribute("hub") ?? import.meta.url, location.href).origin;
    const session = new Session(env, files, { hub, brand, language: i18n.language, identity: this.getAttribute("identity") || null });
    const context: ViewContext = { session, i18n };
    const panel = new PanelView(context, this.isInline, () => this.close());
    const launcher = this.isInline ? null : new LauncherView(context, () => this.toggleAttribute("open"));
    const root = h("div", { class: this.isInline ? "root inline" : "root", lang: i18n.language, dir: i18n.direction });
    // The corner follows the page's direction; the words inside follow the visitor's language.
    root.dataset.side = getComputedStyle(this).direction === "rtl" ? "left" : "right";
    root.append(panel.node, ...(launcher ? [launcher.node] : []));
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    shadow.adoptedStyleSheets = [styleSheet()];
    shadow.replaceChildren(root);
    this.parts = { session, panel, launcher, root, leave: new AbortController() };
    this.listen(this.parts);
    session.identityRefused = (why) => void this.dispatchEvent(new CustomEvent("identity-refused", { detail: why }));
    session.subscribe(() => this.draw());
    session.start();
    this.opened(false);
  }

  private tearDown(): void {
    const { parts } = this;
    this.parts = null;
    if (!parts) return;
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
    // A chat that is open when the page loads must not pull the reader's focus out of the page.
    if (byChange) panel.composer.focus();
  }

  private close(): void {
    this.hide();
    this.parts?.launcher?.button.focus();
  }

  private draw(): void {
    if (!this.parts) return;
    const { session, panel, launcher, root } = this.parts;
    const prefersDark = matchMedia("(prefers-color-scheme: dark)").matches;
    const accents = [this.getAttribute("accent"), session.brand?.accent];
    applyLook(root, themeOf(this.getAttribute("theme"), prefersDark), accents);
    panel.node.hidden = !this.isOpen;
    panel.draw();
    launcher?.draw(this.isOpen);
  }
}
