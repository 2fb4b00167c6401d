// What a morning left unsent. Development and tests only.
import type { InboxView, NotSentView } from "$shared/types";
import { iso, PRIYA, TOMAS } from "./entries";

export function notSent(now: number): NotSentView[] {
  return [
    { key: "reply-declan", conversation: "declan", name: "Declan O'Rourke", what: "Reply", words: "Your parcel is at the depot in Cork.", files: ["label.pdf"], reason: "Liam Chen took the call for help from Declan O'Rourke.", at: iso(now - 240_000), visible: false, mayNote: false, holder: null },
    { key: "reply-aiko", conversation: "aiko", name: "Aiko Tanabe", what: "Reply", words: "The fastest flight leaves at 18:05.", files: [], reason: "You are not engaged in this conversation.", at: iso(now - 420_000), visible: true, mayNote: true, holder: "Priya Nair" },
    { key: "act-1", conversation: "order", name: "Luís Carvalho", what: "Join", words: "", files: [], reason: "Priya Nair took this call for help.", at: iso(now - 430_000), visible: true, mayNote: false, holder: "Priya Nair" },
  ];
}

export function mentions(now: number): InboxView[] {
  return [
    { conversation: "carmen", name: "Carmen Menzel", kind: "mention", by: PRIYA, words: "@Maya Ortiz may I refund the second bag?", at: iso(now - 240_000), until: null, key: "carmen:3" },
    { conversation: "jonas", name: "Jonas Keller", kind: "mention", by: TOMAS, words: "@Maya Ortiz he writes from Oslo again, can you look at the parcel before six?", at: iso(now - 3_900_000), until: null, key: "jonas:2" },
  ];
}
