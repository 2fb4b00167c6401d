// The chat's panel: heading, banner, log, composer, and the drop target around them.
import { ComposerView } from "./composer";
import { initials, nameOf, type ViewContext } from "./context";
import { button, h, icon, setText } from "./dom";
import { LogView } from "./log";
import { takeDrops } from "./drops";
import { composes } from "../../../shared/keys";

// A quick reconnect is not worth a message.
const BANNER_AFTER_MS = 1_000;

export class PanelView {
  readonly node: HTMLElement;
  readonly composer: ComposerView;
  private readonly log: LogView;
  private readonly mark = h("span", { class: "mark", "aria-hidden": "true" });
  private readonly title = h("h2");
  private readonly people = h("p", { class: "people" });
  private readonly banner: HTMLElement;
  private readonly bannerText = h("span");
  private bannerTimer: ReturnType<typeof setTimeout> | null = null;

  constructor(
    private readonly context: ViewContext,
    isInline: boolean,
    close: () => void,
  ) {
    const { i18n } = context;
    this.log = new LogView(context);
    this.composer = new ComposerView(context, () => this.log.toEnd());
    this.banner = h("div", { class: "banner", role: "status", part: "banner" }, this.bannerText);
    this.banner.hidden = true;
    const closer = isInline ? null : button({ class: "round", "aria-label": i18n.t("close"), part: "close" }, close, icon("close"));
    const heading = h("div", { class: "head", part: "header" }, this.mark, h("div", { class: "who" }, this.title, this.people), closer);
    const drop = h("div", { class: "drop", "aria-hidden": "true" }, i18n.t("drop"));
    this.node = h("section", { class: "panel", part: "panel", role: isInline ? "region" : "dialog" });
    this.node.append(heading, this.banner, this.log.node, this.composer.node, drop);
    this.listen(isInline ? null : close);
  }

  stop(): void {
    this.log.stop();
    if (this.bannerTimer !== null) clearTimeout(this.bannerTimer);
  }

  draw(): void {
    const { session, i18n } = this.context;
    const name = session.brand?.name ?? i18n.t("chat");
    this.node.setAttribute("aria-label", name);
    setText(this.title, name);
    setText(this.mark, initials(name).slice(0, 1));
    setText(this.people, this.engaged() || i18n.t("online"));
    this.drawBanner();
    this.log.draw();
  }

  shown(): void {
    this.composer.fit();
    this.log.toEnd();
  }

  /** Who on our side wrote recently, newest first. */
  private engaged(): string {
    const { session, i18n } = this.context;
    const theirs = session.items().filter(({ from, own, earlier }) => !earlier && !own && from !== "system");
    const names = theirs.reverse().map(({ from, name }) => nameOf(i18n, from, name));
    return [...new Set(names)].slice(0, 3).join(" · ");
  }

  private drawBanner(): void {
    const { session, i18n } = this.context;
    setText(this.bannerText, i18n.t("offline"));
    if (!session.isOffline) {
      if (this.bannerTimer !== null) clearTimeout(this.bannerTimer);
      this.bannerTimer = null;
      this.banner.hidden = true;
      return;
    }
    this.bannerTimer ??= setTimeout(() => (this.banner.hidden = false), navigator.onLine ? BANNER_AFTER_MS : 0);
  }

  private listen(close: (() => void) | null): void {
    this.node.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && !composes(event) && close) close();
    });
    takeDrops(this.node, (files) => this.composer.addFiles(files));
  }
}
