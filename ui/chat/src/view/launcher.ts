// The round button that opens the panel, its unread badge, and an announcement for screen readers while the panel is
// closed.
import { nameOf, type ViewContext } from "./context";
import { button, h, icon, setText } from "./dom";

export class LauncherView {
  readonly node: HTMLElement;
  readonly button: HTMLButtonElement;
  private readonly badge = h("span", { class: "badge", part: "badge", "aria-hidden": "true" });
  private readonly news = h("span", { class: "sr", role: "status" });
  private unread = 0;

  constructor(
    private readonly context: ViewContext,
    toggle: () => void,
  ) {
    this.button = button({ class: "launcher", part: "launcher" }, toggle, icon("chat"), icon("down"), this.badge);
    this.node = h("div", { class: "dock" }, this.button, this.news);
  }

  draw(isOpen: boolean): void {
    const { session, i18n } = this.context;
    const unread = isOpen ? 0 : session.unread;
    const label = isOpen ? i18n.t("close") : unread > 0 ? i18n.t("openUnread", { n: unread }) : i18n.t("openChat");
    this.button.setAttribute("aria-label", label);
    this.button.setAttribute("aria-expanded", String(isOpen));
    this.badge.hidden = unread === 0;
    setText(this.badge, unread > 9 ? "9+" : String(unread));
    if (unread > this.unread) this.announce();
    if (unread === 0) setText(this.news, "");
    this.unread = unread;
  }

  private announce(): void {
    const { session, i18n } = this.context;
    const last = session.items().findLast(({ from, own }) => !own && from !== "system");
    if (last) setText(this.news, i18n.t("newFrom", { name: nameOf(i18n, last.from, last.name) }));
  }
}
