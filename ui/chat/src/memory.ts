// What the browser remembers between visits: the session's token, the brand's look, how far was read, the unfinished text. Whoever
// signs in takes along what they wrote before; whoever signs out leaves nothing by which the chat could be read.
import type { Store } from "./env";
import type { Brand } from "./wire";

export interface Seen {
  conversation: string | null;
  upTo: number;
}

const OUTBOX = ".outbox";

function keyOf(ofNobody: string, who: string): string {
  return who === "" ? ofNobody : `${ofNobody}.of.${who}`;
}

export class Memory {
  readonly key: string;

  /** `who` is the customer id that the page names; empty for nobody. */
  constructor(
    private readonly store: Store,
    hub: string,
    brand: string,
    who: string,
  ) {
    const ofNobody = `tandem.chat.${hub}.${brand}`;
    this.key = keyOf(ofNobody, who);
    const before = store.getItem(`${ofNobody}.who`) ?? "";
    if (before === who) return;
    if (before === "") this.takeAlong(ofNobody);
    else for (const suffix of ["", ".seen"]) store.removeItem(keyOf(ofNobody, before) + suffix);
    if (who === "") store.removeItem(`${ofNobody}.who`);
    else store.setItem(`${ofNobody}.who`, who);
  }

  get outboxKey(): string {
    return this.key + OUTBOX;
  }

  get token(): string | null {
    return this.store.getItem(this.key);
  }

  set token(token: string | null) {
    this.write("", token);
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

  private takeAlong(from: string): void {
    const { store } = this;
    for (const suffix of ["", ".draft", ".seen", OUTBOX]) {
      const left = store.getItem(from + suffix);
      if (left === null) continue;
      const own = suffix === OUTBOX ? store.getItem(this.outboxKey) : null;
      // Two lists are one list: the brackets between them become a comma.
      store.setItem(this.key + suffix, own === null ? left : `${own.slice(0, -1)},${left.slice(1)}`);
      store.removeItem(from + suffix);
    }
  }

  private write(suffix: string, value: string | null): void {
    if (value === null) this.store.removeItem(this.key + suffix);
    else this.store.setItem(this.key + suffix, value);
  }

  private readJson<T>(suffix: string): T | null {
    try {
      return JSON.parse(this.store.getItem(this.key + suffix) ?? "null") as T | null;
    } catch {
      return null;
    }
  }
}
