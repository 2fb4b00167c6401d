// A conversation as text, for other programs: what the customer could see, without notes and suggestions.
import type { ConversationView, EntryView, UserId } from "$shared/types";
import type { Host } from "../host/host";
import { t } from "../words/catalogue.svelte";
import { channel } from "../words/labels";
import { nameOf } from "../words/people";
import { moment } from "../words/time";

const PAGE = 200;
/** Longer conversations lose their beginning, and the text says so. */
const MOST_PAGES = 100;

/** Reads what is on this machine of the conversation, the oldest first. */
async function entriesOf(host: Host, id: string): Promise<{ entries: EntryView[]; whole: boolean }> {
  let entries: EntryView[] = [];
  for (let pages = 0; pages < MOST_PAGES; pages++) {
    const before = entries[0]?.key;
    const page = await host.rpc("conversation.entries", { id, limit: PAGE, ...(before === undefined ? {} : { before }) });
    entries = [...page.entries, ...entries];
    // Earlier conversations of the same customer come before.
    const isThere = page.entries.some(({ conversation }) => conversation !== id);
    if (isThere || !page.more || page.entries.length === 0) return { entries: entries.filter(({ conversation }) => conversation === id), whole: !page.loading };
  }
  return { entries, whole: false };
}

/** The words of an entry; none for what customers never see, and for what is not sent. */
function wordsOf({ body, position }: EntryView): string | null {
  if (position === null) return null;
  switch (body.type) {
    case "text":
    case "answer":
      return body.text;
    case "question":
      return [body.text, ...body.choices.map(({ label }) => `- ${label}`)].join("\n");
    case "attachment":
      return [body.text, t("transcript-file", { name: body.media.name })].filter(Boolean).join("\n");
    case "note":
    case "suggestion":
    case "system":
    case "seam":
      return null;
  }
}

export async function transcript(host: Host, { row }: ConversationView, me: UserId | null, now: number): Promise<string> {
  const { entries, whole } = await entriesOf(host, row.id);
  const lines = entries.flatMap((entry) => {
    const words = wordsOf(entry);
    return words === null ? [] : [`${moment(entry.time, now)} ${nameOf(entry.by, row.name, me)}: ${words}`];
  });
  const head = [`${row.name} · ${channel(row.channel)}`, ...(whole ? [] : [t("transcript-cut")])];
  return [...head, "", ...lines].join("\n");
}
