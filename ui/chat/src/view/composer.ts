// The composer: growing text, files by button, paste and drop, Enter to send.
import type { ViewContext } from "./context";
import { button, h, icon, setText } from "./dom";
import { Tray } from "./tray";
import { isEnter, isTouch } from "../../../shared/keys";
import { pastedFiles } from "../../../shared/pasted";
import { charactersLeft, stepOf } from "../../../shared/text";

const MAX_HEIGHT_PX = 132;

export class ComposerView {
  readonly node: HTMLFormElement;
  private readonly text: HTMLTextAreaElement;
  private readonly count = h("p", { class: "count" });
  /** The count for screen readers: updated per step, not per key. */
  private readonly aloud = h("span", { class: "sr", role: "status" });
  private step: number | null = null;
  private readonly send: HTMLButtonElement;
  private readonly picker: HTMLInputElement;
  private readonly tray: Tray;

  constructor(
    private readonly context: ViewContext,
    private readonly sent: () => void,
  ) {
    const { i18n, session } = context;
    this.tray = new Tray(i18n, () => session.maxFileBytes, () => this.drawState());
    this.text = h("textarea", {
      rows: 1,
      "aria-label": i18n.t("message"),
      placeholder: i18n.t("placeholder"),
      enterkeyhint: isTouch() ? "enter" : "send",
      part: "input",
    });
    this.text.value = session.memory.draft;
    this.picker = h("input", { type: "file", multiple: true, tabindex: -1, "aria-hidden": "true", hidden: true });
    const attach = button({ class: "round", "aria-label": i18n.t("attach"), part: "attach" }, () => this.picker.click(), icon("attach"));
    this.send = h("button", { type: "submit", class: "round send", "aria-label": i18n.t("send"), part: "send" }, icon("send"));
    const field = h("div", { class: "field" }, attach, this.text, this.send);
    this.node = h("form", { class: "composer", part: "composer" }, this.tray.problem, this.tray.node, this.count, this.aloud, field, this.picker);
    session.draftChanged = () => this.takeDraft();
    this.listen();
    this.drawState();
  }

  focus(): void {
    this.text.focus({ preventScroll: true });
  }

  addFiles(files: Iterable<File>): void {
    this.tray.add(files);
    this.focus();
  }

  /** Measuring needs a visible panel; call when it becomes visible. */
  fit(): void {
    this.text.style.height = "auto";
    if (this.text.scrollHeight > 0) this.text.style.height = `${Math.min(this.text.scrollHeight, MAX_HEIGHT_PX)}px`;
  }

  private listen(): void {
    this.node.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    this.text.addEventListener("keydown", (event) => {
      // On a touch keyboard Return inserts a line break, and the button sends.
      if (!isEnter(event) || event.shiftKey || isTouch()) return;
      event.preventDefault();
      this.submit();
    });
    this.text.addEventListener("input", () => {
      this.context.session.typed(this.text.value);
      this.drawState();
    });
    this.text.addEventListener("paste", (event) => {
      const files = pastedFiles(event.clipboardData);
      if (files.length === 0) return;
      event.preventDefault();
      this.addFiles(files);
    });
    this.picker.addEventListener("change", () => {
      this.addFiles(this.picker.files ?? []);
      this.picker.value = "";
    });
  }

  private submit(): void {
    const { session } = this.context;
    const text = this.text.value.trim();
    if ((text === "" && this.tray.isEmpty) || this.isTooLong) return;
    this.text.value = "";
    session.typed("");
    const files = this.tray.take();
    files.forEach((file, at) => session.sendFile(file, at === files.length - 1 ? text : ""));
    if (files.length === 0) session.sendText(text);
    this.drawState();
    this.focus();
    this.sent();
  }

  private takeDraft(): void {
    this.text.value = this.context.session.memory.draft;
    this.drawState();
    this.focus();
  }

  private get isTooLong(): boolean {
    return (charactersLeft(this.text.value) ?? 0) < 0;
  }

  private drawCount(): void {
    const { i18n } = this.context;
    const left = charactersLeft(this.text.value);
    const words = left === null ? "" : left < 0 ? i18n.t("tooLong", { n: -left }) : i18n.t("charactersLeft", { n: left });
    setText(this.count, words);
    if (stepOf(left) !== this.step) setText(this.aloud, words);
    this.step = stepOf(left);
    this.count.hidden = words === "";
    this.count.classList.toggle("over", this.isTooLong);
    this.send.toggleAttribute("disabled", this.isTooLong);
  }

  private drawState(): void {
    this.drawCount();
    // Without text, `auto` means left to right, which would put the placeholder on the wrong side.
    this.text.dir = this.text.value === "" ? "" : "auto";
    this.node.classList.toggle("ready", this.text.value.trim() !== "" || !this.tray.isEmpty);
    this.fit();
  }
}
