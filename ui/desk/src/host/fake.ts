// A host that lives in memory, with sample data: for development, screenshots and component tests. Never in the build.
import type { AppView, Change, Commands, ConversationView, EntryView, MayView, RpcError, Section } from "$shared/types";
import { LOGIC, MAYA, iso } from "../dev/entries";
import { large } from "../dev/large";
import { morning, type Sample } from "../dev/sample";
import type { Host } from "./host";

type Handlers = { [K in keyof Commands]: (request: Commands[K]["request"]) => Commands[K]["response"] };

/** `scene`: empty, offline, connecting, signed_out, failing, broken, large; several with a comma. */
export function fakeHost(scene = "", now = Date.now()): FakeHost {
  return new FakeHost(new Set(scene.split(",")), now);
}

export class FakeHost implements Host {
  readonly calls: { name: string; request: unknown }[] = [];
  /** The next call of this command is refused with this. */
  readonly refuse = new Map<keyof Commands, RpcError>();
  readonly samples: Sample[];
  #listeners = new Set<(changes: Change[]) => void>();
  #app: AppView;

  constructor(
    readonly scene: ReadonlySet<string>,
    readonly now: number,
  ) {
    this.samples = scene.has("empty") ? [] : scene.has("large") ? large(now) : morning(now);
    this.#app = appView(scene, now);
  }

  async rpc<K extends keyof Commands>(name: K, request: Commands[K]["request"]): Promise<Commands[K]["response"]> {
    this.calls.push({ name, request });
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

  tell(...changes: Change[]): void {
    this.#listeners.forEach((listener) => listener(changes));
  }

  /** Something is said in a conversation, as if it came from the hub. */
  add(id: string, entry: Pick<EntryView, "by" | "body"> & Partial<EntryView>): void {
    const { view, entries } = this.#find(id);
    const position = (view.position += 1);
    const time = iso(Date.now());
    entries.push({ key: `${id}:${position}`, conversation: id, position, time, stages: [], ...entry });
    if ("text" in entry.body && entry.body.type !== "system") {
      Object.assign(view.row, { words: entry.body.text, wordsBy: entry.by, wordsAt: time, updated: time });
    }
    this.#changed(id);
  }

  #changed(id: string): void {
    this.tell({ type: "conversation", id }, { type: "lists" }, { type: "app" });
  }

  #find(id: string): Sample {
    const found = this.samples.find((sample) => sample.view.row.id === id);
    if (!found) throw { code: "conversation.unknown", message: "this conversation does not exist" } satisfies RpcError;
    return found;
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
      Object.assign(view.row, { help: null, invited: false, inProgress: true });
    }
    this.add(id, { by: MAYA, body: { type: "system", what: "engagement", text: on ? "You joined" : "You left" } });
    return {};
  }

  #system(id: string, text: string, change: (view: ConversationView) => void): Record<symbol, never> {
    change(this.#find(id).view);
    this.add(id, { by: MAYA, body: { type: "system", what: "other", text } });
    return {};
  }

  #handlers: Handlers = {
    "app.state": () => {
      const help = this.#in("help").map((s) => s.view.row.help?.since ?? "");
      const counts = {
        my: this.#in("my").length,
        help: help.length,
        left: this.#in("left").length,
        all: this.#in("all").length,
        unread: this.#in("my").filter((s) => s.view.row.unread).length,
        helpSince: help.sort()[0] ?? null,
      };
      if (this.#app.connection.state === "live") this.#app.connection.completeUpTo = iso(Date.now());
      return { ...this.#app, counts };
    },
    "session.signIn": ({ password }) => {
      if (password === "wrong") throw { code: "auth.refused", message: "The e-mail or the password is not right." };
      this.#app = appView(new Set(), this.now);
      this.tell({ type: "everything" });
      return {};
    },
    "session.signOut": () => {
      this.#app = appView(new Set(["signed_out"]), this.now);
      this.tell({ type: "everything" });
      return {};
    },
    "me.setAvailability": ({ availability }) => {
      if (this.#app.me) this.#app.me.availability = availability;
      this.tell({ type: "app" });
      return {};
    },
    "colleagues.list": () => [
      { user: "priya", name: "Priya Nair", online: true },
      { user: "tomas", name: "Tomáš Veselý", online: true },
      { user: "noor", name: "Noor van Dijk", online: false },
    ],
    "conversations.list": ({ section, offset, limit, query }) => {
      const words = query.toLowerCase();
      const rows = this.#in(section)
        .map((s) => s.view.row)
        .filter((row) => `${row.name} ${row.words}`.toLowerCase().includes(words));
      return { rows: rows.slice(offset, offset + limit), total: rows.length };
    },
    "conversation.open": ({ id }) => {
      const { view } = this.#find(id);
      return { ...view, may: may(view) };
    },
    "conversation.entries": ({ id, before, limit }) => {
      const { entries } = this.#find(id);
      const end = before ? entries.findIndex((entry) => entry.key === before) : entries.length;
      const start = Math.max(0, end - limit);
      return { entries: entries.slice(start, end), more: start > 0, loading: false };
    },
    "conversation.join": ({ id }) => this.#engage(id, true),
    "conversation.send": ({ id, text }) => {
      const at = iso(Date.now());
      const queued = this.#app.connection.state !== "live";
      this.add(id, {
        by: MAYA,
        body: { type: "text", turn: `sent-${at}`, text, silent: false },
        stages: [{ stage: "queued", at, reason: null }, ...(queued ? [] : [{ stage: "sent" as const, at, reason: null }])],
        ...(queued ? { position: null } : {}),
      });
      const { view } = this.#find(id);
      Object.assign(view, { suggestion: null, draft: "" });
      view.row.waitingSince = null;
      return {};
    },
    "conversation.note": ({ id, text }) => {
      this.add(id, { by: MAYA, body: { type: "note", turn: `note-${Date.now()}`, text } });
      return {};
    },
    "conversation.askForHelp": ({ id, text }) =>
      this.#system(id, `You asked for help: ${text}`, (view) => {
        view.row.help = { call: `call-${id}`, reason: text || "Asked for help", by: MAYA, since: iso(Date.now()) };
      }),
    "conversation.helpNotNeeded": ({ id }) => this.#system(id, "Help is not needed", (view) => (view.row.help = null)),
    "conversation.leave": ({ id }) => {
      this.#find(id).left = true;
      return this.#engage(id, false);
    },
    "conversation.complete": ({ id, text }) =>
      this.#system(id, "You completed the conversation", (view) => {
        view.completed = { at: iso(Date.now()), by: MAYA, resolution: text };
        view.row.inProgress = false;
      }),
    "conversation.delegate": ({ id }) => this.#system(id, "You handed over to Your Logic", (view) => view.row.engaged.push(LOGIC)),
    "conversation.takeOver": ({ id }) => this.#engage(id, true),
    "conversation.invite": ({ id, user }) => this.#system(id, `You invited ${user}`, () => undefined),
    "conversation.decline": ({ id }) => this.#system(id, "You declined", (view) => (view.row.invited = false)),
    "conversation.draft": ({ id, text }) => {
      this.#find(id).view.draft = text;
      this.#find(id).view.row.draft = text !== "";
      this.tell({ type: "lists" });
      return {};
    },
    "conversation.typing": () => ({}),
    "conversation.seen": ({ id }) => {
      this.#find(id).view.row.unread = false;
      this.tell({ type: "lists" });
      return {};
    },
    "window.looking": () => ({}),
    "media.get": () => ({ dataUrl: PICTURE }),
    "notifications.test": () => {
      this.tell({ type: "toast", tone: "good", text: "A test notification was shown." });
      return {};
    },
  };
}

