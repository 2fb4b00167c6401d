// What a morning left unsent. Development and tests only.
import type { NotSentView } from "$shared/types";
import { iso } from "./entries";

export function notSent(now: number): NotSentView[] {
  return [
    { key: "reply-declan", conversation: "declan", name: "Declan O'Rourke", what: "Reply", words: "Your parcel is at the depot in Cork.", files: ["label.pdf"], reason: "Liam Chen took the call for help from Declan O'Rourke.", at: iso(now - 240_000), visible: false, mayNote: false, holder: null },
    { key: "reply-aiko", conversation: "aiko", name: "Aiko Tanabe", what: "Reply", words: "The fastest flight leaves at 18:05.", files: [], reason: "You are not engaged in this conversation.", at: iso(now - 420_000), visible: true, mayNote: true, holder: "Priya Nair" },
    { key: "act-1", conversation: "order", name: "Luís Carvalho", what: "Join", words: "", files: [], reason: "Priya Nair took this call for help.", at: iso(now - 430_000), visible: true, mayNote: false, holder: "Priya Nair" },
  ];
}
