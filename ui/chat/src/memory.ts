// What the browser remembers between visits: the session's token, the brand's look, how far was read, the unfinished text.
import type { Store } from "./env";
import type { Brand } from "./wire";

export interface Seen {
  conversation: string | null;
  upTo: number;
}

export class Memory {
  readonly key: string;

  constructor(
    private readonly store: Store,
    hub: string,
    brand: string,
  ) {
    this.key = `tandem.chat.${hub}.${brand}`;
  }

  get outboxKey(): string {
    return `${this.key}.outbox`;
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
