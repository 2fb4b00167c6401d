// The other chats of a customer, as the core finds them. Development and tests only.
import type { ConversationId, OtherChatView } from "$shared/types";
import type { Sample } from "./sample";

export function otherChats(samples: readonly Sample[], id: ConversationId): OtherChatView[] {
  // In the examples, Jonas has written in the web chat, too.
  const jonas = id === "jonas" ? samples.find(({ view }) => view.row.channel === "web_chat") : undefined;
  return jonas ? [{ conversation: jonas.view.row.id, channel: "web_chat", updated: jonas.view.started, inProgress: true, words: "Where is my refund?" }] : [];
}
