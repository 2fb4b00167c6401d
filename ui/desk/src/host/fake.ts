// An in-memory host with sample data: for development, screenshots and component tests. Never in the build.
import type { AppView, Change, Commands, ConversationView, EntryBody, EntryView, InboxView, NotSentView, Participant, QueuedView, ReturnedView, RowView, RpcError, Section, StartupView, TakenBackView, WantedView } from "$shared/types";
import { alerts } from "../dev/alerts";
import { boardHandlers, report } from "../dev/board";
import { buttonsOf } from "../dev/buttons";
import { COLLEAGUES, LOGIC, MAYA, MENTIONABLE, cardTurn, iso, sent } from "../dev/entries";
import { FakeFiles } from "../dev/files";
import { find } from "../dev/find";
import { large } from "../dev/large";
import { found, inserted, questionOf } from "../dev/library";
import { FakeLibrary, managingHandlers, tried } from "../dev/managing";
import { FakeNumbers, numberHandlers } from "../dev/numbers";
import { reviewHandlers } from "../dev/reviews";
import { PICTURE } from "../dev/picture";
import { setScene } from "../dev/scenes";
import { mentions, notSent } from "../dev/unsent";
import { morning, type Sample } from "../dev/sample";
import { startHandlers, TEMPLATES } from "../dev/templates";
import { otherChats } from "../dev/otherChats";
import { improved, PREVIEW } from "../dev/proposals";
import { readTranslated, translate, translateReply } from "../dev/translations";
import { FakeWindows } from "../dev/windows";
import { appView, goesOn, live, may, mine, offline } from "../dev/views";
import type { Host } from "./host";
import { gapIn } from "../words/library";
import { quoteOf } from "../words/quotes";
import { isAway } from "../words/snooze";
import { preview } from "../words/templates";

export type Handlers = { [K in keyof Commands]: (request: Commands[K]["request"]) => Commands[K]["response"] };

/** Scenes in which Maya's commands are queued. */
const AWAY = ["offline", "outdated_desk", "outdated_hub"];

/**
 * `scene`: empty, opening, offline, snoozed, apart, connecting, signed_out, choose_passphrase, passphrase, keychain_silent, keychain, failing, broken, large, taken;
 * several separated by commas.
 */
export function fakeHost(scene = "", now = Date.now()): FakeHost {
  return new FakeHost(new Set(scene.split(",")), now);
}

export class FakeHost implements Host {
  readonly calls: { name: string; request: unknown }[] = [];
  /** The next call of this command fails with this error. */
  readonly refuse = new Map<keyof Commands, RpcError>();
  readonly samples: Sample[];
  notSent: NotSentView[] = [];
  mentions: InboxView[] = [];
  buttons = buttonsOf;
  readonly files = new FakeFiles();
  readonly library = new FakeLibrary();
  readonly numbers: FakeNumbers;
  startup: StartupView = { state: "off" };
  #wanted: WantedView[] = [];
  #listeners = new Set<(changes: Change[]) => void>();
  #app: AppView;
  #outbox: QueuedView[] = [];
  /** Turns that can still be taken back while online. */
  #held: QueuedView[] = [];
  #commands = 0;
  readonly #windows = new FakeWindows();
  #dismissed: Pick<ConversationView["row"], "help" | "wait"> | null = null;

  constructor(
    readonly scene: ReadonlySet<string>,
    readonly now: number,
  ) {
    this.samples = scene.has("empty") ? [] : scene.has("large") ? large(now) : morning(now);
    this.#app = appView(scene, now);
    this.numbers = new FakeNumbers(scene.has("ill"));
    if (scene.has("apart")) this.#app.apart = this.#windows.staged();
    setScene(scene, this.samples, now);
    if (scene.has("mentioned")) this.mentions = mentions(now);
    if (scene.has("not_sent")) this.notSent = notSent(now);
    if (scene.has("taken")) this.refuse.set("conversation.open", { code: "conversation.call_taken", message: "Priya Nair took the call for help from Luís Carvalho." });
    if (AWAY.some((each) => scene.has(each)) && this.samples.length > 0 && !scene.has("large")) this.#away();
  }

