// The open conversation: participants, remaining time, log, composer, and the way out.
import type { Env } from "../../env";
import { ComposerView } from "../../view/composer";
import { initials, type ViewContext } from "../../view/context";
import { button, h, icon, setText } from "../../view/dom";
import { LogView } from "../../view/log";
import { remaining } from "../phase";
import type { Invitation } from "../wire";
import type { Words } from "../words";
import { ButtonsView, type ButtonsHooks } from "./buttons";
import { noteOf } from "./card";
import { takeDrops } from "../../view/drops";

export interface RoomHooks extends ButtonsHooks {
  leave(word: string): Promise<void>;
  /** The time is up without word from the hub: it is unreachable. */
  expired(): void;
}

// A quick reconnect is not worth a message.
const BANNER_AFTER_MS = 1_000;
// The hub reports the end itself if it can.
const GRACE_MS = 3_000;
/** When the end is announced, in milliseconds before it. */
const WARNINGS_MS = [60_000, 300_000];

export class RoomView {
  readonly node: HTMLElement;
  private readonly log: LogView;
  readonly buttons: ButtonsView;
  private readonly composer: ComposerView;
  private readonly left = h("span", { class: "left num", role: "timer", "aria-live": "off" });
  private readonly warning = h("p", { class: "sr", role: "status" });
  private readonly banner = h("div", { class: "banner", role: "status" });
  private readonly dialog: HTMLDialogElement;
  private readonly expiresMs: number;
  private readonly aheadMs: number;
  private bannerSinceMs: number | null = null;
  private warnedMs = Infinity;
  private cancelTick: () => void = () => undefined;

  constructor(
    private readonly context: ViewContext,
    private readonly words: Words,
    invitation: Invitation,
    private readonly env: Env,
    private readonly hooks: RoomHooks,
  ) {
    const { i18n } = context;
    this.expiresMs = Date.parse(invitation.expires);
    this.aheadMs = Date.parse(invitation.now) - env.now();
    const mark = h("span", { class: "mark", "aria-hidden": "true" }, initials(invitation.company).slice(0, 1));
    const intro = h("div", { class: "intro" }, mark, h("strong", { dir: "auto" }, invitation.company));
    intro.append(h("p", { dir: "auto" }, words.t("intro", { name: invitation.name })), ...noteOf(invitation, words));
    this.log = new LogView({ ...context, intro });
    this.buttons = new ButtonsView(words, hooks);
    this.composer = new ComposerView(context, () => this.log.toEnd());
    this.dialog = this.leaveDialog();
    const done = button({ class: "plain done" }, () => this.dialog.showModal(), words.t("done"));
    const as = h("p", { class: "people" }, h("span", { class: "partner" }, i18n.t("partner")), h("bdi", {}, invitation.name));
    const who = h("div", { class: "who" }, h("h1", { dir: "auto" }, invitation.company), as);
    const head = h("header", { class: "head" }, mark.cloneNode(true), who, this.left, done);
    this.banner.hidden = true;
    this.node = h("section", { class: "room", "aria-label": words.t("title", { company: invitation.company }) });
    this.node.append(head, this.banner, this.log.node, this.buttons.node, this.composer.node, this.warning, this.dialog);
    this.takeDrops();
    this.tick();
  }

  shown(): void {
    this.composer.fit();
    this.composer.focus();
    this.log.toEnd();
  }

  draw(): void {
    this.drawBanner();
    this.log.draw();
  }

  stop(): void {
    this.cancelTick();
    this.log.stop();
  }

  private tick(): void {
    const leftMs = this.expiresMs - this.aheadMs - this.env.now();
    const time = remaining(leftMs, this.words.unit);
    setText(this.left, this.words.t("left", { time }));
    this.left.classList.toggle("soon", leftMs < 300_000);
    const due = WARNINGS_MS.find((ms) => leftMs <= ms && leftMs > 0);
    if (due !== undefined && due < this.warnedMs) {
      this.warnedMs = due;
      setText(this.warning, this.words.t("soonOver", { time: this.words.unit(Math.ceil(leftMs / 60_000), "minute") }));
    }
    this.drawBanner();
    if (leftMs < -GRACE_MS) return this.hooks.expired();
    this.cancelTick = this.env.after(1_000, () => this.tick());
  }

  private drawBanner(): void {
    const { session, i18n } = this.context;
    if (!session.isOffline) {
      this.bannerSinceMs = null;
      this.banner.hidden = true;
      return;
    }
    this.bannerSinceMs ??= this.env.now();
    setText(this.banner, i18n.t("offline"));
    this.banner.hidden = navigator.onLine && this.env.now() - this.bannerSinceMs < BANNER_AFTER_MS;
  }

  private leaveDialog(): HTMLDialogElement {
    const { words } = this;
    const word = h("textarea", { rows: 2, id: "word", maxlength: 2000 });
    const problem = h("p", { class: "problem", role: "alert" });
    const dialog = h("dialog", { "aria-labelledby": "leave-title" });
    const leave = h("button", { type: "submit", class: "primary" }, words.t("leaveNow"));
    const stay = button({ class: "plain" }, () => dialog.close(), words.t("stay"));
    const label = h("label", { for: "word" }, words.t("word"));
    const buttons = h("div", { class: "buttons" }, stay, leave);
    const form = h("form", {}, h("h2", { id: "leave-title" }, words.t("leave")), h("p", {}, words.t("leaveText")), label, word, problem, buttons);
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      leave.disabled = true;
      problem.textContent = "";
      this.hooks.leave(word.value.trim()).catch(() => {
        leave.disabled = false;
        problem.textContent = words.t("leaveFailed");
      });
    });
    dialog.append(form);
    return dialog;
  }

  private takeDrops(): void {
    const drop = h("div", { class: "drop", "aria-hidden": "true" }, icon("attach"), this.context.i18n.t("drop"));
    this.node.append(drop);
    takeDrops(this.node, (files) => this.composer.addFiles(files));
  }
}
