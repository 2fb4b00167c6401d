// For tests only: the hub behind one link, with Aerolinx at the other end.
import { memoryFiles } from "../files";
import { Clock, FakeHub, MapStore, problem, settle } from "../testing";
import { TandemGuest } from "./index";
import type { GuestButton, Invitation, Standing } from "./wire";

export const LINK = "http://hub/guest/token";

export class FakeLink {
  readonly hub = new FakeHub();
  readonly clock = new Clock();
  readonly store = new MapStore();
  readonly requests: string[] = [];
  readonly words: string[] = [];
  standing: Standing | "unknown" | "origin" | "limited" = "unopened";
  invitedBy: string | undefined = "Maya Ortiz";
  note: string | undefined = "Is seat 4A free?";
  livesMs = 3_600_000;
  buttons: GuestButton[] = [];
  readonly presses: { id: string; action: string }[] = [];
  /** The status of the next press. */
  pressed = 204;
  private readonly since = this.clock.nowMs;

  constructor() {
    this.hub.tokens.add("");
    this.hub.conversation = { id: "conversation", status: "in_progress", position: 1 };
  }

  /** A page on this link. */
  async page(): Promise<TandemGuest> {
    const env = this.hub.env(this.clock, this.store);
    const fetch = env.fetch;
    env.fetch = (url, init) => this.fetch(url, init, fetch);
    TandemGuest.doors = () => ({ env, files: memoryFiles(), link: LINK, languages: ["en"] });
    const page = document.createElement("tandem-guest") as TandemGuest;
    document.body.append(page);
    await settle();
    return page;
  }

  private async fetch(url: string, init: RequestInit, inner: (url: string, init: RequestInit) => Promise<Response>): Promise<Response> {
    const path = url.replace(`${LINK}/`, "");
    this.requests.push(path);
    if (!this.hub.isUp) throw new TypeError("network");
    if (this.standing === "limited") return problem(429, "limit.too_many", "", "5");
    if (this.standing === "unknown") return problem(404, "guest.unknown");
    if (this.standing === "origin") return problem(403, "guest.origin");
    if (path === "about") return Response.json(this.invitation());
    if (path === "open") {
      if (this.standing !== "unopened" && this.standing !== "open") return this.refused();
      this.standing = "open";
      return Response.json(this.invitation());
    }
    if (this.standing !== "open") return this.refused();
    if (path === "leave") {
      this.words.push((JSON.parse(String(init.body)) as { word: string }).word);
      this.standing = "left";
      return new Response(null, { status: 204 });
    }
    if (path === "buttons") return Response.json(this.buttons);
    if (path === "press") {
      this.presses.push(JSON.parse(String(init.body)) as { id: string; action: string });
      return this.pressed === 204 ? new Response(null, { status: 204 }) : problem(this.pressed, "conversation.no_button", "No.");
    }
    return inner(`http://hub/chat/v1/${path}`, { ...init, headers: { authorization: "Bearer " } });
  }

  private refused(): Response {
    return problem(410, `guest.${this.standing as string}`);
  }

  private invitation(): Invitation {
    const standing = this.standing as Standing;
    const conversation = standing === "open" ? { conversation: { id: "conversation", status: "in_progress" as const, position: 1 } } : {};
    return {
      standing,
      company: "Northwind",
      name: "Aerolinx",
      ...(this.invitedBy ? { invitedBy: this.invitedBy } : {}),
      ...(this.note ? { note: this.note } : {}),
      expires: new Date(this.since + this.livesMs).toISOString(),
      now: new Date(this.clock.nowMs).toISOString(),
      ...conversation,
    };
  }
}
