// The conversation's scrolling list. Keeps nodes by key, follows the end while the reader is there, and does not move
// while they read further up.
import type { Item } from "../items";
import { initials, nameOf, type ViewContext } from "./context";
import { button, h, icon } from "./dom";
import { linked } from "./links";
import { rowsOf, type Row } from "./rows";
import { turnContent, turnView, type TurnView } from "./turn";

const PAGE_ROWS = 150;
const NEAR_END_PX = 60;

interface Kept {
  node: HTMLElement;
  content: string;
  turn: TurnView | null;
}

export class LogView {
  readonly node: HTMLElement;
  private readonly scroller: HTMLElement;
  private readonly list = h("div", { class: "list" });
  private readonly typing = h("div", { class: "typing", role: "status", part: "typing" });
  private readonly closing: HTMLElement;
  private readonly pill: HTMLButtonElement;
  private readonly more: HTMLButtonElement;
  private readonly intro: HTMLElement;
  private readonly kept = new Map<string, Kept>();
  private readonly watcher: ResizeObserver | null;
  private shownRows = PAGE_ROWS;
  private isAtEnd = true;
  private lastId: string | null = null;

  constructor(private readonly context: ViewContext) {
    const { i18n, session } = context;
    this.intro = context.intro ?? h("div", { class: "intro", part: "intro" });
    this.pill = button({ class: "pill" }, () => this.toEnd(), icon("down"), i18n.t("newMessages"));
    this.pill.hidden = true;
    this.more = button({ class: "more" }, () => this.showMore(), i18n.t("earlier"));
    const startNew = button({ class: "primary", part: "start-new" }, () => session.startNew(), i18n.t("startNew"));
    this.closing = h("div", { class: "closing" }, h("p", {}, i18n.t("completed")), startNew, h("small", {}, i18n.t("writeOn")));
    this.scroller = h("div", {
      class: "scroller",
      role: "log",
      tabindex: 0,
      "aria-live": "polite",
      "aria-relevant": "additions",
      "aria-label": i18n.t("conversation"),
      part: "log",
    });
    this.scroller.append(this.intro, this.more, this.list, this.typing, this.closing);
    this.scroller.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.node = h("div", { class: "log" }, this.scroller, this.pill);
    this.watcher = typeof ResizeObserver === "undefined" ? null : new ResizeObserver(() => this.follow());
    this.watcher?.observe(this.scroller);
    this.watcher?.observe(this.list);
  }

  stop(): void {
    this.watcher?.disconnect();
  }

  draw(): void {
    const { session } = this.context;
    const items = session.items();
    const rows = rowsOf(items);
    const shown = rows.slice(-this.shownRows);
    this.more.hidden = shown.length === rows.length;
    this.drawIntro(shown.length === rows.length);
    this.place(shown);
    this.drawTyping();
    this.closing.hidden = session.status !== "completed" || session.self !== "customer";
    this.closing.querySelector("button")?.toggleAttribute("disabled", session.link.kind !== "live");
    this.noticeLast(items.at(-1));
    this.follow();
  }

  toEnd(): void {
    this.isAtEnd = true;
    this.pill.hidden = true;
    this.follow();
  }

  private follow(): void {
    if (this.isAtEnd) this.scroller.scrollTop = this.scroller.scrollHeight;
  }

  private scrolled(): void {
    const { scrollHeight, scrollTop, clientHeight } = this.scroller;
    // A hidden panel measures zero and would count as scrolled away.
    if (clientHeight === 0) return;
    this.isAtEnd = scrollHeight - scrollTop - clientHeight < NEAR_END_PX;
    if (this.isAtEnd) this.pill.hidden = true;
  }

  private showMore(): void {
    const below = this.scroller.scrollHeight - this.scroller.scrollTop;
    this.shownRows += PAGE_ROWS;
    this.draw();
    this.scroller.scrollTop = this.scroller.scrollHeight - below;
  }

  private noticeLast(last: Item | undefined): void {
    if (!last || last.id === this.lastId) return;
    const isFirst = this.lastId === null;
    this.lastId = last.id;
    if (last.own || isFirst) this.toEnd();
    else if (!this.isAtEnd) this.pill.hidden = false;
  }

  /** Updates the list to `rows` with the fewest moves. */
  private place(rows: readonly Row[]): void {
    const wanted = new Set(rows.map((row) => row.key));
    for (const [key, { node }] of this.kept) {
      if (wanted.has(key)) continue;
      node.remove();
      this.kept.delete(key);
    }
    // Rebuilding removes old nodes, so all of it comes before the walk over those that are there.
    const nodes = rows.map((row) => this.nodeOf(row));
    let at: ChildNode | null = this.list.firstChild;
    for (const node of nodes) {
      if (node === at) at = at.nextSibling;
      else this.list.insertBefore(node, at);
    }
  }

  private nodeOf(row: Row): HTMLElement {
    const content = row.kind === "turn" ? turnContent(row.item) : row.kind === "system" || row.kind === "review" ? row.item.text : row.kind;
    const kept = this.kept.get(row.key);
    if (kept && kept.content === content) {
      if (row.kind === "turn") kept.turn?.update(row);
      return kept.node;
    }
    kept?.node.remove();
    const turn = row.kind === "turn" ? turnView(this.context, row) : null;
    const node = turn?.node ?? this.lineOf(row);
    this.kept.set(row.key, { node, content, turn });
    return node;
  }

  private lineOf(row: Row): HTMLElement {
    const { i18n } = this.context;
    if (row.kind === "review") return this.context.session.card(h("div", { class: "review" }), i18n, row.item.text, row.review);
    if (row.kind === "system") return h("p", { class: "system", dir: "auto", part: "system" }, row.item.text);
    const text = row.kind === "day" ? i18n.day(row.timeMs, Date.now()) : i18n.t("newConversation");
    return h("p", { class: `line ${row.kind}` }, h("span", {}, text));
  }

  private drawIntro(isWhole: boolean): void {
    if (this.context.intro) {
      this.intro.hidden = !isWhole;
      return;
    }
    const { brand } = this.context.session;
    this.intro.hidden = !isWhole || !brand;
    if (!brand || this.intro.dataset.brand === JSON.stringify(brand)) return;
    this.intro.dataset.brand = JSON.stringify(brand);
    const mark = h("span", { class: "mark", "aria-hidden": "true" }, initials(brand.name).slice(0, 1));
    const greeting = brand.greeting ? h("p", { dir: "auto" }, ...linked(brand.greeting)) : null;
    this.intro.replaceChildren(mark, h("strong", { dir: "auto" }, brand.name), ...(greeting ? [greeting] : []));
  }

  private drawTyping(): void {
    const { session, i18n } = this.context;
    const typists = session.typists.filter(({ kind }) => kind !== "customer" || session.self !== "customer");
    const names = typists.map(({ kind, name }) => nameOf(i18n, kind, name)).join(", ");
    this.typing.hidden = typists.length === 0;
    const text = typists.length === 0 ? "" : i18n.t("typing", { name: names });
    if (this.typing.dataset.text === text) return;
    this.typing.dataset.text = text;
    const dots = h("span", { class: "dots", "aria-hidden": "true" }, h("i"), h("i"), h("i"));
    this.typing.replaceChildren(...(text === "" ? [] : [dots, h("span", {}, text)]));
  }
}
