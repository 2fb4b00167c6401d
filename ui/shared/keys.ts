// Keys that mean something else while an input method composes a word. The one place that knows what Enter is.

/** What is needed of a keyboard event. */
export type Key = Pick<KeyboardEvent, "key" | "isComposing" | "keyCode" | "shiftKey">;

/** Part of a composition. WebKit says `isComposing: false` for the key that ends one, and only its old code tells. */
export function composes({ isComposing, keyCode }: Pick<Key, "isComposing" | "keyCode">): boolean {
  return isComposing || keyCode === 229;
}

/** Enter as such, rather than the choice of a word in Japanese, Chinese or Korean. */
export function isEnter(event: Key): boolean {
  return event.key === "Enter" && !composes(event);
}

/** Whether what has the focus is written on a touch keyboard, where nobody finds Shift+Enter. */
export function isTouch(): boolean {
  return typeof matchMedia === "function" && matchMedia("(hover: none) and (pointer: coarse)").matches;
}
