// The hub's API behind one link. The browser's cookie authenticates, so there is no token to store.
import { HubError, call, entriesPath, json, named, upload, type Door, type Watch } from "../api";
import type { Env } from "../env";
import type { Accepted, ClientFrame, Conversation, EntryPage, Known, Media, Message, OpenedSession } from "../wire";
import type { GuestButton, Invitation } from "./wire";

/** Takes the place of the web chat's session token. */
const COOKIE = "cookie";

export class GuestDoor implements Door {
  readonly self = "external_agent";

  /** `link` is the page's own address. */
  constructor(
    private readonly link: string,
    private readonly env: Env,
  ) {}

  /** The link's standing here. Binds nothing. */
  about(): Promise<Invitation> {
    return this.call("about", {});
  }

  /** Binds the link to this browser. */
  enter(): Promise<Invitation> {
    return this.call("open", { method: "POST" });
  }

  leave(word: string): Promise<void> {
    return this.call("leave", { method: "POST", headers: json(), body: JSON.stringify({ word }) });
  }

  buttons(): Promise<GuestButton[]> {
    return this.call("buttons", {});
  }

  /** A repeated id has one effect. */
  press(id: string, action: string): Promise<void> {
    return this.call("press", { method: "POST", headers: json(), body: JSON.stringify({ id, action }) });
  }

  async open(): Promise<OpenedSession> {
    const { standing, company, conversation, maxFileBytes } = await this.about();
    if (standing !== "open") throw new HubError({ kind: "refused", status: 410, code: `guest.${standing}`, detail: "" });
    const brand = { id: "guest", name: company, greeting: "", accent: "" };
    return { token: COOKIE, brand, conversation: conversation ?? null, maxFileBytes };
  }

  async entries(_token: string, known: Known): Promise<EntryPage> {
    return this.call<EntryPage & { conversation: Conversation }>(entriesPath(known), {});
  }

  send(_token: string, message: Message): Promise<Accepted> {
    return this.call("messages", { method: "POST", headers: json(), body: JSON.stringify(message) });
  }

  upload(_token: string, name: string, file: Blob, watch: Watch): Promise<Media> {
    return upload(this.env, `${this.link}/media?name=${encodeURIComponent(name)}`, file, {}, true, watch);
  }

  mediaUrl(id: string): string {
    return `${this.link}/media/${encodeURIComponent(id)}`;
  }

  liveUrl(): string {
    return `${this.link}/live`.replace(/^http/, "ws");
  }

  hello(_token: string, known: Known): ClientFrame {
    return { type: "hello", ...named(known) };
  }

  private call<T>(path: string, init: RequestInit): Promise<T> {
    return call(this.env, `${this.link}/${path}`, { ...init, credentials: "same-origin" });
  }
}
