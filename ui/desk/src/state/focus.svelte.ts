// Where the focus is, and where it goes. Opening a conversation leaves it where it is; only acts that begin to write move
// it into the message field.
import { tick } from "svelte";
import type { ConversationId } from "$shared/types";
import { isEnter } from "$shared/keys";
import { isWriting, type Place } from "./keys";
import { painted } from "./painted";

const LIST = "[data-focus=list]";
const MESSAGE = "[data-focus=message]";
/** Whoever pressed a key so lately may be in the middle of a word. */
const TYPING_MS = 3_000;
/** A conversation that opens within this time of an act appears together with it. */
const AT_ONCE_MS = 16;
/** One that opens within this time is still expected; it takes letters after as long again. */
const PROMPT_MS = 100;
/** Nobody reacts faster than this to one that opened later, or by itself. */
const UNSEEN_MS = 300;
/** A moment after all others, until the time is known. */
const UNPAINTED = Number.MAX_VALUE;
const DIALOG = "dialog, [role=dialog], [role=menu]";

/** The open conversation, as far as the focus is concerned. */
export interface Opened {
  id: ConversationId;
  loaded: boolean;
}

export class Focus {
  /** The conversation whose message field gets the focus as soon as it appears. */
  #promised: ConversationId | null = null;
  /** Whether something may still bring that field. */
  #waiting = false;
  /** Whether the focus is still where it was when the field was promised. */
  #stays: () => boolean = () => true;
  /** The last focused element. */
  #last: EventTarget | null = null;
  #inList = false;
  /** Another conversation came in the middle of words. */
  #cut = false;
  /** The user goes on in another window. */
  #left = false;
  /** When a key was last pressed. */
  #typed = -Infinity;
  /** When the user last did anything but write. */
  #acted = -Infinity;
  /** Whether that is being done: what it opens now appears together with it. */
  #acts = false;
  /** Until then, what is typed was begun for the conversation before. */
  #unseen = -Infinity;
  /** Counts what came instead of the open conversation: the last one counts. */
  #openings = 0;
  /** Counts wishes for the focus: the last one counts. */
  #wishes = 0;
  /** How many acts look for the conversation that they will open. */
  #leading = 0;
  /** Letters were dropped meanwhile: the rest of their word is not meant for what opens. */
  #begun = false;

  /** `alone`: the window shows the open conversation without the list. `enter` shows the conversation in such a window,
   * or the list. */
  constructor(
    private readonly open: () => Opened | null,
    private readonly alone: () => boolean = () => false,
    private readonly enter: (inside: boolean) => void = () => undefined,
  ) {}

  get coming(): boolean {
    return this.#promised !== null && this.#promised === this.open()?.id && !field();
  }

  /** Whether an act looks for the conversation that it will open: what is typed meanwhile is meant for that one. */
  get leads(): boolean {
    return this.#leading > 0;
  }

  /** Waits for what an act looks for before it can open a conversation. */
  async leading<T>(looking: Promise<T>): Promise<T> {
    this.#leading++;
    try {
      return await looking;
    } finally {
      this.#leading--;
    }
  }

  /** Call on every `focusin`. */
  saw(target: EventTarget | null): void {
    this.#last = target;
    this.#cut = false;
    this.#inList = target instanceof Element && target.closest(LIST) !== null;
    // A window that becomes small keeps what somebody writes in.
    if (target instanceof Element && target.matches(MESSAGE)) this.enter(true);
  }

  /** Call on every press: wherever it lands, nobody is in the middle of a word any more. */
  pressed(): void {
    this.acted();
    this.#cut = false;
    if (document.activeElement !== document.body) return;
    this.#last = null;
    this.#inList = false;
  }

