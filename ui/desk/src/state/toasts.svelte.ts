// Messages that need no answer; they disappear by themselves, unless they are being read.
import type { Tone } from "$shared/types";

export interface Toast {
  id: number;
  tone: Tone;
  text: string;
  /** Text that can be copied from it. */
  copy: string | null;
}

const STAY_MS = { good: 4000, plain: 6000, bad: 12000 } as const;
const MOST = 4;

export class Toasts {
  shown = $state<Toast[]>([]);
  #next = 1;

  say(tone: Tone, text: string, copy: string | null = null): void {
    if (this.shown.some((toast) => toast.text === text)) return;
    const id = this.#next++;
    this.shown = [...this.shown, { id, tone, text, copy }].slice(-MOST);
    setTimeout(() => this.drop(id), STAY_MS[tone]);
  }

  drop(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }
}
