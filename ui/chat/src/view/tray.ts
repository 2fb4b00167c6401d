// Chosen but unsent files, above the text. Reports too large and empty ones at once. The hub judges the kind by the
// bytes, because systems name types arbitrarily.
import type { I18n } from "../i18n";
import { isImage } from "./attachment";
import { button, h, icon } from "./dom";

export class Tray {
  readonly node = h("div", { class: "tray", part: "tray" });
  readonly problem = h("p", { class: "problem", role: "alert" });
  private files: File[] = [];

  constructor(
    private readonly i18n: I18n,
    private readonly maxBytes: () => number,
    private readonly changed: () => void,
  ) {
    this.draw();
    this.complain("");
  }

  get isEmpty(): boolean {
    return this.files.length === 0;
  }

  add(files: Iterable<File>): void {
    const problems: string[] = [];
    for (const file of files) {
      if (file.size === 0) problems.push(this.i18n.t("empty", { name: file.name }));
      else if (file.size > this.maxBytes()) problems.push(this.i18n.t("tooLarge", { name: file.name, size: this.i18n.size(this.maxBytes()) }));
      else this.files.push(file);
    }
    this.complain(problems.join(" "));
    this.draw();
    this.changed();
  }

  take(): File[] {
    const taken = this.files;
    this.files = [];
    this.complain("");
    this.draw();
    return taken;
  }

  private complain(problem: string): void {
    this.problem.textContent = problem;
    this.problem.hidden = problem === "";
  }

  private draw(): void {
    for (const image of this.node.querySelectorAll("img")) URL.revokeObjectURL(image.src);
    this.node.hidden = this.isEmpty;
    this.node.replaceChildren(...this.files.map((file) => this.chip(file)));
  }

  private chip(file: File): HTMLElement {
    const drop = (): void => {
      this.files = this.files.filter((other) => other !== file);
      this.draw();
      this.changed();
    };
    const remove = button({ class: "remove", "aria-label": this.i18n.t("remove", { name: file.name }) }, drop, icon("close"));
    const face = isImage(file.type) ? h("img", { src: URL.createObjectURL(file), alt: "" }) : h("span", { class: "sheet" }, icon("file"));
    return h("div", { class: "chip" }, face, h("span", { class: "name" }, file.name), remove);
  }
}
