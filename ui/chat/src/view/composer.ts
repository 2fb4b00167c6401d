// Where the customer writes: text that grows, files by button, paste and drop, Enter to send.
import type { ViewContext } from "./context";
import { button, h, icon } from "./dom";
import { Tray } from "./tray";

const MAX_HEIGHT_PX = 132;

export class ComposerView {
  readonly node: HTMLFormElement;
  private readonly text: HTMLTextAreaElement;
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
      enterkeyhint: "send",
      part: "input",
    });
    this.text.value = session.memory.draft;
    this.picker = h("input", { type: "file", multiple: true, tabindex: -1, "aria-hidden": "true", hidden: true });
    const attach = button({ class: "round", "aria-label": i18n.t("attach"), part: "attach" }, () => this.picker.click(), icon("attach"));
    const send = h("button", { type: "submit", class: "round send", "aria-label": i18n.t("send"), part: "send" }, icon("send"));
    const field = h("div", { class: "field" }, attach, this.text, send);
    this.node = h("form", { class: "composer", part: "composer" }, this.tray.problem, this.tray.node, field, this.picker);
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

  /** Measuring needs the panel to be shown; call when it becomes so. */
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
      // While an input method composes, Enter picks a word.
      if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
      event.preventDefault();
      this.submit();
    });
    this.text.addEventListener("input", () => {
      this.context.session.typed(this.text.value);
      this.drawState();
    });
    this.text.addEventListener("paste", (event) => {
      const files = [...(event.clipboardData?.files ?? [])];
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
    if (text === "" && this.tray.isEmpty) return;
    this.text.value = "";
    session.typed("");
    const files = this.tray.take();
    files.forEach((file, at) => session.sendFile(file, at === files.length - 1 ? text : ""));
    if (files.length === 0) session.sendText(text);
    this.drawState();
    this.focus();
    this.sent();
  }

  private drawState(): void {
    // Without text, `auto` would mean left to right, and the placeholder would stand on the wrong side.
    this.text.dir = this.text.value === "" ? "" : "auto";
    this.node.classList.toggle("ready", this.text.value.trim() !== "" || !this.tray.isEmpty);
    this.fit();
  }
}
