// The library as its owners change it.
import type { ItemUsage, LibraryBrand, ListedLibraryView, Question, QuestionDefinition, QuestionRow, QuickReply, QuickReplyDefinition, QuickReplyRow, TriedView } from "$shared/types";
import type { Host } from "../host/host";
import { Managed } from "./managed.svelte";
import { t } from "../words/catalogue.svelte";

/** What is being looked at: the list, or one item. */
export type Looking = { at: "list" } | { at: "reply"; definition: QuickReplyDefinition; row: QuickReplyRow | null } | { at: "question"; definition: QuestionDefinition; row: QuestionRow | null };

export class Managing extends Managed {
  looking = $state.raw<Looking>({ at: "list" });
  questions = $state.raw<QuestionRow[]>([]);
  replies = $state.raw<QuickReplyRow[]>([]);
  brands = $state.raw<LibraryBrand[]>([]);
  usage = $state.raw<ItemUsage[]>([]);

  constructor(
    private readonly host: Host,
    /** May change what everybody or a team sees. */
    readonly manages: boolean,
  ) {
    super();
  }

  async load(): Promise<void> {
    await this.loaded(async () => this.#take(await this.host.rpc("library.list", {})));
  }

  #take({ questions, quickReplies, brands, usage }: ListedLibraryView): void {
    Object.assign(this, { questions, replies: quickReplies, brands, usage });
  }

  newReply(): void {
    const scope = this.manages ? { type: "everybody" as const } : { type: "mine" as const };
    const definition: QuickReplyDefinition = { id: crypto.randomUUID(), shortcut: "", title: "", texts: { en: "" }, scope, folder: [], channels: [], note: true, state: "active" };
    this.#look({ at: "reply", definition, row: null });
  }

  newQuestion(): void {
    const choices = ["yes", "no"].map((id) => ({ id, label: t(id === "yes" ? "item-choice.yes" : "item-choice.no"), confirms: false, score: null }));
    const definition: QuestionDefinition = { id: crypto.randomUUID(), key: "", title: "", kind: "menu", texts: { en: { text: "", choices } }, brands: [], channels: [], state: "active" };
    this.#look({ at: "question", definition, row: null });
  }

  openReply(row: QuickReplyRow): void {
    this.#look({ at: "reply", definition: definitionOf(row.quickReply), row });
  }

  openQuestion(row: QuestionRow): void {
    this.#look({ at: "question", definition: questionOf(row.question), row });
  }

  back(): void {
    this.#look({ at: "list" });
  }

  #look(looking: Looking): void {
    this.problem = null;
    this.changed = false;
    this.looking = looking;
  }

  /** Whether the user may change this quick reply. */
  mayChange({ scope }: Pick<QuickReply, "scope">): boolean {
    return this.manages || scope.type === "mine";
  }

  /** True if it is saved; what channels make of it is then in its row. */
  async saveReply(definition: QuickReplyDefinition): Promise<boolean> {
    const { looking } = this;
    return this.tried(async () => {
      const row = await this.host.rpc("library.saveReply", definition);
      this.#take(await this.host.rpc("library.list", {}));
      // The user may have gone back meanwhile.
      if (this.looking === looking) this.looking = { at: "reply", definition: definitionOf(row.quickReply), row };
    });
  }

  async saveQuestion(definition: QuestionDefinition): Promise<boolean> {
    const { looking } = this;
    return this.tried(async () => {
      const row = await this.host.rpc("library.saveQuestion", definition);
      this.#take(await this.host.rpc("library.list", {}));
      if (this.looking === looking) this.looking = { at: "question", definition: questionOf(row.question), row };
    });
  }

  /** Says what became of it; null if it failed. */
  async remove(): Promise<string | null> {
    const { looking } = this;
    let said: string | null = null;
    await this.tried(async () => {
      if (looking.at === "list" || !looking.row) return;
      const name = looking.at === "reply" ? looking.row.quickReply.title : looking.row.question.title;
      const { retired } = looking.at === "reply" ? await this.host.rpc("library.removeReply", { reply: looking.row.quickReply.id }) : await this.host.rpc("library.removeQuestion", { question: looking.row.question.id });
      said = t(retired ? "library.retired" : "library.removed", { name });
      this.#take(await this.host.rpc("library.list", {}));
      this.back();
    });
    return said;
  }

  async replyVersions(row: QuickReplyRow): Promise<QuickReply[]> {
    let versions: QuickReply[] = [];
    await this.tried(async () => void (versions = await this.host.rpc("library.replyVersions", { reply: row.quickReply.id })));
    return versions;
  }

  async questionVersions(row: QuestionRow): Promise<Question[]> {
    let versions: Question[] = [];
    await this.tried(async () => void (versions = await this.host.rpc("library.questionVersions", { question: row.question.id })));
    return versions;
  }

  /** How a text would be inserted. */
  async preview(text: string): Promise<TriedView | null> {
    return this.host.rpc("library.try", { text }).catch(() => null);
  }

  usageOf(id: string, version?: number): ItemUsage[] {
    return this.usage.filter((usage) => usage.id === id && (version === undefined || usage.version === version));
  }
}

/** A saved item as it is changed: against its version. */
export function definitionOf({ id, shortcut, title, texts, attachments, question, scope, folder, channels, note, state, reviewBy, version }: QuickReply): QuickReplyDefinition {
  return { id, shortcut, title, texts, scope, folder, channels, note, state, version, ...(attachments ? { attachments } : {}), ...(question ? { question } : {}), ...(reviewBy ? { reviewBy } : {}) };
}

export function questionOf({ id, key, title, kind, texts, brands, channels, state, version }: Question): QuestionDefinition {
  return { id, key, title, kind, texts, brands, channels, state, version };
}
