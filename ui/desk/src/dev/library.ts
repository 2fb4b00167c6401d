// Quick replies and questions as the core offers them. Development and tests only.
import type { ConversationView, InsertedView, LibraryView, OfferView, RpcError } from "$shared/types";
import { gapIn } from "../words/library";

const REPLY: Omit<OfferView, "id" | "name" | "title" | "text"> = { kind: "quick_reply", folder: [], choices: [], language: "en", wanted: true, gaps: [], mine: false, files: [], asks: null };

function all({ row, custom }: ConversationView): OfferView[] {
  const first = row.name.split(" ")[0] ?? "";
  const booking = custom.find(({ label }) => /booking/i.test(label))?.value;
  return [
    { ...REPLY, id: "on-it", name: "working-on-it", title: "Working on it", text: "I'm working on it and will be right back with you." },
    { ...REPLY, id: "refund", name: "refund", title: "When the refund comes", folder: ["Money", "Refunds"], text: `Dear ${first}, the refund reaches your account within five working days.` },
    { ...REPLY, id: "booking", name: "booking", title: "Booking is safe", text: `Your booking ${booking ?? "⟦conversation.custom.booking⟧"} and the seat ⟦conversation.custom.seat⟧ are safe.`, gaps: ["conversation.custom.seat"] },
    { ...REPLY, id: "bye", name: "bye", title: "Until next time", text: "Gern geschehen. Bis zum nächsten Mal!", language: "de", wanted: row.language === "de", mine: true },
    { ...REPLY, id: "day", kind: "question", name: "which-day", title: "Which day", text: "Which day suits you?", choices: ["Thursday 09:40", "Friday 11:15"] },
  ];
}

export function found(view: ConversationView, query: string, note: boolean, limit: number): LibraryView {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  const fits = (offer: OfferView): boolean => words.every((word) => `${offer.name} ${offer.title} ${offer.folder.join(" ")} ${offer.text}`.toLowerCase().includes(word));
  const offers = all(view).filter((offer) => fits(offer) && !(note && offer.kind === "question"));
  return { offers: offers.slice(0, limit), total: offers.length };
}

export function inserted(view: ConversationView, id: string): InsertedView {
  const { text, language, wanted } = one(view, id);
  const gap = gapIn(text);
  return { text, gap: gap ? text.slice(gap.from, gap.to) : null, language, wanted, question: null, problem: null };
}

export function questionOf(view: ConversationView, id: string): OfferView {
  return one(view, id);
}

function one(view: ConversationView, id: string): OfferView {
  const offer = all(view).find((one) => one.id === id);
  if (!offer) throw { code: "library.gone", message: "This quick reply is not offered here any more." } satisfies RpcError;
  return offer;
}
