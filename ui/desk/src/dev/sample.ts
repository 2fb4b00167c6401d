// A morning at Northwind, an airline's travel desk. Development and tests only.
import type { ConversationView, EntryView, LimitsView, Participant, RowView } from "$shared/types";
import { AEROLINX, CUSTOMER, LOGIC, MAYA, PRIYA, Script, TOMAS, iso } from "./entries";

/** What WhatsApp takes, as the core says it. */
const WHATSAPP: LimitsView = { text: 4096, shown: [{ types: ["image/jpeg", "image/png"], bytes: 5 * 1024 * 1024 }], fileBytes: 100 * 1024 * 1024 };

export interface Sample {
  view: ConversationView;
  entries: EntryView[];
  /** The user left it recently. */
  left: boolean;
}

export interface Wish {
  name: string;
  script: Script;
  row?: Partial<RowView>;
  view?: Partial<ConversationView>;
  people?: [Participant, number][];
  left?: boolean;
}

export function sample({ name, script, row, view, people = [], left = false }: Wish): Sample {
  const last = script.entries.findLast((entry) => "text" in entry.body && entry.body.type !== "system");
  const id = script.id;
  const whole: RowView = {
    id,
    customer: `customer-${id}`,
    name,
    channel: "web_chat",
    inProgress: true,
    words: last && "text" in last.body ? last.body.text : "",
    wordsBy: last?.by ?? null,
    wordsAt: last?.time ?? null,
    wait: null,
    help: null,
    engaged: people.map(([participant]) => participant),
    logicWorking: false,
    invited: false,
    mentioned: false,
    unread: false,
    draft: false,
    snooze: null,
    pending: [],
    tags: [],
    language: "en",
    brand: "Northwind Travel",
    tellsBrand: false,
    due: null,
    updated: last?.time ?? iso(script.now),
    ...row,
  };
  return {
    entries: script.entries,
    left,
    view: {
      row: whole,
      position: script.entries.length,
      lastLoud: script.entries.findLast((entry) => entry.by.kind === "customer" && entry.body.type !== "system" && !("silent" in entry.body && entry.body.silent))?.position ?? 0,
      seen: script.entries.length,
      started: script.entries[0]?.time ?? iso(script.now),
      completed: null,
      engageLogic: true,
      fallback: null,
      people: people.map(([participant, ago], at) => ({
        engagement: `${id}-engagement-${at}`,
        participant,
        me: participant.kind === "agent" && participant.user === "maya",
        since: iso(script.now - ago * 60_000),
        until: participant.kind === "external_agent" ? iso(script.now + 118 * 60_000) : null,
        invited: false,
      })),
      invitation: null,
      custom: [],
      customer: [],
      noted: { name: /^\+|^Visitor /.test(name) ? "" : name, email: "", phone: "" },
      suggestion: null,
      handover: null,
      buttons: [],
      logicUntil: null,
      logicWaiting: 0,
      drafts: { reply: "", note: "", returned: null, files: [] },
      window: null,
      limits: null,
      earlier: 0,
      translating: { from: "en", to: "en", on: false, foreign: false },
      ...view,
      may: {} as ConversationView["may"],
      goesOn: [],
      username: null,
    },
  };
}

export function morning(now: number): Sample[] {
  return [carmen(now), jonas(now), number(now), aiko(now), order(now), left(now), ...alone(now)];
}

function carmen(now: number): Sample {
  const script = new Script("carmen", now)
    .seam("whatsapp", 60 * 24 * 5, "resolved by Your Logic", 4)
    .customer("Is it possible to take a second bag on NW-20418?", 60 * 24 * 5)
    .says(LOGIC, "Of course. A second bag is €35 until check-in. Would you like me to add it?", 60 * 24 * 5 - 1)
    .customer("Yes please 🙂", 60 * 24 * 5 - 2)
    .seam("web_chat", 9)
    .customer("Hi, I need to move my trip to some day next week", 9)
    .asks("Happy to help. What matters most to you?", ["Same price", "Earliest date", "Talk to a person"], 1, 8.8)
    .answer("Earliest date", 8.5)
    .system("help", "Your Logic asked for help: the fare rules are unclear", 6, LOGIC)
    .system("engagement", "You joined after 9 s", 5.8, MAYA)
    .note(LOGIC, "Fare class W: a change needs the partner's approval. Aerolinx is invited until 16:00.", 5.5)
    .says(MAYA, "Hello Carmen, Maya here. I have Aerolinx with me and we are looking at your options.", 5)
    .says(AEROLINX, "A change is possible on Thursday 09:40 or Friday 14:15, without a fee. Details: https://aerolinx.example/fares/w.", 3)
    .customer("Great, I was hoping for Thursday or Friday!", 1.7, "seen");
  return sample({
    name: "Carmen Menzel",
    script,
    people: [
      [MAYA, 5.8],
      [AEROLINX, 5.5],
      [LOGIC, 9],
    ],
    row: { wait: { since: iso(now - 102_000), awaited: "reply" }, due: iso(now + 198_000), tags: ["rebooking", "gold"], draft: true },
    view: {
      earlier: 5,
      drafts: { reply: "Good news, Carmen: ", note: "", returned: null, files: [] },
      suggestion: {
        turn: "suggestion-1",
        text: "Both days work: Thursday 09:40 or Friday 14:15, at no extra cost. Which one shall I book for you?",
        why: "The partner confirmed both flights",
      },
      handover: {
        turn: "handover-1",
        parts: [
          { label: "Wish", points: [{ text: "Move NW-20418 to next week", turns: ["carmen:5"] }] },
          { label: "Checked", points: [{ text: "Identity and booking" }, { text: "Fare class W" }] },
          { label: "Open", points: [{ text: "The partner's approval, the new date", turns: ["carmen:8"] }] },
          { label: "Risk", points: [{ text: "The fare ends on Friday" }] },
        ],
        graded: null,
        mayGrade: true,
      },
      customer: [
        { label: "Phone", value: "+1 555 123 4567" },
        { label: "E-mail", value: "carmen@menzel.example" },
        { label: "Language", value: "English" },
        { label: "Customer since", value: "2019" },
      ],
      custom: [
        { label: "Booking", value: "NW-20418" },
        { label: "Tier", value: "Gold" },
        { label: "Fare class", value: "W" },
      ],
    },
  });
}

