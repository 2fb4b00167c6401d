// Whether the page blocks its content. A modal dialog and `inert` disable everything outside; a focus trap takes every
// press and the focus. A chat that cannot be used is hidden until it can.

const TRAPS = '[aria-modal="true"]';
const LOOK_MS = 500;

export class Blocked {
  /** Whether it cannot be used now. */
  is = false;
  private isTrapped = false;
  private timer: ReturnType<typeof setInterval> | null = null;

  /** `root` contains everything visible of `host`, in its shadow root. */
  constructor(
    private readonly host: HTMLElement,
    private readonly root: HTMLElement,
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
    // Dialogs in other shadow roots are invisible to the observer, but they take the focus when shown, and presses.
    for (const type of ["focusin", "focusout", "pointerdown"]) {
      window.addEventListener(type, () => setTimeout(() => !signal.aborted && this.look()), { capture: true, signal });
    }
  }

  look(): void {
    if (this.isTrapped && !isThere(document.querySelector(TRAPS))) this.isTrapped = false;
    const now = this.isTrapped || this.isDead();
    if (now === this.is) return;
    this.is = now;
    this.watch(now);
    this.changed();
  }

  /** Asks the browser: an inert element, whatever the reason, is not hit at any point. Covered elements are. */
  private isDead(): boolean {
    const { root } = this;
    const { hidden } = root;
    root.hidden = false;
    const { x = -1, y = 0, width = 0, height = 0 } = [...root.children].map((part) => part.getBoundingClientRect()).find((box) => box.width > 0) ?? {};
    const [middle, centre] = [x + width / 2, y + height / 2];
    // Outside the window nothing is hit.
    const isSeen = middle >= 0 && centre >= 0 && middle < innerWidth && centre < innerHeight;
    const isDead = isSeen && !(root.getRootNode() as ShadowRoot).elementsFromPoint(middle, centre).some((each) => root.contains(each));
    root.hidden = hidden;
    return isDead;
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

function isThere(element: Element | null): boolean {
  return element !== null && element.getClientRects().length > 0;
}
