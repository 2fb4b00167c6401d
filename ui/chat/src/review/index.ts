// The card that asks for a review: five scores, then a comment, then thanks. A module of its own, which the chat fetches
// with the first request: most visits see none. It knows the chat by its context alone.
import type { I18n } from "../i18n";
import { button, h } from "../view/dom";
import type { Review } from "../wire";
import css from "./review.css?inline";
import { texts } from "./texts";

const SCORES = [1, 2, 3, 4, 5];
/** Maximum comment that the hub takes. */
const COMMENT_CHARS = 2_000;

/** Where answers go, and as whom. */
export interface ReviewDoor {
  /** The answer as the hub has it. Throws if it did not arrive. */
  answer(id: string, answer: { score: number; comment?: string }): Promise<Review>;
}

let sheet: CSSStyleSheet | null = null;

/** Fills `node`. Built once, so that a comment that is being written stays. */
export function reviewCard(node: HTMLElement, { i18n, door }: { i18n: I18n; door: ReviewDoor }, question: string, first: Review): void {
  const words = texts[i18n.language];
  let review = first;
  let isChanging = false;
  const radios = SCORES.map((score) =>
    h("input", { type: "radio", name: review.id, value: score, "aria-label": words.score.replace("{n}", `${score}`) }),
  );
  // Arrow keys move between radio buttons of one name.
  const scores = radios.map((radio) => h("label", { class: "choice" }, radio, h("span", { "aria-hidden": "true" }, radio.value)));
  const legend = h("legend", { dir: "auto" }, question === "" ? words.ask : question);
  const group = h("fieldset", { class: "choices" }, legend, ...scores);
  const comment = h("textarea", { rows: 2, maxlength: COMMENT_CHARS, "aria-label": words.comment, placeholder: words.comment });
  const send = h("button", { type: "submit", class: "primary" }, words.send);
  const more = h("div", { class: "more-of-it" }, comment, send);
  const form = h("form", {}, group, more);
  const said = h("p", { role: "status", class: "said" });
  const change = button({ class: "link" }, () => edit(), words.change);
  node.replaceChildren(form, said, change);
  dress(node);

  const chosen = (): number => Number(radios.find((radio) => radio.checked)?.value ?? 0);
  const draw = (): void => {
    const score = review.score ?? null;
    const isOpen = typeof review.until === "string" && Date.parse(review.until) > Date.now();
    form.hidden = !isOpen || (score !== null && !isChanging);
    more.hidden = chosen() === 0;
    change.hidden = !isOpen || score === null || isChanging;
    if (isChanging) said.textContent = "";
    else said.textContent = score !== null ? words.thanks.replace("{n}", `${score}`) : isOpen ? "" : words.over;
  };
  const submit = async (): Promise<void> => {
    const score = chosen();
    if (score === 0 || send.disabled) return;
    const text = comment.value.trim();
    send.disabled = true;
    const hadFocus = form.contains((node.getRootNode() as Document | ShadowRoot).activeElement);
    try {
      review = await door.answer(review.id, text === "" ? { score } : { score, comment: text });
      isChanging = false;
      draw();
      if (hadFocus && !change.hidden) change.focus();
    } catch {
      said.textContent = words.failed;
    } finally {
      send.disabled = false;
    }
  };
  const edit = (): void => {
    isChanging = true;
    for (const radio of radios) radio.checked = Number(radio.value) === review.score;
    comment.value = review.comment ?? "";
    draw();
    radios.find((radio) => radio.checked)?.focus();
  };
  group.addEventListener("change", draw);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    void submit();
  });
  draw();
}

/** Adds the card's styles to those of its chat. */
function dress(node: HTMLElement): void {
  const root = node.getRootNode() as Document | ShadowRoot;
  if (!sheet) {
    sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
  }
  if (!root.adoptedStyleSheets.includes(sheet)) root.adoptedStyleSheets = [...root.adoptedStyleSheets, sheet];
}
