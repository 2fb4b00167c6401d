// The scroll position in the journey: at the end and following it, or further up and fixed.
import { tick } from "svelte";
import type { VirtualizerHandle } from "virtua/svelte";
import type { EntryView } from "$shared/types";
import type { OpenConversation } from "../state/conversation.svelte";

const AT_END_PX = 24;
const LOAD_MORE_PX = 600;
/** Measuring around an entry takes a few frames. */
const GO_THERE_MS = 250;

export class Place {
  pane = $state<HTMLElement>();
  list = $state<VirtualizerHandle>();
  /** More than two screens from the end. */
  far = $state(false);
  /** The last entry when the agent was last at the end. */
  #endKey = $state<string | null>(null);
  #before = { top: 0, height: 0, view: 0 };
  #going = false;
  #pressed = false;

  constructor(
    private readonly open: OpenConversation,
    /** The end is on screen. */
    private readonly atEnd: () => void,
  ) {}

  /** How many entries came in below since the agent left the end. */
  get below(): number {
    const { entries, later } = this.open.journey;
    if (this.open.following || later || this.#endKey === null) return 0;
    const end = entries.findLastIndex((entry) => entry.key === this.#endKey);
    return end === -1 ? 0 : entries.length - 1 - end;
  }

  /** The entries on screen; all of them before anything is measured. */
  get onScreen(): readonly EntryView[] {
    const { entries } = this.open.journey;
    if (!this.pane || !this.list || this.pane.clientHeight === 0) return entries;
    const { scrollTop, clientHeight } = this.pane;
    return entries.slice(Math.max(0, this.list.findItemIndex(scrollTop)), this.list.findItemIndex(scrollTop + clientHeight) + 1);
  }

  /** A press ends on what it began on: nothing moves until the pointer is up. The bar for scrolling is no such thing. */
  press(on: EventTarget | null): void {
    if (on === this.pane) return;
    this.#pressed = true;
    const release = (): void => {
      removeEventListener("pointerup", release);
      removeEventListener("pointercancel", release);
      // The click comes after the pointer is up.
      setTimeout(() => {
        this.#pressed = false;
        this.settle();
      });
    };
    addEventListener("pointerup", release);
    addEventListener("pointercancel", release);
  }

  /** Sizes changed: of the pane, of entries, or of content below. */
  settle(): void {
    if (!this.pane || this.#going || this.#pressed) return;
    if (this.#sticks) this.pane.scrollTop = this.pane.scrollHeight;
    this.#moved(this.pane);
  }

  scrolled(): void {
    if (this.pane && !this.#going) this.#moved(this.pane);
  }

  async goTo(key: string): Promise<void> {
    this.#going = true;
    await tick();
    const at = this.open.journey.entries.findIndex((entry) => entry.key === key);
    if (at !== -1) this.list?.scrollToIndex(at, { align: "center" });
    this.pane?.focus({ preventScroll: true });
    setTimeout(() => {
      this.#going = false;
      if (!this.open.journey.later) this.#endKey = this.open.journey.entries.at(-1)?.key ?? null;
      this.settle();
    }, GO_THERE_MS);
  }

  get #sticks(): boolean {
    return this.open.following && !this.open.journey.later;
  }

  #moved(pane: HTMLElement): void {
    const now = { top: pane.scrollTop, height: pane.scrollHeight, view: pane.clientHeight };
    const before = this.#before;
    const gap = now.height - now.top - now.view;
    // Only scrolling up leaves the end; after a size change the end itself has moved.
    const left = now.top < before.top && now.height === before.height && now.view === before.view;
    this.#before = now;
    this.far = gap > 2 * now.view;
    if (gap < AT_END_PX) this.#arrived();
    else if (this.#sticks && !left) pane.scrollTop = now.height;
    else {
      // On the way to the newest they still follow it, though it is not here yet.
      if (left) this.open.following = false;
      this.#glance(now.top + now.view);
    }
    if (now.top < LOAD_MORE_PX) void this.open.older();
    if (gap < LOAD_MORE_PX) void this.open.newer();
  }

  #arrived(): void {
    const { entries, later } = this.open.journey;
    const last = entries.at(-1);
    if (later || !last) return;
    this.open.following = true;
    this.#endKey = last.key;
    this.open.shown.note(this.open.newest(), Date.now());
    this.atEnd();
  }

  /** Everything that came into view counts as read. */
  #glance(bottom: number): void {
    const { open, list } = this;
    const { entries } = open.journey;
    for (let at = Math.min(list?.findItemIndex(bottom) ?? -1, entries.length - 1); at >= 0; at--) {
      const entry = entries[at];
      if (entry?.conversation !== open.id || entry.position === null) continue;
      open.shown.note(entry.position, Date.now());
      return;
    }
  }
}
