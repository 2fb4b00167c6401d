// Wire types between the element and the hub. Positions count within a conversation and may skip numbers, because
// internal events are hidden from customers. Each entry and frame names its conversation.

export type From = "customer" | "agent" | "logic" | "external_agent" | "device" | "system";
export type EntryKind = "text" | "question" | "answer" | "attachment" | "review";

/** A request for a review, as it stands. */
export interface Review {
  id: string;
  /** Until when it can be answered or its answer changed; none if it is over. */
  until?: string | null;
  /** The customer's answer: 1 to 5. */
  score?: number | null;
  comment?: string | null;
  /** The customer did not want to answer; a score can still be given. */
  declined?: boolean | null;
}

export interface Choice {
  id: string;
  label: string;
}

export interface Media {
  id: string;
  name: string;
  contentType: string;
  bytes: number;
}

export interface Answer {
  question: string;
  choice: string;
}

/** The read position and its conversation; none before the hub has named one. */
export interface Known {
  conversation: string | null;
  after: number;
}

export interface Entry {
  conversation: string;
  position: number;
  id: string;
  time: string;
  from: From;
  name?: string | null;
  kind: EntryKind;
  text: string;
  choices?: Choice[] | null;
  media?: Media | null;
  /** Opens the file for a day or two, and nothing else. */
  right?: string | null;
  answer?: Answer | null;
  review?: Review | null;
  stage?: string | null;
  /** Written by the viewer; if absent, the customer is the viewer. */
  own?: boolean;
  /** To external agents: its author withdrew it, so it has no words. */
  withdrawn?: boolean;
}

export function isOwn(entry: Entry): boolean {
  return entry.own ?? entry.from === "customer";
}

export interface Conversation {
  id: string;
  status: Status;
  position: number;
}

export type Status = "in_progress" | "completed";

export interface Brand {
  id: string;
  name: string;
  greeting: string;
  accent: string;
}

export interface OpenedSession {
  token: string;
  brand: Brand;
  conversation: Conversation | null;
  /** Maximum size of a file, in bytes. */
  maxFileBytes?: number | undefined;
}

export interface EntryPage {
  conversation: Conversation | null;
  entries: Entry[];
  more: boolean;
  /** The next page begins after it. */
  upTo: number;
}

export interface Message {
  id: string;
  text?: string;
  answer?: Answer;
  media?: string;
  /** The last position on screen when it was written; only for compare-and-send. */
  writtenAgainst?: number;
}

export interface Accepted {
  id: string;
  conversation: string;
  position: number;
}

export type ServerFrame =
  | { type: "ready"; conversation: Conversation | null }
  | { type: "entry"; entry: Entry }
  | ({ type: "accepted" } & Accepted)
  | { type: "stage"; conversation: string; upTo: number; stage: "delivered" | "seen" }
  | { type: "typing"; conversation: string; name?: string | null; kind: From; on: boolean }
  | { type: "status"; conversation: string; status: Status }
  /** A sign of life on a quiet connection. */
  | { type: "alive" }
  /** To external agents: their buttons may have changed. */
  | { type: "buttons" }
  /** To external agents: an earlier turn was edited or withdrawn. */
  | { type: "amended"; conversation: string }
  /** To external agents: their link has ended. */
  | { type: "over"; standing: string }
  | { type: "error"; code: string; message: string; id?: string | null };

export type ClientFrame =
  | { type: "hello"; token?: string; conversation?: string; after: number }
  | { type: "typing"; conversation?: string; on: boolean }
  | { type: "receipt"; conversation: string; stage: "delivered" | "seen"; upTo: number }
  | { type: "new" };
