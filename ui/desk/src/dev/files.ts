// Outgoing files as the core keeps them. Development and tests only.
import type { ConversationView, EntryView, FileView, Media, RpcError } from "$shared/types";
import { CUSTOMER, MAYA, iso } from "./entries";
import type { Sample } from "./sample";

const MOST_BYTES = 10 * 1024 * 1024;

export class FakeFiles {
  #views = new Map<string, { view: ConversationView; file: FileView; held: number }>();
  #next = 0;

  begin(view: ConversationView, name: string, contentType: string, bytes: number): FileView {
    if (bytes > MOST_BYTES) throw { code: "files.too_large", message: `The file ${name} is too large: 10.1 MB, at most 10 MB.` } satisfies RpcError;
    const file: FileView = { id: `file-${++this.#next}`, name, contentType, bytes, whole: false, problem: null };
    view.drafts.files = [...view.drafts.files, file];
    this.#views.set(file.id, { view, file, held: 0 });
    return file;
  }

  add(id: string, data: string): Record<symbol, never> {
    const known = this.#views.get(id);
    if (!known) throw { code: "files.gone", message: "This file was removed." } satisfies RpcError;
    known.held += atob(data).length;
    known.file.whole = known.held === known.file.bytes;
    return {};
  }

  discard(id: string): Record<symbol, never> {
    const known = this.#views.get(id);
    if (known) known.view.drafts.files = known.view.drafts.files.filter((file) => file.id !== id);
    this.#views.delete(id);
    return {};
  }

  /** They leave the draft with a reply. */
  taken(view: ConversationView, ids: readonly string[]): Media[] {
    const sent = view.drafts.files.filter(({ id }) => ids.includes(id));
    view.drafts.files = view.drafts.files.filter(({ id }) => !ids.includes(id));
    return sent.map(({ id, name, contentType, bytes }) => ({ id, name, contentType, bytes }));
  }
}

/** Carmen has sent files of every kind, Maya is about to send some, and one is uploading. */
export function filesScene(samples: Sample[], now: number): void {
  const carmen = samples.find(({ view }) => view.row.id === "carmen");
  if (!carmen) return;
  const entry = (turn: string, media: Omit<Media, "id">, mine = false): EntryView => {
    const position = mine ? null : (carmen.view.position += 1);
    return {
      key: turn,
      conversation: "carmen",
      position,
      time: iso(now - 20_000),
      by: mine ? MAYA : CUSTOMER,
      body: { type: "attachment", turn, media: { id: `media-${turn}`, ...media }, text: mine ? "Your new itinerary" : "" },
      stages: [{ stage: mine ? "queued" : "seen", at: iso(now - 20_000), reason: null }],
      command: mine ? `command-${turn}` : null,
      heldUntil: null,
      upload: mine ? { sent: 1_900_000, bytes: media.bytes } : null,
      about: null,
      translation: null,
    };
  };
  carmen.entries.push(
    entry("passport-html", { name: "booking confirmation.html", contentType: "text/html", bytes: 18_400 }),
    entry("voice", { name: "voice message.ogg", contentType: "audio/ogg; codecs=opus", bytes: 212_000 }),
    entry("boarding", { name: "boarding pass with a very long name that has to end somewhere, 2026-11-26.pdf", contentType: "application/pdf", bytes: 88_102 }),
    entry("itinerary", { name: "itinerary.pdf", contentType: "application/pdf", bytes: 4_400_000 }, true),
  );
  const file = (id: string, name: string, contentType: string, bytes: number, problem: string | null = null): FileView => ({ id, name, contentType, bytes, whole: true, problem });
  const aiko = samples.find(({ view }) => view.row.id === "aiko");
  if (aiko) aiko.view.drafts.files = [file("timetable", "timetable.pdf", "application/pdf", 91_000), file("fares", "fares.xlsx", "", 33_000)];
  carmen.view.drafts.files = [
    file("seat", "seat-map.png", "image/png", 640_000),
    file("fares", "fare rules W.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document", 84_000),
    file("film", "cabin.mov", "video/quicktime", 9_900_000, "This kind of file is not taken."),
  ];
}
