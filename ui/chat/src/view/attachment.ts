// One file in a turn: a thumbnail if it is an image, else a chip with name and size. Both open it in a new tab.
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
  const remote = (now: Item): string | null => (now.media?.id ? session.mediaUrl(now.media.id) : null);
  const image = isImage(media.contentType) && (local !== null || media.id !== null) ? thumbnail(media.name) : null;
  if (image) {
    node.classList.add("picture");
    node.append(image);
    node.setAttribute("aria-label", i18n.t("open", { name: media.name }));
  } else {
    const size = h("span", { class: "size" }, i18n.size(media.bytes));
    node.append(h("span", { class: "sheet" }, icon("file")), h("span", { class: "name" }, media.name), size);
  }
  const update = (now: Item): void => {
    const address = remote(now);
    if (address !== null) node.setAttribute("href", address);
    const source = local ?? address;
    // The thumbnail stays on the local copy: swapping it for the hub's would flicker and load the same picture again.
    if (image && source !== null && !image.hasAttribute("src")) image.src = source;
  };
  update(item);
  return { node, update };
}

function thumbnail(name: string): HTMLImageElement {
  return h("img", { alt: name, loading: "lazy", decoding: "async", referrerpolicy: "no-referrer" });
}
