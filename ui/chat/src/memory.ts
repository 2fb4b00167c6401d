// What the browser stores between visits: session token, brand look, read position, draft. Signing in keeps what the
// visitor wrote before; signing out leaves nothing that opens the chat.
import type { Store } from "./env";
import type { Brand } from "./wire";

export interface Seen {
  conversation: string | null;
  upTo: number;
}

const OUTBOX = ".outbox";
const ENDED = ".ended";
/** Personal data: token, draft, read position, unsent messages. */
const WORDS = ["", ".draft", ".seen", OUTBOX];

function keyOf(ofNobody: string, who: string): string {
  return who === "" ? ofNobody : `${ofNobody}.of.${who}`;
}

export class Memory {
  readonly key: string;

  /** `who` is the customer id named by the page; empty for no one. */
  constructor(
    private readonly store: Store,
    hub: string,
    brand: string,
    who: string,
  ) {
    const ofNobody = `tandem.chat.${hub}.${brand}`;
    this.key = keyOf(ofNobody, who);
    const before = store.getItem(`${ofNobody}.who`) ?? "";
    if (before !== "" && before !== who) this.signOut(ofNobody, keyOf(ofNobody, before));
    if (who !== "") this.takeAlong(ofNobody);
    this.writeAt(`${ofNobody}.who`, who === "" ? null : who);
  }

  get outboxKey(): string {
    return this.key + OUTBOX;
  }

  get token(): string | null {
    return this.store.getItem(this.key);
  }

  set token(token: string | null) {
    this.write("", token);
    this.tokenChanged();
  }

  /** Storage events do not reach other elements of the same page. */
  tokenChanged: () => void = () => undefined;

  /** The token of a signed-out customer: sent to the hub once more so that it stops working. */
  get ended(): string | null {
    return this.store.getItem(this.key + ENDED);
  }

  set ended(token: null) {
    this.write(ENDED, token);
  }

  get draft(): string {
    return this.store.getItem(`${this.key}.draft`) ?? "";
  }

  set draft(text: string) {
    this.write(".draft", text === "" ? null : text);
  }

  get brand(): Brand | null {
    return this.readJson<Brand>(".brand");
  }

  set brand(brand: Brand | null) {
    this.write(".brand", brand && JSON.stringify(brand));
  }

  get seen(): Seen | null {
    return this.readJson<Seen>(".seen");
  }

  set seen(seen: Seen | null) {
    this.write(".seen", seen && JSON.stringify(seen));
  }

  /** Nothing that opens the previous visitor's chat stays; their unsent messages wait for them only. */
  private signOut(ofNobody: string, before: string): void {
    const token = this.store.getItem(before);
    this.store.removeItem(before);
    for (const suffix of WORDS) this.store.removeItem(ofNobody + suffix);
    if (token !== null) this.writeAt(ofNobody + ENDED, token);
  }

  private takeAlong(ofNobody: string): void {
    const { store } = this;
    const ended = store.getItem(ofNobody + ENDED);
    for (const suffix of WORDS) {
      const left = store.getItem(ofNobody + suffix) ?? (suffix === "" ? ended : null);
      if (left === null) continue;
      const own = store.getItem(this.key + suffix);
      if (own === null || suffix === "") store.setItem(this.key + suffix, left);
      // Joins two JSON lists: the brackets between them become a comma.
      else if (suffix === OUTBOX) store.setItem(this.key + suffix, `${own.slice(0, -1)},${left.slice(1)}`);
      store.removeItem(ofNobody + suffix);
    }
    store.removeItem(ofNobody + ENDED);
  }

  private write(suffix: string, value: string | null): void {
    this.writeAt(this.key + suffix, value);
  }

  private writeAt(key: string, value: string | null): void {
    if (value === null) this.store.removeItem(key);
    else this.store.setItem(key, value);
  }

  private readJson<T>(suffix: string): T | null {
    try {
      return JSON.parse(this.store.getItem(this.key + suffix) ?? "null") as T | null;
    } catch {
      return null;
    }
  }
}