  place(target: EventTarget | null): Place {
    const at = target instanceof Element ? target : document.body;
    if (at.closest(DIALOG)) return "dialog";
    if (at.closest(LIST)) return "list";
    if (at.matches(MESSAGE)) return "message";
    if (at.matches("input, textarea, select, [contenteditable]")) return "input";
    if (at !== document.body && at !== document.documentElement) return "elsewhere";
    if (this.#cut) return "cut";
    return isGone(this.#last) ? "lost" : "nowhere";
  }

  /** Call on every key. */
  typed(event: KeyboardEvent): void {
    this.#typed = performance.now();
    const writes = isWriting(event) && !(isEnter(event) && this.place(event.target) !== "message");
    if (!writes) this.acted();
  }

  /** Call when a key or a press does something. */
  acted(): void {
    this.#acted = performance.now();
    this.#acts = true;
    setTimeout(() => (this.#acts = false));
    this.#begun = false;
    if (this.#unseen === Infinity) this.#unseen = -Infinity;
  }

  /** Call when a letter is dropped because an act looks for its conversation. */
  dropped(): void {
    this.#begun = true;
  }

  /** Letters of the list do nothing until the hands have rested. */
  rests(): void {
    this.#unseen = Math.max(this.#unseen, performance.now() + UNSEEN_MS);
  }

  /** Call when another conversation takes the place of the open one. */
  opened(): void {
    const age = performance.now() - this.#acted;
    if (this.#begun) this.#unseen = Infinity;
    else if (this.#acts || age <= AT_ONCE_MS) this.#unseen = -Infinity;
    else this.#appears(age <= PROMPT_MS ? PROMPT_MS : UNSEEN_MS);
    this.#begun = false;
  }

  /** Call when another conversation comes by itself. */
  came(): void {
    this.#appears(UNSEEN_MS);
  }

  /** Nobody has seen what is not painted yet: so long after that, what is typed is not meant for it. */
  #appears(rest: number): void {
    const opening = ++this.#openings;
    this.#unseen = UNPAINTED;
    painted(() => {
      if (opening === this.#openings && this.#unseen === UNPAINTED) this.#unseen = performance.now() + rest;
    });
  }

  /** Whether what is typed there was begun for the conversation before. On a slow machine keys wait before they arrive. */
  isEarly({ target, timeStamp }: Event): boolean {
    const place = this.place(target);
    return place !== "dialog" && place !== "input" && Math.min(timeStamp, performance.now()) < this.#unseen;
  }

  /** The message field had the focus and is gone, or a key was pressed a moment ago: the rest of the word is nobody's,
   * until a press or Tab. */
  get cutOff(): boolean {
    return this.place(document.body) === "lost" || performance.now() - this.#typed < TYPING_MS;
  }

  /** Whether somebody is in the middle of words for the open conversation. */
  get writes(): boolean {
    const at = document.activeElement;
    if (!(at instanceof HTMLTextAreaElement) || !at.matches(MESSAGE)) return false;
    return at.value.trim() !== "" || performance.now() - this.#typed < TYPING_MS;
  }

  /** Takes the focus out of the message field in the middle of words: what is typed on is nobody's, until Esc, Tab or a
   * press. */
  cutOffWords(): void {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    this.#last = this.#promised = null;
    this.#inList = false;
    this.#cut = true;
  }

  /** The user goes on in another window: until that has come, what is typed is nobody's. */
  leave(): void {
    this.cutOffWords();
    this.#left = true;
  }

  /** Call when the window has the focus again. */
  cameBack(): void {
    if (this.#left && this.#cut) this.list();
    this.#left = false;
  }

  /** The list's element may have been replaced while it had the focus. A promised field comes first. */
  keepList(): void {
    void tick().then(() => {
      if (this.#inList && this.#promised === null && document.activeElement === document.body) this.list();
    });
  }

  list(): void {
    this.enter(false);
    this.#promised = null;
    this.#last = null;
    this.#cut = false;
    this.#inList = true;
    const wish = ++this.#wishes;
    void tick().then(() => {
      if (wish === this.#wishes) document.querySelector<HTMLElement>(LIST)?.focus();
    });
  }

  /** Remembers where the focus is. Afterwards tells whether it is still there, or nowhere: whoever moved it meanwhile keeps
   * it. What ends later than the key or press that began it must ask before it moves the focus. */
  hold(): () => boolean {
    const was = this.#where();
    const isPassing = was !== null && was !== LIST && was.closest(DIALOG) !== null;
    return () => {
      const now = this.#where();
      return now === null || now === was || isPassing;
    };
  }

  /** Nowhere is null. */
  #where(): Element | typeof LIST | null {
    const { activeElement } = document;
    if (activeElement === null || activeElement === document.body) return this.#inList ? LIST : null;
    return activeElement.closest(LIST) ? LIST : activeElement;
  }

  /** To a conversation's message field, now or when it appears: at the latest after `bringing`. */
  message(id: ConversationId, bringing: Promise<unknown> = Promise.resolve()): void {
    this.#wishes++;
    this.#promised = id;
    this.#waiting = true;
    this.#stays = this.hold();
    const done = (): void => {
      if (this.#promised !== id) return;
      this.#waiting = false;
      this.settle();
    };
    bringing.then(done, done);
    this.settle();
  }

  /** Keeps the promise, or drops it: there is no such field. Call when the open conversation changes. */
  settle(): void {
    void tick().then(() => {
      const open = this.open();
      if (this.#promised === null) return;
      if (open?.id !== this.#promised || !this.#stays()) this.#promised = null;
      else if (field()) this.#give();
      else if (open.loaded && !this.#waiting) this.#without();
    });
  }

  /** There is no field: to the list, where it is shown. */
  #without(): void {
    this.#promised = null;
    if (this.alone()) document.querySelector<HTMLElement>("main [role=log]")?.focus();
    else this.list();
  }

  #give(): void {
    this.#promised = null;
    field()?.focus();
  }

  /** Whether a message field that appears takes the focus: it was promised, or nothing else has it. */
  arrives(id: ConversationId): boolean {
    const was = this.#promised;
    this.#promised = null;
    return was === id || (this.#where() === null && !this.#cut);
  }

  /** After a dialog whose opener is gone: to the message field, otherwise to the list. */
  home(): void {
    const open = this.open();
    if (open && (field() || !open.loaded || this.alone())) this.message(open.id);
    else this.list();
  }
}

function field(): HTMLElement | null {
  return document.querySelector<HTMLElement>(MESSAGE);
}

function isGone(last: EventTarget | null): boolean {
  return last instanceof HTMLTextAreaElement && !last.isConnected;
}
