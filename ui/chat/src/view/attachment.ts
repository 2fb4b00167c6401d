// One file in a turn: a thumbnail for an image, otherwise a chip with name and size. Both open it in a new tab.
import type { Item } from "../items";
import type { ViewContext } from "./context";
import { h, icon } from "./dom";

const IMAGES = new Set(["image/png", "image/jpeg", "image/webp", "image/gif"]);

export interface AttachmentView {
  node: HTMLElement;
  update(item: Item): void;
}

export function isImage(contentType: string): boolean {
  return IMAGES.has(contentType);
}

export function attachmentView(context: ViewContext, item: Item): AttachmentView {
  const { session, i18n } = context;
  const { media } = item;
  const node = h("a", { class: "file", part: "attachment", target: "_blank", rel: "noopener noreferrer" });
  if (!media) return { node, update: () => undefined };
  const held = session.files.held(item.id);
  const local = held ? URL.createObjectURL(held) : null;
  const remote = (now: Item): string | null => (now.media?.id ? session.mediaUrl(now.media.id, now.media.right) : null);
  const progress = h("progress", { max: Math.max(1, media.bytes), "aria-label": i18n.t("sending") });
  const image = isImage(media.contentType) && (local !== null || media.id !== null) ? thumbnail(media.name) : null;
  if (image) {
    node.classList.add("picture");
    node.append(image);
    node.setAttribute("aria-label", i18n.t("open", { name: media.name }));
  } else {
    const size = h("span", { class: "size" }, i18n.size(media.bytes));
    node.append(h("span", { class: "sheet" }, icon("file")), h("span", { class: "name" }, media.name), size);
  }
  node.append(progress);
  let right = media.right;
  let isLost = false;
  // An expired address is replaced before it is followed, or removed where there is no new one.
  const renew = (): void => {
    if (isLost || session.renewAddress(item.id) || !hasExpired(right)) return;
    isLost = true;
    node.removeAttribute("href");
    node.after(h("small", { role: "status" }, i18n.t("expired")));
  };
  for (const event of ["pointerenter", "focus", "pointerdown"]) {
    node.addEventListener(event, () => hasExpired(right) && renew());
  }
  image?.addEventListener("error", () => local === null && renew(), { once: true });
  const update = (now: Item): void => {
    progress.hidden = now.uploaded === null;
    progress.value = now.uploaded ?? 0;
    const address = remote(now);
    if (address !== null && !isLost) node.setAttribute("href", address);
    const isNew = (now.media?.right ?? null) !== right;
    right = now.media?.right ?? null;
    const source = local ?? address;
    // The thumbnail keeps the local copy: replacing it by the hub's would flicker and load it again.
    if (image && source !== null && (!image.hasAttribute("src") || (isNew && local === null && !image.complete))) image.src = source;
  };
  update(item);
  return { node, update };
}

/** The right in an address names its last day, counted from 1970. */
function hasExpired(right: string | null): boolean {
  return right !== null && Number.parseInt(right, 10) * 86_400_000 < Date.now();
}

function thumbnail(name: string): HTMLImageElement {
  return h("img", { alt: name, loading: "lazy", decoding: "async", referrerpolicy: "no-referrer" });
}
