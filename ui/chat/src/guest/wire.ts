// What travels between an external agent's page and the hub, beside what the web chat has too.
import type { Conversation } from "../wire";

export type Standing = "unopened" | "open" | "elsewhere" | "expired" | "revoked" | "completed" | "left";

/** A custom button with the values of this conversation. */
export interface GuestButton {
  id: string;
  title: string;
  description?: string;
  /** Goes to the company's service. */
  action?: string;
  /** For the clipboard. */
  copy?: string;
  /** For a new page. */
  url?: string;
  /** Why it cannot be used now. */
  unusable?: string;
}

export interface Invitation {
  standing: Standing;
  company: string;
  /** Absent if the company's own service invited. */
  invitedBy?: string;
  /** Under which name the external agent speaks. */
  name: string;
  note?: string;
  expires: string;
  /** The hub's time, because clocks differ. */
  now: string;
  /** Largest file that may be sent, in bytes. */
  maxFileBytes?: number;
  conversation?: Conversation;
}
