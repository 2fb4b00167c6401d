// The core's views of the samples: the desk as a whole, and the allowed actions. Development and tests only.
import type { Absence, AppView, Arrangement, ConnectionView, ConversationView, GoesOn, MayView, NotificationSettings } from "$shared/types";
import { iso } from "./entries";
import { isAway } from "../words/snooze";

/** The core's defaults. */
const LOUD: NotificationSettings = {
  helpNeeded: "sound",
  invited: "sound",
  customerWrote: "sound",
  waitingTooLong: "sound",
  deliveryFailed: "silent",
  mentioned: "sound",
  reminded: "sound",
  queueLong: "sound",
  queueThreshold: 10,
  lowScore: "silent",
  lowScoreUpTo: 2,
  repeat: false,
  preview: true,
  quiet: null,
  chime: "system",
  volume: 70,
  tried: false,
};

export function mine(view: ConversationView): boolean {
  return view.row.engaged.some((by) => by.kind === "agent" && by.user === "maya");
}

/** As for a supervisor: she need not take part. */
export function goesOn(view: ConversationView): GoesOn[] {
  if (!view.row.help) return [];
  if (mine(view)) return ["person", "nobody"];
  return view.row.engaged.some((by) => by.kind === "agent") ? ["person"] : ["logic", "nobody"];
}

export function may(view: ConversationView): MayView {
  const me = mine(view);
  const live = view.row.inProgress;
  const logic = view.row.engaged.some((by) => by.kind === "logic");
  return {
    join: !me,
    reply: (me || !live) && isOpen(view),
    quote: view.row.channel === "whatsapp" && (me || !live) && isOpen(view),
    react: view.row.channel === "whatsapp" && me && isOpen(view),
    askNumber: view.row.channel === "whatsapp" && me && isOpen(view) && view.customer.length === 0,
    card: view.row.channel === "whatsapp" && (me || !live) && isOpen(view),
    template: view.row.channel === "whatsapp" && (me || !live),
    note: true,
    leave: me,
    complete: me && live,
    askForHelp: live && view.row.help === null,
    helpNotNeeded: goesOn(view).length > 0,
    invite: me,
    transfer: me && live,
    inviteExternal: me && live,
    revokeLink: me && view.people.some((person) => person.participant.kind === "external_agent"),
    delegate: me && !logic,
    takeOver: (logic || view.row.engaged.some((by) => by.kind === "agent")) && !me && live,
    widen: view.row.help !== null,
    decline: view.row.invited,
    snooze: me && live && view.row.wait === null && view.row.help === null,
    endSnooze: isAway(view.row),
    tag: me && live,
    editCustomer: me && live,
    continueNew: view.row.channel === "whatsapp" && (me || !live),
    belong: false,
    notBelong: false,
  };
}

/** Whether the channel takes replies. */
function isOpen({ window }: ConversationView): boolean {
  return window === null || (window.until !== null && Date.parse(window.until) > Date.now());
}

const AS_USUAL: Arrangement = { order: "need", group: "none", only: "all" };
const REASONS = ["Break", "Lunch", "Meeting", "Training", "After-call work"];

function absenceOf(scene: ReadonlySet<string>, now: number): Absence | null {
  if (scene.has("late")) return { reason: "Lunch", back: iso(now - 300_000) };
  return scene.has("lunch") ? { reason: "Lunch", back: iso(now + 1_800_000) } : null;
}

export function appView(scene: ReadonlySet<string>, now: number): AppView {
  const connection = connectionOf(scene, now);
  const out = connection.state === "signed_out" || connection.state === "locked";
  return {
    connection,
    me: out
      ? null
      : { user: "maya", name: "Maya Ortiz", email: "maya@northwind.example", account: "Northwind", permissions: scene.has("administrator") ? [["settings.manage", "*"], ["reviews.view", "*"], ["reviews.write", "*"]] : [["reviews.view", "ME"]], availability: scene.has("lunch") || scene.has("late") ? "away" : "available", absence: absenceOf(scene, now), reasons: REASONS, capacity: 4, mail: !scene.has("no_mail"), improve: !scene.has("no_improve"), translate: !scene.has("no_translate"), logicName: scene.has("nori") ? "Nori" : null },
    counts: { my: 0, snoozed: 0, help: 0, left: 0, all: null, unread: 0, helpSince: null, inbox: 0, notSent: 0 },
    apart: [],
    boardApart: false,
    figures: { helpToNotificationMs: 18, cacheBytes: 412_000_000, queued: 0, held: 0 },
    hubAheadMs: 0,
    newer: scene.has("newer") ? 2 : 0,
    about: { version: "0.5.0", hub: out ? null : scene.has("exposed") ? "http://hub.northwind.lan:7700" : "https://hub.northwind.example", exposed: scene.has("exposed"), chimes: !scene.has("no_chimes") },
    hubEnded: scene.has("hub_ended") ? "A part of the hub has ended unexpectedly: the database's writer." : null,
    notifications: scene.has("failing")
      ? { state: "failing", reason: "no notification service answers" }
      : { state: "working", server: "dunst 1.9" },
    settings: { mindCustomer: false, undoS: null, openNext: true, startSection: "my", appearance: null, language: "system", reads: [], notifications: { ...LOUD, tried: !scene.has("first_day") }, lists: { my: scene.has("arranged") ? { order: "newest", group: "state", only: "all" } : AS_USUAL, help: AS_USUAL, left: AS_USUAL, all: AS_USUAL }, board: { wantedS: 60, unansweredS: 300, calls: 0, fallbacks: 5, freePlaces: 0 } },
    undoS: scene.has("undo") ? 20 : 0,
  };
}

export function offline(now: number): ConnectionView {
  return { state: "offline", since: iso(now - 540_000), reason: "the hub does not answer" };
}

export function live(now: number): ConnectionView {
  return { state: "live", since: iso(now - 3_600_000) };
}

function connectionOf(scene: ReadonlySet<string>, now: number): ConnectionView {
  for (const ask of ["choose_passphrase", "passphrase", "keychain_silent", "keychain"] as const) {
    if (scene.has(ask)) return { state: "locked", ask, reason: null };
  }
  if (scene.has("signed_out")) {
    const reason = scene.has("revoked") ? "An administrator ended this session." : null;
    return scene.has("first_day") ? { state: "signed_out", hub: null, email: null, reason } : { state: "signed_out", hub: "https://hub.northwind.example", email: "maya@northwind.example", reason };
  }
  if (scene.has("offline")) return offline(now);
  for (const older of ["desk", "hub"] as const) {
    const reason = older === "desk" ? "This desk is too old for the hub. Update Tandem." : "The hub is too old for this desk. It must be updated.";
    if (scene.has(`outdated_${older}`)) return { state: "outdated", since: iso(now - 540_000), older, reason };
  }
  if (scene.has("silent")) return { state: "silent", since: iso(now - 9_000) };
  if (scene.has("connecting")) return { state: "connecting", since: iso(now) };
  return live(now);
}
