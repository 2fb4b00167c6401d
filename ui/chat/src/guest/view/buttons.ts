// The company's buttons for external agents. The hub fills them; here they are only shown and pressed.
import { button, h, icon, setText, type IconName } from "../../view/dom";
import type { GuestButton } from "../wire";
import type { Words } from "../words";

export interface ButtonsHooks {
  /** Notifies the company's service. */
  press(action: string): Promise<void>;
  /** The browser's own APIs. */
  copy(text: string): Promise<void>;
  visit(url: string): void;
}

export class ButtonsView {
  readonly node: HTMLElement;
  private readonly row = h("div", { class: "row" });
  private readonly said = h("p", { class: "said", role: "status" });
  /** Presses in flight: further ones are accidental. */
  private readonly under = new Set<string>();

  constructor(
    private readonly words: Words,
    private readonly hooks: ButtonsHooks,
  ) {
    this.node = h("div", { class: "offers", role: "group", "aria-label": words.t("buttons") }, this.row, this.said);
    this.node.hidden = true;
  }

  offer(buttons: GuestButton[]): void {
    const focused = this.row.querySelector<HTMLElement>(":focus")?.dataset.id;
    this.row.replaceChildren(...buttons.map((each) => this.draw(each)));
    this.node.hidden = buttons.length === 0;
    // An update must not take the focus from a button.
    if (focused) this.row.querySelector<HTMLElement>(`[data-id="${CSS.escape(focused)}"]`)?.focus();
  }

  private draw(offered: GuestButton): HTMLElement {
    const { id, title, description, action, copy, url, unusable } = offered;
    const kinds: (IconName | false)[] = [action !== undefined && "spark", copy !== undefined && "copy", url !== undefined && "leave"];
    const icons = kinds.filter((kind) => kind !== false).map((kind) => icon(kind));
    const does = [copy !== undefined && this.words.t("copies"), url !== undefined && this.words.t("opens")];
    const about = [description, ...does, unusable].filter(Boolean).join(" ");
    const attributes = { class: "plain", "data-id": id, "aria-disabled": unusable === undefined ? null : "true", title: about || null };
    return button(attributes, () => void this.press(offered), h("bdi", {}, title), ...icons);
  }

  private async press({ id, title, action, copy, url, unusable }: GuestButton): Promise<void> {
    if (unusable !== undefined) return this.say(unusable);
    if (this.under.has(id)) return;
    this.under.add(id);
    this.say("");
    // At once: browsers allow this only during a press.
    const copied = copy === undefined ? true : this.hooks.copy(copy).then(() => true, () => false);
    if (url !== undefined) this.hooks.visit(url);
    try {
      if (action !== undefined) await this.hooks.press(action);
      const did = copy === undefined || action !== undefined ? "pressed" : "copied";
      this.say(this.words.t((await copied) ? did : "copyFailed", { title }));
    } catch {
      this.say(this.words.t("pressFailed", { title }));
    }
    this.under.delete(id);
  }

  private say(text: string): void {
    setText(this.said, text);
  }
}
