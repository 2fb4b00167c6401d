// Reviews: what customers, reviewers and Your Logic think, and how brands ask customers.
import type { EntryView, LibraryBrand, Participant, ReviewPlan, ReviewPlanRow, ReviewRow } from "$shared/types";
import type { Host } from "../host/host";
import type { Desk } from "./desk.svelte";
import { Managed } from "./managed.svelte";

/** Whose reviews the user reads: all, their own, or none. */
export function reads(desk: Desk): "all" | "own" | null {
  const held = desk.app?.me?.permissions.filter(([permission]) => permission === "reviews.view") ?? [];
  if (held.length === 0) return null;
  return held.some(([, scope]) => scope === "*") ? "all" : "own";
}

/** Whether the user files, confirms and deletes reviews. */
export function writesReviews(desk: Desk): boolean {
  return desk.app?.me?.permissions.some(([permission]) => permission === "reviews.write") ?? false;
}

/** A message of ours that a review can be about. */
export interface Reviewable {
  turn: string;
  by: Participant;
  words: string;
}

/** Messages that are offered, at most. */
const OFFERED = 30;

/** What can be reviewed in a conversation: the newest messages of ours that its customer got, the newest first. */
export function reviewable(entries: readonly EntryView[], conversation: string): Reviewable[] {
  const ours = (by: Participant): boolean => by.kind === "agent" || by.kind === "external_agent" || by.kind === "logic";
  const found = entries.flatMap(({ conversation: of, position, by, body }): Reviewable[] => {
    if (of !== conversation || position === null || !ours(by)) return [];
    return body.type === "text" || body.type === "question" ? [{ turn: body.turn, by, words: body.text }] : [];
  });
  return found.slice(-OFFERED).reverse();
}

export class Reviews extends Managed {
  /** None until the hub has answered. */
  lines = $state.raw<ReviewRow[] | null>(null);
  /** The review that the user disagrees with, while they write why. */
  disputing = $state.raw<ReviewRow | null>(null);
  /** The review that is to be deleted, until it is said again. */
  deleting = $state<string | null>(null);
  low: boolean = $state(false);
  next = $state<string | null>(null);

  constructor(
    private readonly host: Host,
    low: boolean,
  ) {
    super();
    this.low = low;
  }

  async load(): Promise<void> {
    await this.loaded(() => this.#read());
  }

  async show(low: boolean): Promise<void> {
    Object.assign(this, { low, lines: null, next: null, deleting: null });
    await this.load();
  }

  /** The next page. */
  async more(): Promise<void> {
    await this.tried(() => this.#read(this.next));
  }

  async #read(before: string | null = null): Promise<void> {
    const { low } = this;
    const page = await this.host.rpc("reviews.list", { low, ...(before ? { before } : {}) });
    // The user may want others meanwhile.
    if (low !== this.low) return;
    this.lines = [...(before ? (this.lines ?? []) : []), ...page.reviews];
    this.next = page.next ?? null;
  }

  dispute(review: ReviewRow | null): void {
    Object.assign(this, { disputing: review, changed: false, problem: null });
  }

  /** True if the hub has it. */
  async disagree({ id }: ReviewRow, text: string): Promise<boolean> {
    return this.tried(async () => {
      const row = await this.host.rpc("reviews.dispute", { id, text });
      this.lines = (this.lines ?? []).map((line) => (line.id === id ? row : line));
      this.dispute(null);
    });
  }

  /** True if the hub has it. */
  async confirm({ id }: ReviewRow): Promise<boolean> {
    return this.tried(async () => {
      const row = await this.host.rpc("reviews.confirm", { id });
      this.lines = (this.lines ?? []).map((line) => (line.id === id ? row : line));
    });
  }

  /** Deletes it if that is said twice. True if the hub has done so. */
  async remove({ id }: ReviewRow): Promise<boolean> {
    if (this.deleting !== id) {
      this.deleting = id;
      return false;
    }
    return this.tried(async () => {
      await this.host.rpc("reviews.delete", { id });
      this.lines = (this.lines ?? []).filter((line) => line.id !== id);
      this.deleting = null;
    });
  }
}

/** A brand, and how it asks; none if it does not. */
export interface Asking extends LibraryBrand {
  plan: ReviewPlan | null;
}

export const NEW_PLAN: ReviewPlan = { when: "any", delayS: 60, samplePercent: 100, oncePerCustomerDays: 7, expiresH: 72, editH: 24, texts: {} };

export class ReviewPlans extends Managed {
  looking = $state.raw<Asking | null>(null);
  brands = $state.raw<Asking[]>([]);

  constructor(private readonly host: Host) {
    super();
  }

  async load(): Promise<void> {
    await this.loaded(() => this.#list());
  }

  async #list(): Promise<void> {
    const { plans, brands } = await this.host.rpc("reviews.plans", {});
    const planOf = (key: string): ReviewPlan | null => plans.find((row: ReviewPlanRow) => row.brand === key)?.plan ?? null;
    this.brands = brands.map((brand) => ({ ...brand, plan: planOf(brand.key) }));
  }

  look(brand: Asking | null): void {
    Object.assign(this, { looking: brand, changed: false, problem: null });
  }

  async save({ key }: Asking, plan: ReviewPlan): Promise<boolean> {
    return this.tried(async () => {
      await this.host.rpc("reviews.savePlan", { brand: key, plan });
      await this.#list();
      this.look(null);
    });
  }

  async remove({ key }: Asking): Promise<boolean> {
    return this.tried(async () => {
      await this.host.rpc("reviews.removePlan", { brand: key });
      await this.#list();
      this.look(null);
    });
  }
}
