// Empties the outbox into the hub: strictly in order, one at a time, until accepted or refused. Files are uploaded
// separately, so that text overtakes them. Distinguishes "later" from "no".
import { HubError, SESSION_UNKNOWN, type Door } from "./api";
import { backoffMs, type Env } from "./env";
import type { Files } from "./files";
import { toMessage, type Outbox, type Pending } from "./outbox";
import type { Accepted } from "./wire";

/** A proxy refuses a file of this size. */
export const TOO_LARGE_HERE = "chat.too_large_here";

/** Maximum wait for another tab's upload; after that, two uploads are better than none. */
const UPLOAD_MS = 300_000;

export interface SenderHooks {
  token(): string | null;
  mayTry(): boolean;
  accepted(item: Pending, accepted: Accepted): void;
  sessionUnknown(token: string | null): void;
  changed(): void;
}

interface Uploading {
  id: string;
  bytes: number;
  abort: AbortController;
}

export class Sender {
  private busy = false;
  private attempt = 0;
  private cancelRetry: () => void = () => undefined;
  private uploading: Uploading | null = null;

  constructor(
    private readonly env: Env,
    private readonly api: Door,
    private readonly outbox: Outbox,
    private readonly files: Files,
    private readonly hooks: SenderHooks,
  ) {}

  /** Sends everything queued. Safe to call at any time, any number of times. */
  async flush(): Promise<void> {
    void this.uploadAll();
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

  /** Bytes sent of a file; null if it is not being uploaded. */
  progress(id: string): number | null {
    return this.uploading?.id === id ? this.uploading.bytes : null;
  }

  /** Stops sending this file. */
  drop(id: string): void {
    if (this.uploading?.id === id) this.uploading.abort.abort();
  }

  stop(): void {
    this.cancelRetry();
    this.uploading?.abort.abort();
  }

  private async uploadAll(): Promise<void> {
    for (let item = this.outbox.nextUpload(); item && !this.uploading && this.hooks.mayTry(); item = this.outbox.nextUpload()) {
      const token = this.hooks.token();
      if (token === null) return;
      const goOn = await this.uploadAlone(token, item);
      if (!goOn) return;
      void this.flush();
    }
  }

  /** All tabs share the queue; one at a time uploads. */
  private uploadAlone(token: string, item: Pending): Promise<boolean> {
    const uploading: Uploading = { id: item.id, bytes: 0, abort: new AbortController() };
    this.uploading = uploading;
    const act = (): Promise<boolean> => {
      this.outbox.reload();
      if (!uploading.abort.signal.aborted && this.outbox.nextUpload()?.id === item.id) return this.upload(token, item, uploading);
      this.uploading = null;
      return Promise.resolve(true);
    };
    return this.env.alone(`${this.outbox.key}.upload`, act, UPLOAD_MS);
  }

  private async upload(token: string, item: Pending, uploading: Uploading): Promise<boolean> {
    const { abort } = uploading;
    const progress = (bytes: number): void => {
      uploading.bytes = bytes;
      this.hooks.changed();
    };
    try {
      const file = await this.files.get(item.id);
      if (!file) throw new HubError({ kind: "refused", status: 0, code: "chat.file_gone", detail: "" });
      const { id } = await this.api.upload(token, item.file?.name ?? "", file, { signal: abort.signal, progress });
      this.uploading = null;
      this.outbox.update(item.id, (kept) => ({ ...kept, media: id }));
      this.attempt = 0;
      return true;
    } catch (error) {
      this.uploading = null;
      if (abort.signal.aborted) return true;
      return this.notDelivered(token, item, error);
    }
  }

  private async deliver(item: Pending): Promise<boolean> {
    const token = this.hooks.token();
    if (token === null) {
      this.hooks.sessionUnknown(token);
      return false;
    }
    try {
      const accepted = await this.api.send(token, toMessage(item));
      this.attempt = 0;
      // First into the timeline, then out of the outbox: the message is always in at least one.
      this.hooks.accepted(item, accepted);
      this.outbox.remove(item.id);
      this.files.drop(item.id);
      this.hooks.changed();
      return true;
    } catch (error) {
      return this.notDelivered(token, item, error);
    }
  }

  private notDelivered(token: string, item: Pending, error: unknown): boolean {
    const failure = error instanceof HubError ? error.failure : { kind: "unreachable" as const };
    if (failure.kind === "too_large" && item.file) return this.gaveUp(item, TOO_LARGE_HERE, "");
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
    if (failure.status === 422 && item.media !== undefined && !item.again) {
      // Uploads that no message names within a day are deleted.
      this.outbox.update(item.id, ({ media: _, ...kept }) => ({ ...kept, again: true }));
      void this.uploadAll();
      return true;
    }
    return this.gaveUp(item, failure.code, failure.detail);
  }

  private gaveUp(item: Pending, code: string, detail: string): true {
    this.outbox.update(item.id, (kept) => ({ ...kept, failed: { code, detail } }));
    this.hooks.changed();
    return true;
  }
}