  async rpc<K extends keyof Commands>(name: K, request: Commands[K]["request"]): Promise<Commands[K]["response"]> {
    this.calls.push({ name, request });
    // Only the page waits; scripts are answered.
    const isFirst = this.calls.filter((call) => call.name === name).length === 1;
    if (this.scene.has("opening") && name === "app.state" && isFirst) await new Promise(() => undefined);
    await new Promise((done) => setTimeout(done, 1));
    const refused = this.refuse.get(name);
    if (refused) {
      this.refuse.delete(name);
      throw refused;
    }
    if (this.scene.has("broken") && name === "conversations.list") {
      throw { code: "cache.damaged", message: "The cache on this machine cannot be read." } satisfies RpcError;
    }
    return structuredClone(this.#handlers[name](request));
  }

  onChanges(callback: (changes: Change[]) => void): () => void {
    this.#listeners.add(callback);
    return () => this.#listeners.delete(callback);
  }

  #apart(windows: AppView["apart"], ...changes: Change[]): Record<string, never> {
    this.#app.apart = windows;
    this.tell({ type: "app" }, ...changes);
    return {};
  }

  tell(...changes: Change[]): void {
    this.#listeners.forEach((listener) => listener(changes));
  }

  /** A link was followed, or a section chosen in the tray. */
  want(wanted: WantedView): void {
    this.#wanted = [wanted];
    this.tell({ type: "wanted" });
  }

