// The card that asks for a review: five scores, then a comment, then thanks; or no answer. A module of its own, which the chat fetches
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
  /** Says that the customer does not want to answer, or also not to be asked again. */
  decline(id: string, never: boolean): Promise<Review>;
}

let sheet: CSSStyleSheet | null = null;

/** Fills `node`. Built once, so that a comment that is being written stays. */
export function reviewCard(node: HTMLElement, { i18n, door }: { i18n: I18n; door: ReviewDoor }, question: string, first: Review): void {
  const words = texts[i18n.language];
  let review = first;
  let isChanging = false;
  let isNever = false;
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
  const no = button({ class: "link" }, () => void decline(false), words.no);
  const never = button({ class: "link" }, () => void decline(true), words.never);
  const acts = h("div", { class: "acts" }, change, no, never);
  node.replaceChildren(form, said, acts);
  dress(node);

  const chosen = (): number => Number(radios.find((radio) => radio.checked)?.value ?? 0);
  const draw = (): void => {
    const score = review.score ?? null;
    const isOpen = typeof review.until === "string" && Date.parse(review.until) > Date.now();
    const isDone = score !== null || review.declined === true;
    form.hidden = !isOpen || (isDone && !isChanging);
    more.hidden = chosen() === 0;
    change.hidden = !isOpen || !isDone || isChanging;
    change.textContent = score === null ? words.rate : words.change;
    no.hidden = !isOpen || isDone;
    // Only who does not want to answer is asked whether they ever do.
    never.hidden = score !== null || review.declined !== true || isNever || isChanging;
    if (isChanging) said.textContent = "";
    else if (score !== null) said.textContent = words.thanks.replace("{n}", `${score}`);
    else if (isNever) said.textContent = words.asked;
    else if (review.declined === true) said.textContent = words.declined;
    else said.textContent = isOpen ? "" : words.over;
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
  const decline = async (always: boolean): Promise<void> => {
    if (no.disabled) return;
    no.disabled = never.disabled = true;
    const hadFocus = acts.contains((node.getRootNode() as Document | ShadowRoot).activeElement);
    try {
      review = await door.decline(review.id, always);
      isNever = always;
      draw();
      // The buttons that had the focus are gone.
      if (hadFocus) [change, never].find((one) => !one.hidden)?.focus();
    } catch {
      said.textContent = words.failed;
    } finally {
      no.disabled = never.disabled = false;
    }
  };
  const edit = (): void => {
    isChanging = true;
    for (const radio of radios) radio.checked = Number(radio.value) === review.score;
    comment.value = review.comment ?? "";
    draw();
    (radios.find((radio) => radio.checked) ?? radios[0])?.focus();
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
