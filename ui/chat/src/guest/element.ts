// `<tandem-guest>`: the page behind a link. It asks for the link's standing, waits for a deliberate press, shows the
// conversation, and says when it has ended. Viewing binds nothing, so link previews cannot use a link up.
import { HubError } from "../api";
import { uuidv7, type Env } from "../env";
import { browserFiles, type Files } from "../files";
import { i18nFor, type I18n } from "../i18n";
import { applyLook, themeOf } from "../look";
import { Session } from "../session";
import { styleSheet } from "../styles";
import { h } from "../view/dom";
import { GuestDoor } from "./door";
import { guestEnv } from "./env";
import { endOf, phaseAfter, phaseOf, type End, type Phase } from "./phase";
import pageCss from "./page.css?inline";
import type { Invitation } from "./wire";
import { CardView } from "./view/card";
import { RoomView } from "./view/room";
import { wordsFor, type Words } from "./words";

const AGAIN_MS = 4_000;
const LONG_AWAY_MS = 20_000;

export class TandemGuest extends HTMLElement {
  /** Replaced by tests to control the clock and the network. */
  static doors: () => { env: Env; files: Files; link: string; languages: readonly string[] } = () => ({
    env: guestEnv(),
    files: browserFiles("tandem.guest"),
    link: location.origin + location.pathname,
    languages: navigator.languages,
  });

  private phase: Phase = { kind: "looking" };
  private readonly world = TandemGuest.doors();
  private readonly i18n: I18n = i18nFor(null, this.world.languages);
  private readonly words: Words = wordsFor(this.i18n);
  private readonly door = new GuestDoor(this.world.link, this.world.env);
  private readonly root = h("div", { class: "root guest", lang: this.i18n.language, dir: this.i18n.direction });
  private readonly leaving = new AbortController();
  private invitation: Invitation | null = null;
  private session: Session | null = null;
  private room: RoomView | null = null;
  private hiddenAtMs = 0;
  private readonly pressed = new Map<string, string>();
  private cancelRetry: () => void = () => undefined;

  connectedCallback(): void {
    const shadow = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    const page = new CSSStyleSheet();
    page.replaceSync(pageCss);
    shadow.adoptedStyleSheets = [styleSheet(), page];
    shadow.replaceChildren(this.root);
    document.documentElement.lang = this.i18n.language;
    this.listen();
    this.look();
    this.show();
    void this.ask();
  }

  disconnectedCallback(): void {
    this.leaving.abort();
    this.cancelRetry();
    this.closeRoom();
  }

  private listen(): void {
    const { signal } = this.leaving;
    window.addEventListener("online", () => this.wake(), { signal });
    window.addEventListener("offline", () => this.session?.networkLost(), { signal });
    document.addEventListener("visibilitychange", () => this.visibilityChanged(), { signal });
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => this.look(), { signal });
  }

  private wake(): void {
    if (this.session) this.session.wake();
    else if (this.phase.kind === "unreachable") void this.ask();
  }

  private visibilityChanged(): void {
    const { session } = this;
    const isVisible = document.visibilityState === "visible";
    if (!isVisible) this.hiddenAtMs = this.world.env.now();
    else if (session && this.world.env.now() - this.hiddenAtMs > LONG_AWAY_MS) session.probe();
    session?.look(isVisible);
  }

  private look(): void {
    applyLook(this.root, themeOf(null, matchMedia("(prefers-color-scheme: dark)").matches), []);
  }

  /** Asks for the link's standing. A browser that opened the link goes straight in. */
  private async ask(): Promise<void> {
    this.cancelRetry();
    try {
      const phase = phaseOf(await this.door.about());
      if (phase.kind === "open") await this.enter();
      else this.become(phase);
    } catch (error) {
      this.failed(error);
    }
  }

  /** Each call is a use of the link. */
  private enter = async (): Promise<void> => {
    try {
      this.become(phaseOf(await this.door.enter()));
    } catch (error) {
      this.failed(error);
    }
  };

  private failed(error: unknown): void {
    const phase = phaseAfter(error, this.invitation);
    this.become(phase);
    if (phase.kind === "unreachable") this.again(AGAIN_MS);
    if (phase.kind === "limited") this.again(phase.retryAfterMs);
  }

  private again(afterMs: number): void {
    this.cancelRetry = this.world.env.after(afterMs, () => void this.ask());
  }

  private become(phase: Phase): void {
    if ("invitation" in phase && phase.invitation) this.invitation = phase.invitation;
    this.phase = phase;
    this.show();
  }

  private show(): void {
    const { phase, words } = this;
    if (this.invitation) document.title = words.t("title", { company: this.invitation.company });
    if (phase.kind === "open") return this.openRoom(phase.invitation);
    this.closeRoom();
    const card = new CardView(phase, this.i18n, words, { enter: this.enter, again: () => void this.ask() });
    this.root.replaceChildren(card.node);
    card.shown();
  }

  private openRoom(invitation: Invitation): void {
    if (this.session) return;
    const { env, files } = this.world;
    // The link's address is not stored.
    const options = { hub: "guest", brand: invitation.conversation?.id ?? "", language: this.i18n.language, identity: null };
    const session = new Session(env, files, options, this.door);
    const room = new RoomView({ session, i18n: this.i18n }, this.words, invitation, env, {
      leave: async (word) => {
        await this.door.leave(word);
        this.over("left");
      },
      expired: () => session.end("expired"),
      press: (action) => this.press(action),
      // Without TLS there is no clipboard.
      copy: async (text) => navigator.clipboard.writeText(text),
      visit: (url) => void window.open(url, "_blank", "noopener,noreferrer"),
    });
    session.buttonsChanged = () => void this.offer(room);
    this.session = session;
    this.room = room;
    this.root.replaceChildren(room.node);
    session.subscribe(() => this.draw());
    session.wake();
    session.look(document.visibilityState === "visible");
    this.draw();
    room.shown();
  }

  /** An unanswered press keeps its id: repeated, it has one effect. */
  private async press(action: string): Promise<void> {
    const id = this.pressed.get(action) ?? uuidv7(this.world.env.now());
    this.pressed.set(action, id);
    try {
      await this.door.press(id, action);
    } catch (error) {
      if (error instanceof HubError && error.failure.kind === "refused") this.pressed.delete(action);
      throw error;
    }
    this.pressed.delete(action);
  }

  private async offer(room: RoomView): Promise<void> {
    try {
      const buttons = await this.door.buttons();
      if (room === this.room) room.buttons.offer(buttons);
    } catch {
      // The shown buttons stay; they are fetched again after reconnecting.
    }
  }

  private draw(): void {
    const { session, room } = this;
    if (!session || !room) return;
    if (session.link.kind === "refused") this.over(endOf(session.link.code));
    else room.draw();
  }

  /** Removes the conversation at once; only the partner's own text is returned. */
  private over(end: End): void {
    const unsent = end === "left" ? [] : (this.session?.unsent() ?? []);
    this.session?.clear();
    this.become({ kind: "over", end, invitation: this.invitation, unsent });
  }

  private closeRoom(): void {
    this.room?.stop();
    this.session?.stop();
    this.room = null;
    this.session = null;
  }
}