function jonas(now: number): Sample {
  const script = new Script("jonas", now)
    .seam("whatsapp", 40)
    .customer("The refund for NW-19920 has not arrived", 40)
    .says(MAYA, "I am sorry about that, Jonas. Let me look at the payment.", 31)
    .fails(MAYA, "The bank refused the first attempt.", 12, "The recipient's phone is switched off")
    .says(MAYA, "It is on its way now and takes three working days.", 2.4, "delivered");
  return sample({
    name: "Jonas Keller",
    script,
    people: [[MAYA, 31]],
    row: { channel: "whatsapp", language: "de" },
    view: { limits: WHATSAPP, window: { until: iso(now + 95 * 60_000) }, customer: [{ label: "WhatsApp", value: "+49 151 5550 1122" }], earlier: 1 },
  });
}

function number(now: number): Sample {
  const script = new Script("number", now)
    .seam("whatsapp", 4)
    .customer("My suitcase came back like this", 4)
    .file(CUSTOMER, "suitcase.jpg", "image/svg+xml", 184_220, "", 3.6)
    .file(CUSTOMER, "boarding pass.pdf", "application/pdf", 88_102, "and this is my boarding pass", 0.4);
  return sample({
    name: "+44 7700 900142",
    script,
    people: [
      [LOGIC, 4],
      [MAYA, 3],
    ],
    row: { channel: "whatsapp", unread: true, logicWorking: true, wait: { since: iso(now - 552_000), awaited: "joined" } },
    view: { limits: WHATSAPP, window: { until: iso(now + 24 * 3_600_000 - 25_000) }, customer: [{ label: "WhatsApp", value: "+44 7700 900142" }] },
  });
}

function aiko(now: number): Sample {
  const script = new Script("aiko", now)
    .seam("web_chat", 7)
    .customer("どの便が一番早いですか？", 7)
    .says(PRIYA, "I am checking with a colleague who speaks Japanese.", 2);
  return sample({
    name: "Aiko Tanabe",
    script,
    people: [[PRIYA, 6]],
    row: { invited: true, language: "ja", wait: { since: iso(now - 118_000), awaited: "reply" }, due: iso(now - 28_000) },
    view: { invitation: { by: PRIYA, transfer: true, note: "Can you go on? I do not speak Japanese." } },
  });
}

function order(now: number): Sample {
  const script = new Script("order", now)
    .seam("web_chat", 5)
    .customer("my order never came, this is the third time I write!!", 5)
    .says(LOGIC, "I am sorry. I cannot find the parcel, so I am asking a person to look at it.", 3.4)
    .system("failure", "Your Logic did not answer within 10 s", 3.2)
    .system("help", "Your Logic asked for help: parcel cannot be found", 3.1, LOGIC);
  return sample({
    name: "Luís Carvalho",
    script,
    row: {
      wait: { since: iso(now - 190_000), awaited: "person" },
      unread: true,
      help: { call: "call-order", reason: "Parcel cannot be found", by: LOGIC, since: iso(now - 190_000) },
      tags: ["parcel"],
    },
    view: {
      fallback: "Your Logic did not answer within 10 s",
      handover: {
        turn: "handover-2",
        parts: [
          { label: "Wish", points: [{ text: "Where parcel 88-1203 is" }] },
          { label: "Open", points: [{ text: "Ask the carrier, offer a replacement" }] },
        ],
        graded: null,
        mayGrade: false,
      },
      customer: [{ label: "E-mail", value: "luis@carvalho.example" }],
    },
  });
}

function left(now: number): Sample {
  const script = new Script("left", now)
    .seam("web_chat", 60 * 26, "completed by you")
    .customer("Can my daughter fly alone?", 60 * 26)
    .says(MAYA, "Yes, from the age of five, with our escort service.", 60 * 26 - 6)
    .customer("Perfect, thank you!", 60 * 26 - 9);
  return sample({
    name: "Sofia Lindgren",
    script,
    left: true,
    row: { inProgress: false },
    view: { completed: { at: iso(now - 60_000 * 60 * 25), by: MAYA, resolution: "Escort service explained" } },
  });
}

function alone(now: number): Sample[] {
  const names = ["Hanna Virtanen", "Omar Haddad", "Chloé Marchand", "Ivan Petrović", "Grace Okafor", "Tiago Sousa"];
  return names.map((name, at) => {
    const script = new Script(`alone-${at}`, now)
      .seam(at % 2 ? "whatsapp" : "web_chat", 10 + at * 7)
      .customer(["Where do I find my invoice?", "Can I change my seat?", "Lost my charger on board"][at % 3] ?? "", 9 + at * 6)
      .says(at === 4 ? TOMAS : LOGIC, "Let me look that up for you.", 8 + at * 6);
    const help = { call: `call-${at}`, reason: "The customer asks for a person", by: CUSTOMER, since: iso(now - 47_000) };
    return sample({
      name,
      script,
      people: [[at === 4 ? TOMAS : LOGIC, 9 + at * 6]],
      row: { channel: at % 2 ? "whatsapp" : "web_chat", ...(at === 1 ? { help, wait: { since: help.since, awaited: "person" } } : {}) },
    });
  });
}
