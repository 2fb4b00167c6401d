// The window's view of the desk: the selection, and what to read again after changes.
import { getContext, setContext } from "svelte";
import { SvelteMap } from "svelte/reactivity";
import type { AppView, Arrangement, BehindView, CommandId, Commands, ConversationId, EntryView, Grade, RowView, RpcError, Section } from "$shared/types";
import { asRpcError, type Host } from "../host/host";
import { Appearance } from "./appearance.svelte";
import { Attention } from "./attention.svelte";
import { Board } from "./board.svelte";
import { moveOnBoard } from "./boarding";
import type { BulkAct } from "./bulk";
import { lastHeard } from "./heard";
import type { Offered, Overlay } from "./overlays";
import { Calls } from "./calls.svelte";
import { together, type Batch } from "./changes";
import { clock } from "./clock.svelte";
import type { Mode } from "./composer.svelte";
import { OpenConversation } from "./conversation.svelte";
import { Copying } from "./copying";
import { Outgoing } from "./outgoing";
import { Hands } from "./hands";
import { Held } from "./held";
import { Focus } from "./focus.svelte";
import { SectionList } from "./list.svelte";
import { Panes } from "./panes.svelte";
import { BEHIND_MS, paced, reask } from "./reask";
import { sameParts } from "./same";
import { Search } from "./search.svelte";
import { Settings } from "./settings.svelte";
import { Startup } from "./startup.svelte";
import { Toasts } from "./toasts.svelte";
import { Trial } from "./trial.svelte";
import { Windows } from "./windows.svelte";
import { isHidden } from "../words/hidden";
import { quoteOf } from "../words/quotes";
import { t } from "../words/catalogue.svelte";
import { availability } from "../words/labels";
import { startOf, type SettingId, type SettingsSection } from "../words/settings";
import { isAway } from "../words/snooze";
import { ahead } from "../words/time";

/** My conversations that Alt with an arrow goes through. */
const MOST_STEPPED = 100;
/** A held key rests this long on a row that is read. */
const READ_AFTER_MS = 120;

