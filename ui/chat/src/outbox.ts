// Messages that the hub has not accepted yet, in order, stored so that closing the page loses none. Tabs share one
// outbox: every change re-reads it first, and client-made ids make double sends harmless.
import type { Store } from "./env";
import type { Answer, Message } from "./wire";
import { wellFormed } from "../../shared/text";

export interface Pending {
  id: string;
  atMs: number;
  text?: string;
  answer?: Answer;
  /** The chosen button's label, to show the answer before the hub repeats it. */
  label?: string;
  file?: { name: string; contentType: string; bytes: number };
  /** Set once the file is uploaded. */
  media?: string;
  /** The hub had swept the upload, and it was repeated. */
  again?: boolean;
  /** The last position on screen when it was written, if relevant. */
  against?: number;
  failed?: { code: string; detail: string };
}

export class Outbox {
  private items: Pending[];

  constructor(
    private readonly store: Store,
    readonly key: string,
  ) {
    this.items = this.read();
  }

  all(): readonly Pending[] {
    return this.items;
  }

  /** The next message to send. Failed ones wait for the customer, files for their upload; neither blocks others. */
  next(): Pending | undefined {
    return this.items.find((item) => !item.failed && !waitsForUpload(item));
  }

  /** The next file to upload. */
  nextUpload(): Pending | undefined {
    return this.items.find((item) => !item.failed && waitsForUpload(item));
  }

  add(item: Pending): void {
    this.change((items) => [...items.filter((other) => other.id !== item.id), item]);
  }

  update(id: string, edit: (item: Pending) => Pending): void {
    this.change((items) => items.map((item) => (item.id === id ? edit(item) : item)));
  }

  /** Moves it to the end: everything written after it was sent long ago. */
  requeue(id: string): void {
    this.change((items) => {
      const again = items.filter((item) => item.id === id).map(withoutFailure);
      return [...items.filter((item) => item.id !== id), ...again];
    });
  }

  /** Uploads belong to their session; a new session must upload again. */
  forgetUploads(): void {
    this.change((items) => items.map(withoutUpload));
  }

  remove(id: string): void {
    this.change((items) => items.filter((item) => item.id !== id));
  }

  /** Another tab changed it: reload. */
  reload(): void {
    this.items = this.read();
  }

  private change(edit: (items: Pending[]) => Pending[]): void {
    this.items = edit(this.read());
    if (this.items.length === 0) this.store.removeItem(this.key);
    else this.store.setItem(this.key, JSON.stringify(this.items));
  }

  private read(): Pending[] {
    try {
      const kept: unknown = JSON.parse(this.store.getItem(this.key) ?? "[]");
      return Array.isArray(kept) ? kept.filter(isPending) : [];
    } catch {
      return [];
    }
  }
}

export function waitsForUpload(item: Pending): boolean {
  return item.file !== undefined && item.media === undefined;
}

/** The wire form of a pending message; its file must be uploaded by now. */
export function toMessage(item: Pending): Message {
  return {
    id: item.id,
    ...(item.text === undefined ? {} : { text: wellFormed(item.text) }),
    ...(item.answer === undefined ? {} : { answer: item.answer }),
    ...(item.media === undefined ? {} : { media: item.media }),
    ...(item.against === undefined ? {} : { writtenAgainst: item.against }),
  };
}

function withoutFailure(item: Pending): Pending {
  const { failed: _, ...rest } = item;
  return rest;
}

function withoutUpload(item: Pending): Pending {
  if (!item.file) return item;
  const { media: _, ...rest } = item;
  return rest;
}

function isPending(value: unknown): value is Pending {
  if (typeof value !== "object" || value === null) return false;
  const item = value as Partial<Pending>;
  return typeof item.id === "string" && typeof item.atMs === "number";
}
