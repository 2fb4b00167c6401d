// Empties the outbox into the hub: strictly in order, one at a time, again and again until accepted or refused. Owns the
// difference between "later" and "no".
import { HubError, SESSION_UNKNOWN, type Door } from "./api";
import { backoffMs, type Env } from "./env";
import type { Files } from "./files";
import { toMessage, type Outbox, type Pending } from "./outbox";

export interface SenderHooks {
  token(): string | null;
  mayTry(): boolean;
  accepted(item: Pending, position: number): void;
  sessionUnknown(token: string | null): void;
  changed(): void;
}

export class Sender {
  private busy = false;
  private attempt = 0;
  private cancelRetry: () => void = () => undefined;

  constructor(
    private readonly env: Env,
    private readonly api: Door,
    private readonly outbox: Outbox,
    private readonly files: Files,
    private readonly hooks: SenderHooks,
  ) {}

  /** Sends whatever waits. Safe to call at any time, any number of times. */
  async flush(): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    this.cancelRetry();
    try {
      for (let item = this.outbox.next(); item && this.hooks.mayTry(); item = this.outbox.next()) {
        const goOn = await this.deliver(item);
        if (!goOn) break;
      }
    } finally {
      this.busy = false;
    }
  }

  stop(): void {
    this.cancelRetry();
  }

  private async deliver(item: Pending): Promise<boolean> {
    const token = this.hooks.token();
    if (token === null) {
      this.hooks.sessionUnknown(token);
      return false;
    }
    try {
      const ready = await this.uploaded(token, item);
      const { position } = await this.api.send(token, toMessage(ready));
      this.attempt = 0;
      // First into the timeline, then out of the outbox: at no moment is the message in neither.
      this.hooks.accepted(ready, position);
      this.outbox.remove(item.id);
      this.files.drop(item.id);
      this.hooks.changed();
      return true;
    } catch (error) {
      return this.notDelivered(token, item, error);
    }
  }

  private async uploaded(token: string, item: Pending): Promise<Pending> {
    if (!item.file || item.media !== undefined) return item;
    const file = await this.files.get(item.id);
    if (!file) throw new HubError({ kind: "refused", status: 0, code: "chat.file_gone", detail: "" });
    const { id } = await this.api.upload(token, item.file.name, file);
    this.outbox.update(item.id, (kept) => ({ ...kept, media: id }));
    return { ...item, media: id };
  }

  private notDelivered(token: string, item: Pending, error: unknown): boolean {
    const failure = error instanceof HubError ? error.failure : { kind: "unreachable" as const };
    if (failure.kind !== "refused") {
      const pause = backoffMs(this.attempt, this.env.random());
      this.attempt += 1;
      const delay = failure.kind === "busy" ? Math.max(pause, failure.retryAfterMs) : pause;
      this.cancelRetry = this.env.after(delay, () => void this.flush());
      this.hooks.changed();
      return false;
    }
    if (failure.code === SESSION_UNKNOWN) {
      this.hooks.sessionUnknown(token);
      return false;
    }
    const { code, detail } = failure;
    this.outbox.update(item.id, (kept) => ({ ...kept, failed: { code, detail } }));
    this.hooks.changed();
    return true;
  }
}
