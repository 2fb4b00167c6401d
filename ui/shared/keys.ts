// Keys that have another meaning while an input method composes a word. The one place that decides what Enter is.

/** The required part of a keyboard event. */
export type Key = Pick<KeyboardEvent, "key" | "isComposing" | "keyCode" | "shiftKey">;

/**
 * Part of a composition. WebKit reports `isComposing: false` for the key that ends one; only the old key code tells.
 */
export function composes({ isComposing, keyCode }: Pick<Key, "isComposing" | "keyCode">): boolean {
  return isComposing || keyCode === 229;
}

/** A real Enter, rather than the choice of a word in Japanese, Chinese or Korean. */
export function isEnter(event: Key): boolean {
  return event.key === "Enter" && !composes(event);
}

/** Whether the focused element uses a touch keyboard, where Shift+Enter is hard to find. */
export function isTouch(): boolean {
  return typeof matchMedia === "function" && matchMedia("(hover: none) and (pointer: coarse)").matches;
}