  /** What Maya did while offline. */
  #away(): void {
    this.#do("jonas", "Reply", "The refund left our bank this morning.", { type: "text", turn: "away-1", text: "The refund left our bank this morning.", silent: false });
    this.#do("jonas", "Note", "Call the bank if it is not there on Friday.", { type: "note", turn: "away-2", text: "Call the bank if it is not there on Friday.", mentions: [] });
    this.#engage("aiko", true);
  }

  /** Goes offline or online; the queue is sent when online. */
  network(on: boolean): void {
    this.#app.connection = on ? live(Date.now()) : offline(Date.now());
    if (on) this.#outbox.splice(0).forEach((queued) => this.#goOut(queued));
    this.tell({ type: "everything" });
  }

  /** The hub refuses a queued command: its text is a draft again. */
  giveBack(id: string, text: string, returned: ReturnedView): void {
    const { view } = this.#find(id);
    Object.assign(view.drafts, { reply: text, returned });
    view.row.draft = true;
    this.#changed(id);
  }

  /** Adds an entry to a conversation, as if from the hub. */
  add(id: string, entry: Pick<EntryView, "by" | "body"> & Partial<EntryView>): void {
    const { view, entries } = this.#find(id);
    const position = (view.position += 1);
    const time = iso(Date.now());
    entries.push({ key: `${id}:${position}`, conversation: id, position, time, stages: [], command: null, heldUntil: null, upload: null, about: null, translation: null, ...entry });
    if ("text" in entry.body && entry.body.type !== "system") {
      Object.assign(view.row, { words: entry.body.text, wordsBy: entry.by, wordsAt: time, updated: time });
      if (entry.by.kind === "customer" && !("silent" in entry.body && entry.body.silent)) view.lastLoud = position;
    }
    this.#changed(id);
  }

  get #online(): boolean {
    return this.#app.connection.state === "live";
  }

  /** Writes or acts: at once when online, otherwise into the outbox. */
  #do(id: string, what: string, words: string, body: EntryBody, now = false): void {
    const at = iso(Date.now());
    const said = body.type !== "system";
    const holds = this.#online && said && !now && this.#app.undoS > 0;
    if (this.#online && !holds) {
      this.#letGo(id);
      this.add(id, { by: MAYA, body, stages: body.type === "text" ? sent(at) : [] });
      return;
    }
    const command = `command-${++this.#commands}`;
    (holds ? this.#held : this.#outbox).push({ command, conversation: id, name: this.#find(id).view.row.name, what, words, since: at, attempts: 1 });
    const { entries } = this.#find(id);
    entries.push({ key: command, conversation: id, position: null, time: at, by: MAYA, body, stages: [{ stage: "queued", at, reason: null }], command, heldUntil: holds ? iso(Date.now() + this.#app.undoS * 1000) : null, upload: null, about: null, translation: null });
    if (holds) setTimeout(() => this.#letGo(id), this.#app.undoS * 1000);
    if (said) this.#find(id).view.row.draft = false;
    if (!holds) this.#find(id).view.row.pending = [...this.#find(id).view.row.pending, { what, since: iso(Date.now() - 60_000) }];
    this.#changed(id);
  }

  /** The turns of a conversation that are held back go out. */
  #letGo(id: string): void {
    const gone = this.#held.filter(({ conversation }) => conversation === id);
    if (gone.length === 0) return;
    this.#held = this.#held.filter(({ conversation }) => conversation !== id);
    gone.forEach((held) => this.#goOut(held));
    this.#changed(id);
  }

  #takeBack(command?: string): TakenBackView {
    const all = [...this.#outbox.filter(({ what }) => what === "Reply" || what === "Note"), ...this.#held];
    const queued = command === undefined ? all.at(-1) : all.find((one) => one.command === command);
    if (!queued) return { id: null, note: false, question: null, quote: null };
    this.#held = this.#held.filter((one) => one !== queued);
    if (!this.#outbox.includes(queued)) this.#outbox.push(queued);
    this.#cancel(queued.command);
    return { id: queued.conversation, note: queued.what === "Note", question: null, quote: null };
  }

  #goOut({ command, conversation }: QueuedView): void {
    const { entries, view } = this.#find(conversation);
    const entry = entries.find((one) => one.command === command);
    if (!entry) return;
    const position = (view.position += 1);
    view.row.pending = [];
    Object.assign(entry, { command: null, heldUntil: null, position, key: `${conversation}:${position}`, stages: entry.body.type === "text" ? sent(entry.time) : [] });
  }

  #cancel(command: string): Record<symbol, never> {
    const at = this.#outbox.findIndex((queued) => queued.command === command);
    const [queued] = at === -1 ? [] : this.#outbox.splice(at, 1);
    if (!queued) throw { code: "outbox.gone", message: "this has been sent meanwhile" } satisfies RpcError;
    const sample = this.#find(queued.conversation);
    const { body } = sample.entries.find((entry) => entry.command === command) ?? {};
    sample.entries = sample.entries.filter((entry) => entry.command !== command);
    sample.view.row.pending = sample.view.row.pending.filter(({ what }) => what !== queued.what);
    const { drafts } = sample.view;
    const mode = body?.type === "note" ? "note" : "reply";
    if (body?.type === "system") this.#undo(sample, queued.what);
    else drafts[mode] = [queued.words, drafts[mode]].filter(Boolean).join("\n\n");
    this.#changed(queued.conversation);
    return {};
  }

  #undo({ view }: Sample, what: string): void {
    const engaged = view.row.engaged.filter((by) => !(by.kind === "agent" && by.user === "maya"));
    if (what === "Join") view.row.engaged = engaged;
    if (what === "Leave") view.row.engaged.push(MAYA);
  }

  /** Of what was not sent, this is not there any more. */
  #settle(key: string): Record<symbol, never> {
    this.notSent = this.notSent.filter((one) => one.key !== key);
    this.tell({ type: "app" });
    return {};
  }

  #changed(id: string): void {
    this.tell({ type: "conversation", id }, { type: "lists" }, { type: "app" });
  }

  #find(id: string): Sample {
    const found = this.samples.find((sample) => sample.view.row.id === id);
    if (!found) throw { code: "conversation.unknown", message: "this conversation does not exist" } satisfies RpcError;
    return found;
  }

  /** Invitations, and the mentions of the scene. */
  #inbox(): InboxView[] {
    const invited = this.samples.flatMap(({ view }): InboxView[] => {
      const { row, invitation } = view;
      if (!row.invited || !invitation) return [];
      return [{ conversation: row.id, name: row.name, kind: invitation.transfer ? "transfer" : "invitation", by: invitation.by, words: invitation.note, at: iso(this.now - 20_000), until: iso(this.now + 100_000), key: null }];
    });
    return [...invited, ...this.mentions];
  }

  #in(section: Section): Sample[] {
    const in_ = {
      my: (s: Sample) => mine(s.view) || s.view.row.invited,
      help: (s: Sample) => s.view.row.help !== null,
      left: (s: Sample) => s.left && !mine(s.view),
      all: (s: Sample) => s.view.row.inProgress,
    }[section];
    return this.samples.filter(in_);
  }

  #engage(id: string, on: boolean): Record<symbol, never> {
    const { view } = this.#find(id);
    view.row.engaged = view.row.engaged.filter((by) => !(by.kind === "agent" && by.user === "maya"));
    view.people = view.people.filter((person) => !person.me);
    if (on) {
      view.row.engaged.push(MAYA);
      view.people.push({ engagement: "mine", participant: MAYA, me: true, since: iso(Date.now()), until: null, invited: false });
      const wait = view.row.wait ? { ...view.row.wait, awaited: "joined" } : null;
      Object.assign(view.row, { help: null, invited: false, inProgress: true, wait });
      view.completed = null;
    }
    const text = this.#online ? (on ? "You joined" : "You left") : on ? "You join" : "You leave";
    this.#do(id, on ? "Join" : "Leave", "", { type: "system", what: "engagement", text });
    return {};
  }

  #system(id: string, text: string, change: (view: ConversationView) => void): Record<symbol, never> {
    change(this.#find(id).view);
    this.#do(id, text, "", { type: "system", what: "other", text });
    return {};
  }

  #unlock(app: AppView): Record<symbol, never> {
    this.#app = app;
    this.tell({ type: "everything" });
    return {};
  }

  #handlers: Handlers = {
    ...boardHandlers(() => ({ samples: this.samples, now: this.now, offline: this.scene.has("offline"), app: this.#app, tell: (...changes) => this.tell(...changes) })),
    ...managingHandlers(() => this.library, () => this.#online),
    ...numberHandlers(() => this.numbers, () => this.#online),
    ...reviewHandlers(() => this, () => this.#online),
    "cache.unlock": ({ passphrase }) => {
      if (passphrase.length < 8) throw { code: "desk.passphrase_too_short", message: "at least 8 characters, please" };
      if (passphrase === "wrong-wrong") throw { code: "desk.wrong_passphrase", message: "that is not the passphrase of this machine" };
      return this.#unlock(appView(new Set(), this.now));
    },
    "cache.tryAgain": () => {
      throw { code: "desk.locked", message: "the keychain is still locked" } satisfies RpcError;
    },
    "cache.startAfresh": () => this.#unlock(appView(new Set(["signed_out"]), this.now)),
    "settings.set": (settings) => {
      this.#app.settings = settings;
      if (settings.undoS !== null) this.#app.undoS = settings.undoS;
      this.tell({ type: "app" });
      return {};
    },
    "outbox.list": () => this.#outbox,
    "inbox.list": () => this.#inbox(),
    "notSent.list": () => this.notSent,
    "notSent.discard": ({ key }) => this.#settle(key),
    "notSent.note": ({ key }) => this.#settle(key),
    "outbox.cancel": ({ command }) => this.#cancel(command),
    "outbox.takeBack": ({ command }) => this.#takeBack(command),
    search: (request) => find(this.samples, request, this.#online),
    "app.state": () => {
      const help = this.#in("help").map((s) => s.view.row.help?.since ?? "");
      const counts = {
        my: this.#in("my").filter((s) => !isAway(s.view.row)).length,
        snoozed: this.#in("my").filter((s) => isAway(s.view.row)).length,
        help: help.length,
        left: this.#in("left").length,
        all: this.#in("all").length,
        unread: this.#in("my").filter((s) => s.view.row.unread).length,
        helpSince: help.sort()[0] ?? null,
        inbox: this.#inbox().length,
        notSent: this.notSent.length,
      };
      const figures = { ...this.#app.figures, queued: this.#outbox.length, held: this.#held.length };
      return { ...this.#app, figures, counts };
    },
    "session.signIn": ({ hub, password, plain }) => {
      if (hub.includes("plain") && !plain) throw { code: "session.plain", message: `The connection to ${hub} is not encrypted. Everyone in your network could read your password and your customers' words.` } satisfies RpcError;
      if (hub.includes("page")) throw { code: "session.not_tandem", message: `There is no Tandem hub at ${hub}. Check the address: something else answers there.` } satisfies RpcError;
      if (password === "wrong") throw { code: "session.wrong", message: "Wrong e-mail or password." } satisfies RpcError;
      this.#app = appView(new Set(), this.now);
      this.tell({ type: "everything" });
      return {};
    },
    "session.signOut": () => {
      this.#app = appView(new Set(["signed_out"]), this.now);
      this.tell({ type: "everything" });
      return {};
    },
    "me.setAvailability": ({ availability, absence }) => {
      if (this.#app.me) Object.assign(this.#app.me, { availability, absence: absence ?? null });
      this.tell({ type: "app" });
      return {};
    },
    "colleagues.list": () => COLLEAGUES,
    "report.get": (request) => report(request, COLLEAGUES, this.now, !this.scene.has("agent")),
    "conversation.mentionable": ({ id }) => {
      const people = this.samples.find(({ view }) => view.row.id === id)?.view.people ?? [];
      const invited = (user: string): boolean => people.some(({ participant, invited }) => invited && participant.kind === "agent" && participant.user === user);
      return COLLEAGUES.filter(({ user }) => invited(user) || MENTIONABLE.some((one) => one.user === user)).map((colleague) => ({ ...colleague, invited: invited(colleague.user) }));
    },
    "conversations.list": ({ section, offset, limit, query }) => {
      const words = query.toLowerCase();
      const all = this.#in(section).map((s) => s.view.row).toSorted((a, b) => Number(section === "my" && isAway(a)) - Number(section === "my" && isAway(b)));
      const { order, group, only } = this.#app.settings.lists[section];
      const shown = all.filter((row) => only === "all" || (only === "unread" ? row.unread : row.wait !== null));
      const rank = (row: RowView): number => (group !== "state" ? 0 : row.help ? 0 : row.wait ? 1 : 2);
      const ordered = shown.toSorted((a, b) => rank(a) - rank(b) || (order === "name" ? a.name.localeCompare(b.name) : order === "newest" ? b.updated.localeCompare(a.updated) : order === "oldest" ? a.updated.localeCompare(b.updated) : 0));
      const rows = words === "" ? ordered : ordered.filter((row) => `${row.name} ${row.words} ${row.tags.join(" ")}`.toLowerCase().includes(words));
      return { rows: rows.slice(offset, offset + limit), total: rows.length };
    },
    "conversation.open": ({ id }) => {
      const { view } = this.#find(id);
      return { ...view, may: may(view), goesOn: goesOn(view), buttons: this.buttons(view) };
    },
    "conversation.entries": ({ id, before, after, around, limit }) => {
      const { entries } = this.#find(id);
      const at = (key: string): number => entries.findIndex((entry) => entry.key === key);
      const start = around
        ? at(around) - Math.floor(limit / 2)
        : after
          ? at(after) + 1
          : (before ? at(before) : entries.length) - limit;
      const end = before ? at(before) : start + limit;
      const from = Math.max(0, start);
      return { entries: entries.slice(from, end), more: from > 0, later: end < entries.length, loading: false };
    },
    "conversation.join": ({ id }) => this.#engage(id, true),
    "me.setPassword": ({ current }) => {
      if (current === "wrong-wrong") throw { code: "auth.wrong", message: "The current password is wrong." } satisfies RpcError;
      return {};
    },
    "files.begin": ({ id, name, contentType, bytes }) => this.files.begin(this.#find(id).view, name, contentType, bytes),
    "files.add": ({ file, data }) => this.files.add(file, data),
    "files.discard": ({ file }) => this.files.discard(file),
    "files.paste": () => ({ added: [], problem: null }),
    "media.open": ({ turn }) => (turn.includes("html") ? { type: "only_saved", why: "Files of type .html can run or load things when they are opened. You can save it, but Tandem does not open it." } : { type: "opened" }),
    "media.save": () => ({ path: "~/Downloads/boarding pass.pdf" }),
    "conversation.send": ({ id, text, files, now, replyTo }) => {
      const gap = gapIn(text);
      if (gap) throw { code: "library.gap", message: `Fill in or delete ${text.slice(gap.from, gap.to)} first.` } satisfies RpcError;
      const { view } = this.#find(id);
      for (const media of this.files.taken(view, files ?? [])) {
        this.#do(id, "Reply", media.name, { type: "attachment", turn: `sent-${++this.#commands}`, media, text }, now);
      }
      if (files?.length) return {};
      Object.assign(view, { suggestion: null });
      Object.assign(view.drafts, { reply: "", returned: null });
      Object.assign(view.row, { wait: null, draft: false });
      this.#do(id, "Reply", text, { type: "text", turn: `sent-${++this.#commands}`, text, silent: false }, now);
      const { entries } = this.#find(id);
      const quoted = entries.find(({ body }) => replyTo !== undefined && "turn" in body && body.turn === replyTo);
      const sent = entries.at(-1);
      if (quoted && sent) sent.about = { quote: quoteOf(quoted), reactions: [], earlier: [], owed: false };
      return {};
    },
    "conversation.note": ({ id, text, now }) => {
      this.#find(id).view.drafts.note = "";
      this.#do(id, "Note", text, { type: "note", turn: `note-${++this.#commands}`, text, mentions: MENTIONABLE.filter(({ name }) => text.includes(`@${name}`)) }, now);
      return {};
    },
    "conversation.retry": ({ id, turn }) => {
      const failed = this.#find(id).entries.find(({ body }) => "turn" in body && body.turn === turn)?.body;
      const text = failed && "text" in failed ? failed.text : "";
      this.#do(id, "Reply", text, { type: "text", turn: `again-${++this.#commands}`, text, silent: false });
      return {};
    },
    "conversation.askForHelp": ({ id, text }) =>
      this.#system(id, `You asked for help: ${text}`, (view) => {
        view.row.help = { call: `call-${id}`, reason: text || "Asked for help", by: MAYA, since: iso(Date.now()) };
      }),
    "conversation.helpNotNeeded": ({ id, goesOn, reason }) =>
      this.#system(id, `You dismissed the call for help: ${reason}`, (view) => {
        this.#dismissed = { help: view.row.help, wait: view.row.wait };
        Object.assign(view.row, { help: null, wait: null, inProgress: goesOn !== "nobody" });
        if (goesOn === "logic") Object.assign(view.row, { engaged: [LOGIC], logicWorking: true });
        if (goesOn === "logic") view.people = [{ engagement: "logic", participant: LOGIC, me: false, since: iso(Date.now()), until: null, invited: false }];
        if (goesOn === "nobody") view.completed = { at: iso(Date.now()), by: MAYA, resolution: reason };
      }),
    "conversation.restoreHelp": ({ id }) =>
      this.#system(id, "You took that back: help is needed", (view) => {
        Object.assign(view.row, this.#dismissed, { inProgress: true });
        view.completed = null;
      }),
    "session.behind": () => {
      const mine = this.#in("my").filter((s) => s.view.row.engaged.some((by) => by.kind === "agent" && by.user === "maya"));
      const drafts = this.samples.filter((s) => s.view.row.draft).length;
      return { customers: mine.map((s) => s.view.row.name), drafts, queued: this.#outbox.length, live: this.#online };
    },
    "conversation.leave": ({ id }) => {
      this.#find(id).left = true;
      return this.#engage(id, false);
    },
    "conversation.complete": ({ id, text }) => {
      this.#find(id).left = true;
      return this.#system(id, "You completed the conversation", (view) => {
        view.completed = { at: iso(Date.now()), by: MAYA, resolution: text };
        Object.assign(view.row, { inProgress: false, wait: null, engaged: [] });
        view.people = [];
      });
    },
    "conversation.tag": ({ id, add, remove }) =>
      this.#system(id, "You changed tags", ({ row }) => (row.tags = [...row.tags.filter((tag) => !remove.includes(tag)), ...add.filter((tag) => !row.tags.includes(tag))])),
    "conversation.react": ({ id, turn, emoji }) => {
      const entry = this.#find(id).entries.find(({ body }) => "turn" in body && body.turn === turn);
      const others = entry?.about?.reactions.filter(({ by }) => by.kind === "customer") ?? [];
      if (entry) entry.about = { quote: null, earlier: [], owed: false, ...entry.about, reactions: [...others, ...(emoji === null ? [] : [{ by: MAYA, emoji }])] };
      this.#changed(id);
      return {};
    },
    "conversation.fetchFile": ({ id, turn }) => {
      const entry = this.#find(id).entries.find(({ body }) => "turn" in body && body.turn === turn);
      if (entry?.about) entry.about = { ...entry.about, owed: false };
      this.#changed(id);
      return {};
    },
    "conversation.templates": () => TEMPLATES,
    "conversation.otherChats": ({ id }) => otherChats(this.samples, id),
    ...startHandlers,
    "conversation.askForNumber": ({ id, text }) => {
      this.#do(id, "Reply", text ?? "", { type: "text", turn: `asked-${id}`, text: text ?? "", silent: false });
      return {};
    },
    "conversation.sendCard": ({ id, person }) => (this.#do(id, "Reply", person.name, cardTurn(person, ++this.#commands)), {}),
    "conversation.sendTemplate": ({ id, template, values }) => {
      const text = preview(template, values).join("\n\n");
      this.#do(id, "Reply", text, { type: "text", turn: `sent-${++this.#commands}`, text, silent: false }, true);
      return {};
    },
    "conversation.continueNew": ({ id }) => (this.#system(id, "Maya Ortiz: goes on in the next conversation of this chat", (view) => Object.assign(view.row, { inProgress: false, engaged: [] })), { id: "carmen", begun: true }),
    "conversation.belong": ({ id, belongs }) => this.#system(id, `Maya Ortiz: ${belongs ? "belongs" : "does not belong"} to the conversation before in this chat`, (view) => Object.assign(view.may, { belong: !belongs, notBelong: belongs })),
    "conversation.editCustomer": ({ id, name, email, phone }) => {
      if (email !== undefined && email !== "" && !email.includes("@")) throw { code: "input.invalid", message: "This is not an e-mail address." } satisfies RpcError;
      return this.#system(id, "You edited the customer", (view) => {
        view.noted = { name: name ?? view.noted.name, email: email ?? view.noted.email, phone: phone ?? view.noted.phone };
        if (name) view.row.name = name;
        const noted = [["E-mail, noted", view.noted.email], ["Phone, noted", view.noted.phone]] as const;
        view.customer = [...view.customer.filter(({ label }) => !label.endsWith(", noted")), ...noted.filter(([, value]) => value !== "").map(([label, value]) => ({ label, value }))];
      });
    },
    "tags.list": () => {
      const all = this.samples.flatMap(({ view }) => view.row.tags);
      return [...new Set(all)].map((tag) => ({ tag, uses: all.filter((one) => one === tag).length })).toSorted((a, b) => b.uses - a.uses || a.tag.localeCompare(b.tag));
    },
    "conversation.snooze": ({ id, until }) => {
      if (until !== null && Date.parse(until) <= Date.now()) throw { code: "input.invalid", message: "This time has passed. Choose a later one." } satisfies RpcError;
      return this.#system(id, "You snoozed it", (view) => (view.row.snooze = { by: MAYA, me: true, until, over: false }));
    },
    "conversation.endSnooze": ({ id }) => this.#system(id, "You ended the snooze", (view) => (view.row.snooze = null)),
    "conversation.delegate": ({ id }) => this.#system(id, "You handed over to Your Logic", (view) => view.row.engaged.push(LOGIC)),
    "conversation.takeOver": ({ id }) => this.#engage(id, true),
    "conversation.widen": ({ id }) => this.#system(id, "You notified all agents", () => undefined),
    "conversation.invite": ({ id, user }) => this.#system(id, `You invited ${user}`, () => undefined),
    "conversation.transfer": ({ id, user }) => this.#system(id, `You asked ${user} to take this over`, () => undefined),
    "conversation.inviteExternal": ({ id, name, ttlS }) => {
      const participant: Participant = { kind: "external_agent", link: `link-${name}`, name };
      const [since, until] = [iso(Date.now()), iso(Date.now() + ttlS * 1000)];
      const engagement = `engagement-${name}`;
      this.#system(id, `You invited ${name}`, ({ people }) => people.push({ engagement, participant, me: false, since, until, invited: true }));
      return { url: "https://hub.northwind.example/guest/dGhlIHRva2VuIG9mIGFuIGV4YW1wbGUsIG5vdGhpbmc", waits: false };
    },
    "conversation.revokeLink": ({ id, link }) =>
      this.#system(id, "You revoked the link", (view) => {
        view.people = view.people.filter(({ participant }) => participant.kind !== "external_agent" || participant.link !== link);
      }),
    "conversation.decline": ({ id }) => this.#system(id, "You declined", (view) => (view.row.invited = false)),
    "library.find": ({ id, query, note, limit }) => found(this.#find(id).view, query, note, limit),
    "library.insert": ({ id, reply }) => inserted(this.#find(id).view, reply),
    "library.ask": ({ id, question }) => {
      const asked = questionOf(this.#find(id).view, question);
      this.#do(id, "Reply", asked.text, { type: "question", turn: `asked-${++this.#commands}`, text: asked.text, choices: asked.choices.map((label) => ({ id: label, label })), chosen: null });
      return {};
    },
    "library.try": ({ text }) => tried(text),
    "link.open": () => ({}),
    "conversation.pressButton": ({ id, button }) => {
      const pressed = this.buttons(this.#find(id).view).find((one) => one.id === button);
      if (pressed?.acts) this.#do(id, `Press ${pressed.title}`, "", { type: "system", what: "other", text: this.#online ? `You pressed ${pressed.title}` : `Press ${pressed.title}` });
      return {};
    },
    "conversation.gradeHandover": ({ id, grade }) => {
      const { view } = this.#find(id);
      if (view.handover) view.handover = { ...view.handover, graded: { grade, by: MAYA } };
      this.tell({ type: "conversation", id });
      return {};
    },
    "conversation.preview": () => PREVIEW,
    "conversation.readTranslated": ({ id, on }) => {
      const { view, entries } = this.#find(id);
      if (view.translating) view.translating = { ...view.translating, on };
      readTranslated(entries, on);
      this.#changed(id);
      return {};
    },
    "conversation.translate": ({ id, turns }) => {
      const untranslated = translate(this.#find(id).entries, turns);
      this.#changed(id);
      return { untranslated };
    },
    "conversation.translateReply": ({ id, text }) => translateReply(this.#find(id).view, text),
    "conversation.improve": ({ text }) => improved(text),
    "conversation.draft": ({ id, text, note }) => {
      const { view } = this.#find(id);
      view.drafts[note ? "note" : "reply"] = text;
      view.drafts.returned = null;
      view.row.draft = view.drafts.reply !== "" || view.drafts.note !== "";
      this.tell({ type: "lists" });
      if (this.#windows.had(id)) this.tell({ type: "conversation", id });
      return {};
    },
    "conversation.typing": () => ({}),
    "conversation.seen": ({ id }) => {
      const { view } = this.#find(id);
      Object.assign(view, { seen: view.position, row: { ...view.row, unread: false } });
      this.tell({ type: "lists" });
      return {};
    },
    "conversation.alerts": ({ id }) => {
      if (!this.#online) throw { code: "desk.offline", message: "Only the hub knows who was told: connect first." } satisfies RpcError;
      return alerts(this.#find(id));
    },
    "window.looking": () => ({}),
    "window.speaks": () => ({}),
    "window.popOut": ({ id }) => this.#apart(this.#windows.open(id), { type: "raise", id }),
    "window.bringBack": ({ id }) => this.#apart(this.#windows.close(id)),
    "window.keepOnTop": ({ id, on }) => this.#apart(this.#windows.keep(id, on)),
    "window.want": ({ id, section }) => {
      this.want(id ? { type: "conversation", id } : section ? { type: "section", section } : { type: "nothing" });
      return {};
    },
    "window.wanted": () => this.#wanted.splice(0)[0] ?? { type: "nothing" },
    "startup.get": () => this.startup,
    "startup.set": ({ atLogin }) => (this.startup = { state: atLogin ? "on" : "off" }),
    "media.get": () => ({ dataUrl: PICTURE }),
    "notifications.test": () => {
      const { notifications } = this.#app;
      if (notifications.state === "failing") throw { code: "notifications.failed", message: notifications.reason } satisfies RpcError;
      return {};
    },
  };
}
