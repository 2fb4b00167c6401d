// What we have told the hub about its turns: shown in our list, seen by the customer. Each step is told once per connection;
// after a reconnect it is told again, because the frame that carried it may have died with the socket.

export type Receipt = "delivered" | "seen";

export class Receipts {
  private told: Record<Receipt, number> = { delivered: 0, seen: 0 };

  constructor(private readonly send: (stage: Receipt, upTo: number) => void) {}

  reset(): void {
    this.told = { delivered: 0, seen: 0 };
  }

  tell(stage: Receipt, upTo: number): void {
    if (upTo <= this.told[stage]) return;
    this.told[stage] = upTo;
    this.send(stage, upTo);
  }
}
