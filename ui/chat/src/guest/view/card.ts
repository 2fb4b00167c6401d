// Everything except the conversation: one card with a heading, a sentence, and at most one button.
import type { I18n } from "../../i18n";
import { button, h } from "../../view/dom";
import type { Phase } from "../phase";
import type { Invitation } from "../wire";
import type { Words } from "../words";

export interface CardHooks {
  enter(): Promise<void>;
  again(): void;
}

export type CardPhase = Exclude<Phase, { kind: "open" }>;

export class CardView {
  readonly node: HTMLElement;
  private readonly heading: HTMLElement;

  constructor(
    phase: CardPhase,
    private readonly i18n: I18n,
    private readonly words: Words,
    private readonly hooks: CardHooks,
  ) {
    const [title, ...rest] = this.content(phase);
    this.heading = h("h1", { tabindex: -1, dir: "auto" }, title);
    this.node = h("section", { class: `card ${phase.kind}`, "aria-live": "polite" }, this.heading, ...rest);
    if (phase.kind === "over") this.node.dataset.end = phase.end;
  }

  /** Tells screen readers that the page changed. */
  shown(): void {
    if (!this.node.classList.contains("looking")) this.heading.focus({ preventScroll: true });
  }

  private content(phase: CardPhase): [string, ...(Node | null)[]] {
    const { words, i18n } = this;
    switch (phase.kind) {
      case "looking":
        return [words.t("looking")];
      case "gate":
        return [words.t("gate", { who: inviterOf(phase.invitation, words, true) }), ...this.gate(phase.invitation)];
      case "unreachable":
      case "limited": {
        const again = button({ class: "primary" }, () => this.hooks.again(), i18n.t("tryAgain"));
        return [words.t(phase.kind), h("p", {}, words.t(`${phase.kind}Text`)), again];
      }
      case "over": {
        const who = phase.invitation ? inviterOf(phase.invitation, words, false) : words.t("someone");
        const title = phase.end === "left" ? "leftTitle" : phase.end;
        return [words.t(title), h("p", { dir: "auto" }, words.t(`${phase.end}Text`, { who })), this.unsent(phase.unsent)];
      }
    }
  }

  private gate(invitation: Invitation): Node[] {
    const { words, i18n } = this;
    const expiresMs = Date.parse(invitation.expires);
    const time = `${i18n.day(expiresMs, Date.parse(invitation.now))}, ${i18n.time(expiresMs)}`;
    const open = h("button", { type: "button", class: "primary" }, words.t("open"));
    open.addEventListener("click", () => {
      open.disabled = true;
      void this.hooks.enter();
    });
    return [
      h("p", { dir: "auto" }, words.t("speaks", { name: invitation.name })),
      ...noteOf(invitation, words),
      h("p", { class: "actions" }, open),
      h("p", { class: "small" }, `${words.t("until", { time })} · ${words.t("binds")}`),
    ];
  }

  private unsent(texts: string[]): Node | null {
    if (texts.length === 0) return null;
    const label = this.words.t("unsent");
    return h("div", { class: "unsent" }, h("h2", {}, label), ...texts.map((text) => h("blockquote", { dir: "auto" }, text)));
  }
}

/** The inviter's note to the partner, if any. */
export function noteOf(invitation: Invitation, words: Words): HTMLElement[] {
  if (!invitation.note) return [];
  const who = inviterOf(invitation, words, false);
  return [h("figure", { class: "note" }, h("figcaption", {}, words.t("note", { who })), h("p", { dir: "auto" }, invitation.note))];
}

/** The inviter's name, with the company for strangers. */
export function inviterOf({ invitedBy, company }: Invitation, words: Words, isFull: boolean): string {
  if (!invitedBy) return company || words.t("someone");
  return isFull && company ? `${invitedBy} (${company})` : invitedBy;
}
