// Receipts sent to the hub: delivered when shown in our list, seen when viewed by the customer. Each is sent once per
// connection and conversation, and again after a reconnect, because its frame may have been lost.

export type Receipt = "delivered" | "seen";

export class Receipts {
  private readonly told = new Map<string, number>();

  constructor(private readonly send: (conversation: string, stage: Receipt, upTo: number) => void) {}

  reset(): void {
    this.told.clear();
  }

  tell(conversation: string, stage: Receipt, upTo: number): void {
    const key = `${stage} ${conversation}`;
    if (upTo <= (this.told.get(key) ?? 0)) return;
    this.told.set(key, upTo);
    this.send(conversation, stage, upTo);
  }
}
