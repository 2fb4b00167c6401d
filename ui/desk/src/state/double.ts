// The second press of a double click belongs to what was pressed first. A button that has appeared there meanwhile, such
// as Send where Join was, is not meant.

const PRESSABLE = "button, a, [role=option], [role=menuitem], [role=menuitemcheckbox]";

export class DoubleClicks {
  #first: Element | null = null;

  /** Call for every click before anything else does: whether it must have no effect. */
  ignores({ detail, target }: Pick<MouseEvent, "detail" | "target">): boolean {
    const pressed = target instanceof Element ? target.closest(PRESSABLE) : null;
    if (detail > 1) return pressed !== this.#first;
    this.#first = pressed;
    return false;
  }

  readonly guard = (event: MouseEvent): void => {
    if (!this.ignores(event)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
  };
}
