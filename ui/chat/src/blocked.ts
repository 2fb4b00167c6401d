// Whether the page blocks its content. A modal dialog and `inert` disable everything outside; a focus trap takes every
// press and the focus. A chat that cannot be used is hidden until it can.

const TRAPS = '[aria-modal="true"]';
const LOOK_MS = 500;

export class Blocked {
  /** Whether it cannot be used now. */
  is = false;
  private isTrapped = false;
  private timer: ReturnType<typeof setInterval> | null = null;

  constructor(
    private readonly host: HTMLElement,
    private readonly changed: () => void,
    signal: AbortSignal,
  ) {
    // No attribute tells that a dialog is modal, but opening and closing changes one.
    const watcher = new MutationObserver(() => this.look());
    watcher.observe(document, { subtree: true, attributes: true, attributeFilter: ["open", "inert"] });
    signal.addEventListener("abort", () => {
      watcher.disconnect();
      this.watch(false);
    });
    window.addEventListener("click", (event) => this.pressed(event), { capture: true, signal });
    window.addEventListener("focusin", (event) => this.focused(event), { capture: true, signal });
    this.look();
  }

  private look(): void {
    if (this.isTrapped && !isThere(document.querySelector(TRAPS))) this.isTrapped = false;
    const now = this.isTrapped || this.isInert() || this.isBehindDialog();
    if (now === this.is) return;
    this.is = now;
    this.watch(now);
    this.changed();
  }

  private isInert(): boolean {
    for (let node: Element | null = this.host; node; node = parentOf(node)) if (node.hasAttribute("inert")) return true;
    return false;
  }

  private isBehindDialog(): boolean {
    return modals().some((dialog) => !contains(dialog, this.host));
  }

  /** A press that never arrives was intercepted. */
  private pressed(event: Event): void {
    if (!event.composedPath().includes(this.host)) return;
    let arrived = false;
    const note = (): void => void (arrived = true);
    this.host.addEventListener("click", note, { once: true, capture: true });
    setTimeout(() => {
      this.host.removeEventListener("click", note, { capture: true });
      if (!arrived) this.trapped();
    });
  }

  /** Focus that moves on at once, without user action, was taken away. */
  private focused(event: Event): void {
    if (!event.composedPath().includes(this.host) || !document.querySelector(TRAPS)) return;
    setTimeout(() => {
      const now = document.activeElement;
      if (now && now !== this.host && now.closest(TRAPS)) this.trapped();
    });
  }

  private trapped(): void {
    this.isTrapped = document.querySelector(TRAPS) !== null;
    this.look();
  }

  /** Traps and removed dialogs end without notice. */
  private watch(isOn: boolean): void {
    if (this.timer !== null) clearInterval(this.timer);
    this.timer = isOn ? setInterval(() => this.look(), LOOK_MS) : null;
  }
}

function modals(): Element[] {
  try {
    return [...document.querySelectorAll("dialog:modal")];
  } catch {
    // A browser without `:modal` cannot tell.
    return [];
  }
}

function isThere(element: Element | null): boolean {
  return element !== null && element.getClientRects().length > 0;
}

function parentOf(node: Element): Element | null {
  const root = node.getRootNode();
  return node.parentElement ?? (root instanceof ShadowRoot ? root.host : null);
}

function contains(ancestor: Element, node: Element): boolean {
  for (let each: Element | null = node; each; each = parentOf(each)) if (each === ancestor) return true;
  return false;
}
