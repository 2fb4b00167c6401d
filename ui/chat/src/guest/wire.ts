// Wire types of the external agents' page, in addition to the web chat's.
import type { Conversation } from "../wire";

export type Standing = "unopened" | "open" | "elsewhere" | "expired" | "revoked" | "completed" | "left";

/** A custom button with this conversation's values. */
export interface GuestButton {
  id: string;
  title: string;
  description?: string;
  /** Sent to the company's service. */
  action?: string;
  /** For the clipboard. */
  copy?: string;
  /** Opens in a new page. */
  url?: string;
  /** Why it is unusable now. */
  unusable?: string;
}

export interface Invitation {
  standing: Standing;
  company: string;
  /** Absent if the company's service invited. */
  invitedBy?: string;
  /** The external agent's name. */
  name: string;
  note?: string;
  expires: string;
  /** The hub's time, because clocks differ. */
  now: string;
  /** Maximum size of a file, in bytes. */
  maxFileBytes?: number;
  conversation?: Conversation;
}
