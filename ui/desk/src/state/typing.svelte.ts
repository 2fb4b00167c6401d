// Who is typing in the open conversation, or looks on: until their message arrives, or until the signal expires.
import type { ConversationId, EntryView, Participant, Position } from "$shared/types";
import { sameVoice } from "../words/people";

/** Somebody does so until then. */
export interface Signal {
  id: ConversationId;
  by: Participant;
  until: string;
}

interface Writing {
  by: Participant;
  until: number;
  /** Their next turn is after this. */
  after: Position;
}

const SAYS: readonly string[] = ["text", "question", "answer", "attachment", "note"];

export class Typing {
  #all = $state.raw<readonly Writing[]>([]);

  heard(by: Participant, until: number, after: Position): void {
    this.#all = [...this.#all.filter((writing) => !sameVoice(writing.by, by)), { by, until, after }];
  }

  /** An author of a new turn is no longer typing. */
  said(entries: readonly EntryView[]): void {
    if (this.#all.length === 0) return;
    const spoke = (writing: Writing): boolean =>
      entries.some(({ position, by, body }) => (position ?? 0) > writing.after && sameVoice(by, writing.by) && SAYS.includes(body.type));
    this.#all = this.#all.filter((writing) => !spoke(writing));
  }

  stop(): void {
    this.#all = [];
  }

  who(now: number): Participant[] {
    return this.#all.filter((writing) => writing.until > now).map((writing) => writing.by);
  }
}