export class Desk {
  app = $state.raw<AppView | null>(null);
  problem = $state<RpcError | null>(null);
  conversation = $state.raw<OpenConversation | null>(null);
  overlay = $state<Overlay | null>(null);
  offered: Offered = "everything";
  /** Where the settings open. */
  settingsAt: { section: SettingsSection; setting: SettingId | null } = { section: "notifications", setting: null };
  /** The number of the dialog that begins a conversation; empty if it is the customer in view. */
  startTo = $state("");
  /** The conversation of the "who was told" dialog: the journey shows earlier conversations, too. */
  told = $state<ConversationId | null>(null);
  /** Counts changes of the alerts there. */
  toldMore = $state(0);
  /** The turn of the dialog that reacts. */
  reacting = $state.raw<EntryView | null>(null);
  /** What the dialog of an absence begins with. */
  reason: string | null = null;
  /** What stays behind when the user signs out. */
  behind = $state.raw<BehindView | null>(null);
  /** The act of the dialog for several conversations. */
  bulk = $state<BulkAct>("note");
  contextOpen = $state(false);
  /** Bytes sent of uploading files, by the reply that carries them. */
  readonly uploads = new SvelteMap<CommandId, number>();
  readonly list: SectionList;
  readonly board: Board;
  readonly search: Search;
  readonly settings: Settings;
  readonly startup: Startup;
  readonly trial: Trial;
  readonly toasts = new Toasts();
  readonly appearance: Appearance;
  readonly panes: Panes;
  readonly attention: Attention;
  readonly calls = new Calls(this);
  readonly windows = new Windows(this);
  readonly copying = new Copying(this);
  /** In a small window: the conversation is shown, not the list. */
  inside = $state(false);
  readonly hands: Hands;
  readonly focus = new Focus(
    () => this.conversation,
    () => this.appearance.single && this.inside,
    (inside) => (this.inside = inside),
  );
  /** When a turn was last held back. */
  #heldAt = 0;
  readonly #outgoing = new Outgoing();
  #reading: ReturnType<typeof setTimeout> | undefined;
  /** In which direction the selection was moved last. */
  #way = 0;
  readonly held = new Held((id) => new OpenConversation(this.host, id, this.#outgoing));

  /** `apart`: the conversation that has this window for itself; `boardOnly`: the board has. The main window has neither. */
  constructor(
    readonly host: Host,
    readonly apart: ConversationId | null = null,
    readonly boardOnly = false,
  ) {
    this.appearance = new Appearance((appearance) => void this.settings.choose({ appearance }), apart !== null);
    this.panes = new Panes(this.appearance);
    this.list = new SectionList(host);
    this.board = new Board(host);
    this.search = new Search(host);
    this.attention = new Attention(host, apart);
    this.hands = new Hands(boardOnly ? "board" : apart);
    this.settings = new Settings(host, () => this.app?.settings ?? null, this.refresh);
    this.startup = new Startup(host);
    this.trial = new Trial(host, () => this.app?.notifications ?? null, this.refresh);
  }

  get isMain(): boolean {
    return this.apart === null && !this.boardOnly;
  }

  /** Whether the user sees every conversation and its alerts. */
  get supervises(): boolean {
    return typeof this.app?.counts.all === "number";
  }

  /** The open conversation, unless the board is before it. */
  get inView(): OpenConversation | null {
    return this.board.on && (this.board.wall || !this.board.peeks) ? null : this.conversation;
  }

  /** Whether the open conversation can be written in from here. */
  get writes(): boolean {
    const { inView } = this;
    return inView !== null && inView.writes && !this.windows.isElsewhere(inView.id);
  }

  start(): () => void {
    const stops = [this.host.onChanges(together((batch) => this.#take(batch))), clock.start(), ...(this.boardOnly ? [] : [this.attention.start()])];
    const flush = (): void => void this.conversation?.composer.flush();
    window.addEventListener("pagehide", flush);
    void this.refresh();
    if (this.boardOnly) this.board.open();
    else if (this.apart === null) this.list.show("my", "");
    else this.#come(this.apart);
    return () => {
      stops.forEach((stop) => stop());
      window.removeEventListener("pagehide", flush);
    };
  }

  readonly refresh = reask(async () => {
    try {
      const app = sameParts(this.app, await this.host.rpc("app.state", {}));
      const before = this.app;
      if (app.figures.held > (before?.figures.held ?? 0)) this.#heldAt = performance.now();
      this.app = app;
      clock.ahead = app.hubAheadMs;
      clock.heard = lastHeard(app.connection);
      this.problem = null;
      const isOther = before?.me?.user !== app.me?.user;
      if (before && isOther) this.#somebodyElse();
      if (!this.isMain) this.windows.ends();
      else {
        if (isOther && app.me) this.#begin(app);
        // The request may be older than the window, or than the sign-in.
        if (!before || isOther) void this.#wanted();
      }
      if (before?.connection.state !== "live" && app.connection.state === "live") this.#comeBack();
    } catch (error) {
      this.problem = asRpcError(error);
    }
  });

  readonly #often = paced(() => void this.refresh(), BEHIND_MS);

  /** A user's first look: what they chose to begin with. */
  #begin({ settings, counts }: AppView): void {
    if (this.conversation) return;
    const start = startOf(settings.startSection, counts.all !== null);
    if (start === "board") this.board.open();
    else if (start !== this.list.section) this.list.show(start, "");
  }

  /** Another user, or none: nothing of the previous one stays on screen. */
  #somebodyElse(): void {
    this.held.clear();
    this.conversation = null;
    this.overlay = null;
    this.told = null;
    this.reacting = null;
    this.behind = null;
    this.calls.lost = null;
    this.calls.undoable = null;
    this.uploads.clear();
    this.search.clear();
    this.board.forget();
    this.list.show("my", "");
  }

  /** What needed the hub can be read now. */
  #comeBack(): void {
    const open = this.conversation;
    if (open?.problem && !open.view) void open.refresh();
  }

  /** Shows what a link or the tray requests. */
  async #wanted(): Promise<void> {
    try {
      const wanted = await this.host.rpc("window.wanted", {});
      if (wanted.type === "conversation") {
        if (this.windows.isElsewhere(wanted.id)) await this.windows.popOut(wanted.id);
        else this.#come(wanted.id);
      }
      else if (wanted.type === "section") this.goInto(wanted.section);
      else if (wanted.type === "start") this.writeFirst(wanted.to);
      else if (wanted.type === "nowhere") this.toasts.say("bad", wanted.reason);
    } catch (error) {
      this.toasts.say("bad", asRpcError(error).message);
    }
  }

  #take(batch: Batch): void {
    const { everything } = batch;
    for (const [command, sent] of batch.uploads) this.uploads.set(command, sent);
    if (everything || batch.app) (this.board.on ? this.#often : this.refresh)();
    if (everything || batch.lists) this.list.heard(!this.board.on);
    if (everything || batch.app || batch.lists) this.board.heard();
    this.held.heard(everything, batch.conversations);
    const open = this.conversation;
    if (open) this.#stir(open, batch);
    if (everything || (this.told !== null && batch.alerts.has(this.told))) this.toldMore++;
    if (this.boardOnly) return;
    if (this.apart !== null) return this.#takeApart(this.apart, batch);
    batch.toasts.forEach((toast) => this.toasts.say(toast.tone, toast.text));
    if (batch.taken) void this.calls.loseElsewhere(batch.taken.id, batch.taken.text);
    if (batch.open && !this.windows.isElsewhere(batch.open.id)) this.#come(batch.open.id, batch.open.section ?? undefined, batch.open.key ?? undefined);
    if (batch.wanted) void this.#wanted();
  }

  /** What is for all windows is the main one's; this one takes what is about its conversation. */
  #takeApart(id: ConversationId, { open, raised }: Batch): void {
    if (open?.id === id) this.#come(id, undefined, open.key ?? undefined);
    else if (raised.has(id)) this.focus.message(id, this.conversation?.refresh());
  }

