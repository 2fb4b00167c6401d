// One turn: author, bubble, choices, time and stage. Built once; later only its changing parts are updated, so that a
// screen reader announces a turn once and not with each receipt.
import type { Item } from "../items";
import { attachmentView } from "./attachment";
import { initials, nameOf, type ViewContext } from "./context";
import { button, h, icon, setText } from "./dom";
import { linked } from "./links";
import type { Row } from "./rows";
import { TOO_LARGE_HERE } from "../sender";

type TurnRow = Extract<Row, { kind: "turn" }>;

export interface TurnView {
  node: HTMLElement;
  update(row: TurnRow): void;
}

export function turnView(context: ViewContext, row: TurnRow): TurnView {
  const { item } = row;
  const name = nameOf(context.i18n, item.from, item.name, item.own);
  const isOwn = item.own;
  const bubble = h("div", { class: "bubble", part: "bubble" });
  const file = item.media ? attachmentView(context, item) : null;
  if (file) bubble.append(file.node);
  if (item.text !== "") bubble.append(h("div", { class: "text", dir: "auto" }, ...linked(item.text)));
  const choices = choicesView(context, item);
  const meta = metaView(context, item);
  const body = h("div", { class: "body" }, byline(context, item, name), bubble, choices?.node, meta.node);
  const node = h("div", { class: `turn ${item.from}${isOwn ? " own" : ""}`, part: `turn ${isOwn ? "own" : "theirs"}`, "data-id": item.id });
  node.append(...(isOwn ? [body] : [avatar(item, name), body]));
  const update = (now: TurnRow): void => {
    node.classList.toggle("opens", now.opens);
    node.classList.toggle("closes", now.closes);
    node.classList.toggle("calm", now.isCalm);
    node.classList.toggle("unsent", now.item.stage === "failed" || now.item.stage === "queued");
    choices?.update(now.item);
    file?.update(now.item);
    meta.update(now);
  };
  update(row);
  return { node, update };
}

/** The same file can only be refused again. */
const HOPELESS = new Set(["chat.file_gone", "media.kind", "media.too_large", TOO_LARGE_HERE]);

/** In the customer's language, if they can do something about it. The hub's own message is for developers. */
function reasonOf({ i18n, session }: ViewContext, item: Item, failure: string): string | null {
  const name = item.media?.name ?? "";
  switch (failure) {
    case "chat.file_gone":
      return i18n.t("fileGone");
    case "media.kind":
      return i18n.t("wrongType", { name });
    case "media.too_large":
      return i18n.t("tooLarge", { name, size: i18n.size(session.maxFileBytes) });
    case "media.quota":
      return i18n.t("filesToday");
    case "media.disk":
      return i18n.t("filesNoRoom");
    case TOO_LARGE_HERE:
      return i18n.t("tooLargeHere");
    case "conversation.moved_on":
      return i18n.t("movedOn");
    default:
      return null;
  }
}

/** A turn is rebuilt when this differs; everything else is updated in place. */
export function turnContent(item: Item): string {
  return JSON.stringify([item.from, item.name, item.text, item.media?.name, item.choices]);
}

function byline(context: ViewContext, item: Item, name: string): HTMLElement {
  const { i18n } = context;
  const tag = item.from === "logic" ? i18n.t("automated") : item.from === "external_agent" ? i18n.t("partner") : null;
  const isSaid = tag === null || tag === name;
  return h("div", { class: "by" }, h("bdi", { class: "name" }, name), isSaid ? null : h("span", { class: "tag" }, tag));
}

function avatar(item: Item, name: string): HTMLElement {
  const mark = item.from === "logic" ? icon("spark") : initials(name);
  return h("span", { class: "avatar", "aria-hidden": "true" }, mark);
}

function choicesView(context: ViewContext, item: Item): { node: HTMLElement; update(item: Item): void } | null {
  if (item.choices.length === 0) return null;
  const node = h("div", { class: "choices", role: "group", "aria-label": context.i18n.t("answers"), part: "choices" });
  const buttons = item.choices.map(({ id, label }) => {
    const choose = (): void => context.session.sendChoice(item.id, id, label);
    const choice = button({ class: "choice", part: "choice", "aria-pressed": "false", disabled: context.session.self !== "customer" }, choose, icon("check"), h("span", { dir: "auto" }, label));
    node.append(choice);
    return { id, choice };
  });
  const update = (now: Item): void => {
    for (const { id, choice } of buttons) choice.setAttribute("aria-pressed", String(now.picked === id));
  };
  return { node, update };
}

function metaView(context: ViewContext, item: Item): { node: HTMLElement; update(row: TurnRow): void } {
  const { session, i18n } = context;
  const time = h("time", {});
  const stage = h("span", { class: "stage", part: "stage" });
  const retry = button({ class: "link" }, () => session.retryMessage(item.id), i18n.t("retry"));
  const discard = button({ class: "link" }, () => session.discard(item.id), i18n.t("discard"));
  const edit = (item.media && item.text === "") || item.kind === "answer" ? null : button({ class: "link" }, () => session.edit(item.id), i18n.t("edit"));
  const rescue = h("span", { class: "rescue" }, retry, edit, discard);
  const node = h("div", { class: "meta" }, time, stage, rescue);
  const update = ({ item: now }: TurnRow): void => {
    setText(time, now.timeMs > 0 ? i18n.time(now.timeMs) : "");
    time.setAttribute("datetime", new Date(now.timeMs).toISOString());
    rescue.hidden = now.stage !== "failed" && now.uploaded === null;
    retry.hidden = now.stage !== "failed" || HOPELESS.has(now.failure ?? "");
    stage.hidden = now.stage === null;
    if (now.stage === null) return;
    const why = now.failure === null ? null : reasonOf(context, now, now.failure);
    setText(stage, now.stage === "failed" && why ? `${i18n.t("failed")}: ${why}` : i18n.t(now.stage));
    stage.dataset.stage = now.stage;
  };
  return { node, update };
}
