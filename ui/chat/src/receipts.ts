// What we have told the hub about its turns: shown in our list, seen by the customer. Each step is told once per connection and
// conversation; after a reconnect it is told again, because the frame that carried it may have died with the socket.

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