function mine(view: ConversationView): boolean {
  return view.row.engaged.some((by) => by.kind === "agent" && by.user === "maya");
}

function may(view: ConversationView): MayView {
  const me = mine(view);
  const live = view.row.inProgress;
  const logic = view.row.engaged.some((by) => by.kind === "logic");
  return {
    join: !me,
    reply: me,
    note: true,
    leave: me,
    complete: me && live,
    askForHelp: live && view.row.help === null,
    helpNotNeeded: view.row.help !== null,
    invite: me,
    delegate: me && !logic,
    takeOver: logic && !me && live,
    decline: view.row.invited,
  };
}

function appView(scene: ReadonlySet<string>, now: number): AppView {
  const out = scene.has("signed_out");
  return {
    connection: out
      ? { state: "signed_out", hub: "https://hub.northwind.example", reason: scene.has("revoked") ? "An administrator ended this session." : null }
      : scene.has("offline")
        ? { state: "offline", since: iso(now - 540_000), completeUpTo: iso(now - 541_000), reason: "the hub does not answer" }
        : scene.has("connecting")
          ? { state: "connecting", since: iso(now) }
          : { state: "live", since: iso(now - 3_600_000), completeUpTo: iso(now) },
    me: out
      ? null
      : { user: "maya", name: "Maya Ortiz", email: "maya@northwind.example", account: "Northwind", permissions: [], availability: "available", capacity: 4 },
    counts: { my: 0, help: 0, left: 0, all: null, unread: 0, helpSince: null },
    figures: { helpToNotificationMs: 18, cacheBytes: 412_000_000, queued: scene.has("offline") ? 2 : 0 },
    notifications: scene.has("failing")
      ? { state: "failing", reason: "no notification service answers" }
      : { state: "working", server: "dunst 1.9" },
  };
}

const PICTURE =
  "data:image/svg+xml," +
  encodeURIComponent(
    '<svg xmlns="http://www.w3.org/2000/svg" width="480" height="320"><rect width="480" height="320" fill="#c9d3dd"/><rect x="130" y="90" width="220" height="170" rx="18" fill="#7d5a44"/><path d="M200 90V60h80v30" fill="none" stroke="#4e372a" stroke-width="12"/><path d="M150 240l60-70 30 40 40-90 50 110" fill="none" stroke="#2a1d15" stroke-width="6"/></svg>',
  );
