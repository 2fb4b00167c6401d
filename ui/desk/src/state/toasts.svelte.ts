// Messages that need no answer; they disappear by themselves, unless they are being read.
import type { Tone } from "$shared/types";

export interface Toast {
  id: number;
  tone: Tone;
  text: string;
  /** Text that can be copied from it. */
  copy: string | null;
  /** What can be done about it. */
  action: ToastAction | null;
}

export interface ToastAction {
  label: string;
  /** Its key, if it has one. */
  key?: string;
  run: () => void;
}

const STAY_MS = { good: 4000, plain: 6000, bad: 12000 } as const;
const MOST = 4;

export class Toasts {
  shown = $state<Toast[]>([]);
  #next = 1;

  say(tone: Tone, text: string, copy: string | null = null): void {
    if (this.shown.some((toast) => toast.text === text)) return;
    this.#show({ tone, text, copy, action: null }, STAY_MS[tone]);
  }

  /** With something that can be done while it is shown. A repeat replaces the earlier one. */
  offer(tone: Tone, text: string, action: ToastAction, stayMs: number = STAY_MS.bad): number {
    this.shown = this.shown.filter((toast) => toast.text !== text);
    return this.#show({ tone, text, copy: null, action }, stayMs);
  }

  #show(toast: Omit<Toast, "id">, stayMs: number): number {
    const id = this.#next++;
    this.shown = [...this.shown, { id, ...toast }].slice(-MOST);
    setTimeout(() => this.drop(id), stayMs);
    return id;
  }

  drop(id: number): void {
    this.shown = this.shown.filter((toast) => toast.id !== id);
  }
}
