// Custom buttons as the core shows them. Development and tests only.
import type { ButtonView, ConversationView } from "$shared/types";
import { mine } from "./views";

const NOTHING: Omit<ButtonView, "id" | "title"> = { description: "", acts: false, copies: false, opens: false, copy: null, url: null, unusable: null };

export function buttonsOf(view: ConversationView): ButtonView[] {
  const reference = view.custom.find(({ label }) => /booking/i.test(label))?.value ?? null;
  const url = reference === null ? null : `https://booking.northwind.example/${reference}`;
  const missing = reference === null ? "No value is known here for {conversation.custom.booking}." : null;
  const outside = !view.row.inProgress ? "The conversation is completed." : mine(view) ? null : "Join the conversation first.";
  return [
    { ...NOTHING, id: "refund", title: "Refund", description: "Starts a refund to the customer's card.", acts: true, unusable: outside },
    { ...NOTHING, id: "reference", title: "Copy booking reference", copies: true, copy: reference, unusable: missing },
    { ...NOTHING, id: "booking", title: "Open booking", description: "The booking in the back office.", opens: true, url, unusable: missing },
  ];
}
