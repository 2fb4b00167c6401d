// The library as the hub lists it. Development and tests only.
import type { Commands, ItemRemoval, ItemUsage, ListedLibraryView, Question, QuestionDefinition, QuestionRow, QuickReply, QuickReplyDefinition, QuickReplyRow, RpcError, TriedView } from "$shared/types";

const AT = "2026-11-20T08:00:00Z";

const refund: QuickReply = { id: "refund", shortcut: "refund", title: "When the refund comes", texts: { en: "Dear {{customer.firstName|customer}}, the refund reaches your account within five working days.", de: "Das Geld ist in fünf Werktagen da." }, question: undefined, scope: { type: "everybody" }, folder: ["Money", "Refunds"], channels: [], note: true, version: 3, state: "active", reviewBy: "2026-01-31", by: "priya", at: AT };
const bye: QuickReply = { ...refund, id: "bye", shortcut: "bye", title: "Until next time", texts: { en: "Goodbye!" }, scope: { type: "mine" }, folder: [], version: 1, reviewBy: undefined, by: "maya" };
const iban: QuickReply = { ...refund, id: "iban", shortcut: "iban", title: "Bank details", texts: { en: "Our IBAN is on the invoice." }, scope: { type: "team", brands: ["northwind"] }, folder: [], version: 1, state: "draft", reviewBy: undefined };
const day: Question = { id: "day", key: "which-day", title: "Which day", kind: "menu", texts: { en: { text: "Which day suits you?", choices: [{ id: "thu", label: "Thursday 09:40, the one with the window seat", confirms: false, score: undefined }, { id: "fri", label: "Friday", confirms: false, score: undefined }] } }, brands: [], channels: [], version: 2, state: "active", by: "priya", at: AT };

const LONG = 24;

export class FakeLibrary {
  replies: QuickReplyRow[] = [refund, bye, iban].map((quickReply, at) => ({ quickReply, uses: [41, 0, 0][at] ?? 0, lastUsedAt: at === 0 ? AT : undefined, fit: [] }));
  questions: QuestionRow[] = [{ question: day, uses: 12, lastUsedAt: AT, fit: fit(day) }];

  list(online: boolean): ListedLibraryView {
    if (!online) throw { code: "desk.offline", message: "The library is changed at the hub, so connect first." } satisfies RpcError;
    const usage: ItemUsage[] = [{ id: "refund", version: 3, uses: 8, edited: 2, editedShare: 0.25, answered: 5, replyToAnswerMs: 65_000, rated: 2, csat: 4.5 }];
    return { questions: this.questions, quickReplies: this.replies, usage, brands: [{ id: "brand-1", key: "northwind", name: "Northwind" }, { id: "brand-2", key: "aerolinx", name: "Aerolinx" }] };
  }

  saveReply(definition: QuickReplyDefinition): QuickReplyRow {
    const other = this.replies.find(({ quickReply }) => quickReply.shortcut === definition.shortcut && quickReply.id !== definition.id);
    if (other) throw { code: "library.shortcut", message: `'${other.quickReply.title}' has the name ${definition.shortcut} already: choose another one.` } satisfies RpcError;
    const before = this.replies.find(({ quickReply }) => quickReply.id === definition.id);
    const quickReply: QuickReply = { ...refund, question: undefined, reviewBy: undefined, ...definition, id: definition.id ?? "new", version: (before?.quickReply.version ?? 0) + 1 } as QuickReply;
    const row: QuickReplyRow = { quickReply, uses: before?.uses ?? 0, lastUsedAt: before?.lastUsedAt, fit: [] };
    this.replies = [...this.replies.filter((known) => known !== before), row];
    return row;
  }

  saveQuestion(definition: QuestionDefinition): QuestionRow {
    const before = this.questions.find(({ question }) => question.id === definition.id);
    const question: Question = { ...day, ...definition, id: definition.id ?? "new", version: (before?.question.version ?? 0) + 1 } as Question;
    const row: QuestionRow = { question, uses: before?.uses ?? 0, lastUsedAt: before?.lastUsedAt, fit: fit(question) };
    this.questions = [...this.questions.filter((known) => known !== before), row];
    return row;
  }

  remove(id: string): ItemRemoval {
    const uses = [...this.replies, ...this.questions].find((row) => ("question" in row ? row.question.id : row.quickReply.id) === id)?.uses ?? 0;
    this.replies = this.replies.filter(({ quickReply }) => quickReply.id !== id);
    this.questions = this.questions.filter(({ question }) => question.id !== id);
    return { retired: uses > 0 };
  }

  replyVersions(id: string): QuickReply[] {
    const { quickReply } = this.replies.find((row) => row.quickReply.id === id) ?? { quickReply: refund };
    return [quickReply, { ...quickReply, version: 1, texts: { en: "The refund is on its way." } }];
  }

  questionVersions(id: string): Question[] {
    return this.questions.filter(({ question }) => question.id === id).map(({ question }) => question);
  }
}

function fit({ texts }: Question): string[] {
  const labels = Object.values(texts).flatMap((text) => text?.choices.map(({ label }) => label) ?? []);
  const at = labels.findIndex((label) => label.length > LONG);
  return at === -1 ? [] : [`On WhatsApp this becomes a list; label ${at + 1} is longer than 24 characters and moves to the description (en).`];
}

export function tried(text: string): TriedView {
  const unknown = /\{\{(?!customer\.|agent\.|brand\.|conversation\.)([^}]*)\}\}/.exec(text);
  const problem = unknown ? `{{${unknown[1]}}} at character ${unknown.index + 1} is not a variable.` : null;
  return { text: text.replace(/\{\{customer\.firstName[^}]*\}\}/g, "Carmen"), gaps: [], problem };
}

type Managing = "library.list" | "library.saveReply" | "library.saveQuestion" | "library.removeReply" | "library.removeQuestion" | "library.replyVersions" | "library.questionVersions";
type Handlers = { [N in Managing]: (request: Commands[N]["request"]) => Commands[N]["response"] };

export function managingHandlers(library: () => FakeLibrary, online: () => boolean): Handlers {
  return {
    "library.list": () => library().list(online()),
    "library.saveReply": (definition) => library().saveReply(definition),
    "library.saveQuestion": (definition) => library().saveQuestion(definition),
    "library.removeReply": ({ reply }) => library().remove(reply),
    "library.removeQuestion": ({ question }) => library().remove(question),
    "library.replyVersions": ({ reply }) => library().replyVersions(reply),
    "library.questionVersions": ({ question }) => library().questionVersions(question),
  };
}
