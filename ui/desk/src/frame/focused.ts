// Focuses an element when it appears.

export function focused(node: HTMLElement, when = true): void {
  if (when) node.focus();
}
