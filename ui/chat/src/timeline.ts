// What the customer sees, merged from the hub's feed and our accepted messages. Pure: no clock, no network. Only the
// feed moves `cursor`: an accepted message may overtake others' turns that are still in flight, and a cursor taken from
// it would skip them for good.
import { isOwn, type Entry } from "./wire";

export type Stage = "queued" | "sending" | "failed" | "sent" | "delivered" | "read";

export class Timeline {
  /** Highest position that the feed has delivered in this conversation. */
  cursor = 0;
  private readonly byId = new Map<string, Entry>();
  private readonly positions = new Set<number>();
  private current: Entry[] = [];
  private earlier: Entry[] = [];
  private readonly left = new Set<string>();
  /** Late turns of others in earlier conversations: the highest position of each. */
  readonly late = new Map<string, number>();
  private deliveredUpTo = 0;
  private readUpTo = 0;

  /** Takes an entry of the feed. False if nothing changed. */
  feed(entry: Entry): boolean {
    this.cursor = Math.max(this.cursor, entry.position);
    return entry.withdrawn ? this.withdraw(entry.id) : this.take(entry);
  }

  /** Whether a conversation was shown here before the current one. */
  isEarlier(conversation: string): boolean {
    return this.left.has(conversation);
  }

  /** Takes a late entry of an earlier conversation. */
  feedLate(entry: Entry): void {
    if (!isOwn(entry)) this.late.set(entry.conversation, Math.max(entry.position, this.late.get(entry.conversation) ?? 0));
    if (this.byId.has(entry.id)) return;
    this.byId.set(entry.id, entry);
    const at = this.earlier.findLastIndex((other) => other.conversation === entry.conversation && other.position < entry.position);
    this.earlier.splice(at < 0 ? this.earlier.length : at + 1, 0, entry);
  }

  /** Takes one of our messages that the hub has just accepted. */
  accepted(entry: Entry): boolean {
    return !this.byId.has(entry.id) && this.take(entry);
  }

  /** The stage of our message; a late receipt never moves it back. */
  stageOf(entry: Entry): Stage {
    if (entry.position <= this.readUpTo || entry.stage === "seen" || entry.stage === "read") return "read";
    if (entry.position <= this.deliveredUpTo || entry.stage === "delivered") return "delivered";
    return "sent";
  }

  receipt(stage: "delivered" | "seen", upTo: number): void {
    this.deliveredUpTo = Math.max(this.deliveredUpTo, upTo);
    if (stage === "seen") this.readUpTo = Math.max(this.readUpTo, upTo);
  }

  /** Leaves a conversation; its entries stay readable above the next one. */
  leave(conversation: string): void {
    this.left.add(conversation);
    const frozen = this.current.map((entry) => ({ ...entry, stage: this.stageOf(entry) }));
    this.earlier = [...this.earlier, ...frozen];
    this.begin([]);
  }

  /** Returns to an earlier conversation; it is read again from its start. */
  goBackTo(conversation: string): void {
    this.left.delete(conversation);
    this.late.delete(conversation);
    const isIts = (entry: Entry): boolean => entry.conversation === conversation;
    this.begin(this.earlier.filter(isIts));
    this.earlier = this.earlier.filter((entry) => !isIts(entry));
  }

  private begin(entries: Entry[]): void {
    this.current = entries;
    this.positions.clear();
    for (const { position } of entries) this.positions.add(position);
    this.cursor = 0;
    this.deliveredUpTo = 0;
    this.readUpTo = 0;
  }

  has(id: string): boolean {
    return this.byId.has(id);
  }

  entries(): readonly Entry[] {
    return this.current;
  }

  earlierEntries(): readonly Entry[] {
    return this.earlier;
  }

  /** Highest position of a turn that is not our own. */
  lastOfOthers(): number {
    for (let at = this.current.length - 1; at >= 0; at -= 1) {
      const entry = this.current[at];
      if (entry && !isOwn(entry)) return entry.position;
    }
    return 0;
  }

  unreadAfter(position: number): number {
    return this.current.filter((entry) => entry.position > position && isTurnOfOthers(entry)).length;
  }

  private take(entry: Entry): boolean {
    if (this.byId.has(entry.id) || this.positions.has(entry.position)) return this.improve(entry);
    this.byId.set(entry.id, entry);
    this.positions.add(entry.position);
    const at = this.current.findLastIndex((other) => other.position < entry.position);
    this.current.splice(at + 1, 0, entry);
    return true;
  }

  // Its id stays known, so that a late copy does not bring it back.
  private withdraw(id: string): boolean {
    const left = this.current.filter((entry) => entry.id !== id);
    const isGone = left.length < this.current.length;
    this.current = left;
    return isGone;
  }

  // The hub's copy of our message knows more: its time, its media address. Turns of others may have been edited.
  private improve(entry: Entry): boolean {
    const at = this.current.findIndex((other) => other.id === entry.id);
    const known = this.current[at];
    if (!known || JSON.stringify(known) === JSON.stringify(entry)) return false;
    this.current[at] = { ...known, ...entry };
    this.byId.set(entry.id, { ...known, ...entry });
    return true;
  }
}

export function isTurnOfOthers(entry: Entry): boolean {
  return !isOwn(entry) && entry.from !== "system";
}