  /** From a notification, a link or the tray: one goes on with words, if one may. Words for somebody else that are being
   * written end there, and nothing of them goes to the conversation that comes. */
  #come(id: ConversationId, section?: Section, entry?: string): void {
    const left = this.conversation;
    const writes = left !== null && left.id !== id && this.focus.writes;
    if (writes) this.focus.cutOffWords();
    this.show(id, section, entry);
    if (left && left.id !== id) this.focus.came();
    if (!writes) {
      this.focus.message(id, this.conversation?.refresh());
      return;
    }
    void this.conversation?.refresh();
    if (left.view) this.toasts.say("plain", t("come-cut-off", { name: left.view.row.name }));
  }

  /** Signals from before the conversation changed may concern text that arrived with it. */
  #stir(open: OpenConversation, { everything, conversations, typing, watched }: Batch): void {
    const hear = (late: boolean): void => open.hear(typing.filter((one) => one.late === late), watched);
    hear(false);
    if (everything || conversations.has(open.id)) void open.refresh().then(() => hear(true));
  }

  go(section: Section): void {
    if (!this.isMain) return void this.windows.main({ section });
    this.board.close();
    this.list.show(section, "");
  }

  /** As `go`, with the focus in the list: the next keys are meant for it. */
  goInto(section: Section): void {
    this.go(section);
    if (this.isMain) this.focus.list();
  }

  /** Moves the selection in the list and reads the conversation there; a held key reads only where it ends. */
  move(by: number, held: boolean): void {
    if (this.apart !== null) return this.windows.scroll(by);
    clearTimeout(this.#reading);
    if (this.board.on) return moveOnBoard(this, by, held);
    this.list.move(by, this.conversation?.id ?? null);
    this.#way = Math.sign(by);
    const read = (): void => {
      if (this.list.cursor && this.conversation?.id !== this.list.cursor) this.show(this.list.cursor);
    };
    this.focus.list();
    // In a small window the conversation would hide the list.
    if (this.appearance.single) return;
    if (held) this.#reading = setTimeout(read, READ_AFTER_MS);
    else read();
  }

  /** Reads the conversation that the same key opens next. */
  #readAhead({ id }: OpenConversation): void {
    const next = this.list.rows[this.list.indexOf(id) + this.#way];
    if (next && this.#way !== 0 && this.conversation?.id === id && this.list.cursor === id) this.held.readAhead(next.id);
  }

  /** Opens the selected conversation. */
  read(): void {
    const { cursor } = this.list;
    if (!cursor) return;
    this.show(cursor);
    if (this.appearance.single || this.apart !== null) this.focus.message(cursor);
  }

  /** Opens a conversation, at its end or at an entry; the main window does, if this one has another for itself. */
  show(id: ConversationId, section?: Section, entry?: string): void {
    if (!this.isMain) section = undefined;
    if (!this.isMain && this.apart !== id) return void this.windows.main({ id });
    if (section && section !== this.list.section) this.go(section);
    if (!this.board.isBeside(id)) this.board.close();
    this.list.cursor = id;
    this.inside = true;
    if (this.conversation?.id !== id) this.#open(id, entry);
    else if (entry) void this.conversation.goTo(entry);
  }

  #open(id: ConversationId, entry?: string): void {
    const { conversation: previous } = this;
    void previous?.composer.flush();
    previous?.leaveOff();
    const open = this.held.take(id);
    open.typing.stop();
    open.watching.stop();
    if (previous) this.focus.opened();
    this.conversation = open;
    void (entry ? open.goTo(entry) : open.toNewest());
    void open.again(() => this.conversation === open).then(() => this.#readAhead(open));
  }

  close(): void {
    void this.conversation?.composer.flush();
    this.conversation = null;
  }

  /** Grades the handover packet of the open conversation. */
  grade(grade: Grade): void {
    const view = this.inView?.view;
    if (!view?.handover?.mayGrade) return;
    void this.act("conversation.gradeHandover", { id: view.row.id, turn: view.handover.turn, grade });
  }

  /** Runs a command; errors are shown in the core's words. */
  act<K extends keyof Commands>(name: K, request: Commands[K]["request"]): Promise<boolean> {
    return this.tried(this.host.rpc(name, request));
  }

  /** True on success; otherwise the reason is shown. */
  async tried(what: Promise<unknown>): Promise<boolean> {
    try {
      await what;
      return true;
    } catch (error) {
      this.toasts.say("bad", asRpcError(error).message);
      return false;
    }
  }

  /** Opens the settings at a section, or at one of its settings. */
  openSettings(section: SettingsSection = "notifications", setting: SettingId | null = null): void {
    this.settingsAt = { section, setting };
    this.overlay = "settings";
  }

  /** Writes to somebody first: to this number, if a link names one. Nothing is sent before the user does. */
  writeFirst(to = ""): void {
    this.startTo = to;
    this.overlay = "start";
  }

  /** Sends the test notification; the settings show the outcome. */
  tryNotification(): void {
    this.openSettings("notifications", "tryOut");
    void this.trial.send();
  }

  showTold(id: ConversationId): void {
    this.told = id;
    this.overlay = "told";
  }

  choose(offered: Offered): void {
    this.offered = offered;
    this.overlay = "palette";
  }

  /** Arranges the list of this section; the core keeps it and lists accordingly. */
  async arrange(arrangement: Arrangement): Promise<void> {
    const lists = this.settings.now?.lists;
    if (!lists) return;
    await this.settings.choose({ lists: { ...lists, [this.list.section]: arrangement } });
    await this.list.refresh();
  }

  /** Searches the open conversation; everything if there is none. */
  searchHere(): void {
    const row = this.conversation?.view?.row;
    this.search.within = row ? { id: row.id, name: row.name } : null;
    this.overlay = "search";
  }

  /** Asks why the user is away, and until when. */
  goAway(reason: string | null): void {
    this.reason = reason;
    this.overlay = "away";
  }

  /** Answers the first call for help: opens it, claims it, and begins to write. */
  async next(): Promise<void> {
    if (!this.isMain) return this.windows.sayMain();
    const row = (await this.focus.leading(this.rows("help", 1)))[0];
    if (row === undefined) return;
    if (row === null) {
      this.toasts.say("plain", t("call-none"));
      return;
    }
    const before = this.conversation?.id ?? null;
    this.show(row.id);
    const joined = await this.join(row, before);
    const state = this.app?.me?.availability;
    if (joined && state && state !== "available") this.toasts.say("plain", t("call-still-busy", { name: row.name, availability: availability(state) }));
  }

  /** Joins the open conversation; the message field gets the focus when it appears. Whoever is slower than a colleague
   *  gets the next call, or what was open `before`. */
  async join({ id, help }: Pick<RowView, "id" | "help">, before: ConversationId | null = null): Promise<boolean> {
    const joining = this.host.rpc("conversation.join", help ? { id, call: help.call } : { id });
    const { conversation } = this;
    if (conversation?.id === id) this.focus.message(id, joining.then(() => conversation.refresh()));
    try {
      await joining;
    } catch (error) {
      const problem = asRpcError(error);
      if (help && isHidden(problem) && this.apart === null) await this.calls.lose(id, problem.message, before);
      else this.toasts.say("bad", problem.message);
      return false;
    }
    this.calls.lost = null;
    // The call is no longer listed where it was: the list follows. What is queued is listed once it is sent.
    const follows = !this.board.on && (this.list.section === "help" || this.list.section === "left");
    if (follows && this.conversation?.id === id && this.app?.connection.state === "live") this.show(id, "my");
    return true;
  }

  /** The user's part in a conversation is over: the next of theirs opens. */
  async goOn(id: ConversationId): Promise<void> {
    if (this.conversation?.id !== id || this.apart !== null) return;
    if (this.board.on) return this.focus.list();
    if (!(this.settings.now?.openNext ?? true)) {
      if (this.list.section === "my") this.show(id, "left");
      return;
    }
    const next = (await this.focus.leading(this.rows("my", 2))).find((row) => row !== null && row.id !== id && !isAway(row));
    // They may have opened another one meanwhile.
    if (this.conversation?.id !== id) return;
    if (next) this.show(next.id, this.list.section === "all" ? undefined : "my");
    else {
      if (this.list.section === "help") this.go("my");
      this.close();
    }
    this.focus.list();
  }

  /** It is out of the way: the next of the user's conversations opens. For a moment that can be undone. */
  snoozed({ id, name }: Pick<RowView, "id" | "name">, until: string | null): void {
    void this.goOn(id);
    const text = until === null ? t("toast-snoozed-until-customer", { name }) : t("toast-snoozed", { name, time: ahead(until, clock.now) });
    this.toasts.offer("plain", text, { label: t("undo"), run: () => void this.endSnooze(id) });
  }

  async endSnooze(id: ConversationId): Promise<void> {
    if (await this.act("conversation.endSnooze", { id })) this.show(id, "my");
  }

  /** Begins a reply or a note in the open conversation, as far as it may be written. */
  write(mode: Mode): void {
    const open = this.conversation;
    const may = open?.view?.may;
    if (!open || !may) return;
    if (this.windows.isElsewhere(open.id)) return void this.windows.popOut(open.id);
    if (mode === "note" && may.note) open.note();
    else if (mode === "reply" && may.reply) open.stopNoting();
    else return;
    if (mode === "reply") open.composer.reopening = true;
    this.focus.message(open.id);
  }

  /** Begins a reply that quotes this turn. */
  quote(entry: EntryView): void {
    const { conversation } = this;
    const quote = quoteOf(entry);
    if (!conversation || !quote) return;
    this.write("reply");
    if (this.writes) conversation.composer.quote = quote;
  }

  /** Asks with which emoji to react to this turn. */
  react(entry: EntryView): void {
    this.reacting = entry;
    this.overlay = "react";
  }

  /** Opens the next or previous of my conversations; in a message field one goes on in the other's. */
  async step(by: 1 | -1): Promise<void> {
    if (!this.isMain) return this.windows.sayMain();
    const writing = this.focus.place(document.activeElement) === "message";
    const rows = (await this.focus.leading(this.rows("my", MOST_STEPPED))).filter((row) => row !== null && !isAway(row)) as RowView[];
    const at = rows.findIndex((row) => row.id === this.conversation?.id);
    const row = rows[at === -1 ? (by === 1 ? 0 : rows.length - 1) : (at + by + rows.length) % rows.length];
    if (!row) return;
    this.show(row.id, "my");
    if (writing || this.appearance.single) this.focus.message(row.id);
    else this.focus.list();
  }

  /** The first rows of a section; one null if there are none, nothing after a failure that was shown. */
  async rows(section: Section, limit: number): Promise<(RowView | null)[]> {
    try {
      const { rows } = await this.host.rpc("conversations.list", { section, query: "", offset: 0, limit });
      return rows.length > 0 ? rows : [null];
    } catch (error) {
      this.toasts.say("bad", asRpcError(error).message);
      return [];
    }
  }

  /** How many commands of the user the hub does not have. */
  get waiting(): number {
    const { queued, held } = this.app?.figures ?? { queued: 0, held: 0 };
    return queued + held;
  }

  /** The last act that can be undone: help was dismissed, or a turn waits. */
  get undoable(): "dismissal" | "turn" | null {
    const { at, underway } = this.#outgoing;
    const holds = underway || (this.app?.figures.held ?? 0) > 0;
    if (this.calls.undoable && (!holds || this.calls.dismissedAt > Math.max(this.#heldAt, at))) return "dismissal";
    return underway || this.waiting > 0 ? "turn" : null;
  }

  undo(): void {
    void (this.undoable === "dismissal" ? this.calls.undo() : this.takeBack());
  }

  /** The entry on screen that Ctrl Z takes back. */
  get newestHeld(): string | null {
    if (this.undoable !== "turn") return null;
    return this.conversation?.journey.entries.findLast(({ heldUntil }) => heldUntil !== null)?.key ?? null;
  }

  /** Takes what was sent last, or the send that a command is part of, back into the field of its conversation. */
  async takeBack(command?: CommandId): Promise<void> {
    try {
      if (command === undefined && !(await this.#outgoing.taken)) return;
      // The core puts the words above what was begun since, so it must have that.
      await this.conversation?.composer.flush();
      const { id, note, question, quote } = await this.host.rpc("outbox.takeBack", command === undefined ? {} : { command });
      this.#outgoing.over();
      if (id === null) {
        this.toasts.say("plain", t("toast-sent-already"));
        return;
      }
      if (this.windows.isElsewhere(id)) return void (await this.windows.popOut(id));
      this.show(id);
      const { conversation } = this;
      if (conversation?.id !== id) return;
      if (note) conversation?.note();
      else conversation?.stopNoting();
      if (conversation && question) conversation.composer.question = question;
      if (conversation && quote) conversation.composer.quote = quote;
      this.focus.message(id, conversation?.refresh());
    } catch (error) {
      this.toasts.say("bad", asRpcError(error).message);
    }
  }

  /** Signs out; asks first if customers, drafts or unsent messages stay behind. */
  async signOut(): Promise<void> {
    const behind = await this.host.rpc("session.behind", {}).catch(() => null);
    if (behind && (behind.customers.length > 0 || behind.drafts > 0 || behind.queued > 0)) {
      this.behind = behind;
      this.overlay = "signOut";
    } else await this.act("session.signOut", {});
  }
}

export const DESK = Symbol("desk");

export function provideDesk(desk: Desk): void {
  setContext(DESK, desk);
}

export const useDesk = (): Desk => getContext<Desk>(DESK);
