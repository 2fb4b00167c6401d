// Reviews as the hub tells them. Development and tests only.
import type { Commands, ReviewPlanRow, ReviewRow, RpcError } from "$shared/types";

const HOUR_MS = 3_600_000;
const MAYA = { kind: "agent", user: "maya", name: "Maya Ortiz" } as const;
const SOFIA = { kind: "agent", user: "sofia", name: "Sofia Lind" } as const;
const PRIYA = { kind: "agent", user: "priya", name: "Priya Nair" } as const;

function rows(now: number): ReviewRow[] {
  const ago = (hours: number): string => new Date(now - hours * HOUR_MS).toISOString();
  const row = (id: string, hours: number, more: Partial<ReviewRow>): ReviewRow => ({ id, type: "customer", conversation: "carmen", customer: "Carmen Menzel", round: 1, status: "answered", askedAt: ago(hours), answeredAt: ago(hours - 0.5), verified: "none", shares: [{ by: MAYA, turns: 4 }], ...more });
  return [
    row("low", 2, { score: 2, normal: 0.25, comment: "It took far too long, and nobody told me why." }),
    row("disputed", 20, { conversation: "jonas", customer: "Jonas Weber", score: 1, normal: 0, dispute: { by: PRIYA, at: ago(18), text: "The airline had lost it, not we." }, verified: "disputed", shares: [{ by: PRIYA, turns: 2 }] }),
    row("work", 26, { type: "reviewer", reviewer: SOFIA, question: "Is the answer complete?", score: 4, normal: 0.75, comment: "Yes, with the tracking number." }),
    row("good", 30, { conversation: "luis", customer: "Luís Carvalho", score: 5, normal: 1, shares: [{ by: { kind: "logic" }, turns: 3 }] }),
    { ...row("open", 40, { conversation: "luis", customer: "Luís Carvalho", status: "asked", shares: [] }), answeredAt: undefined },
    { ...row("declined", 45, { conversation: "jonas", customer: "Jonas Weber", status: "declined", optedOut: true, shares: [] }), answeredAt: undefined },
    { ...row("closed", 50, { conversation: "jonas", customer: "Jonas Weber", status: "not_asked", reason: "window_closed", shares: [] }), answeredAt: undefined },
  ];
}

type Handlers = { [N in Extract<keyof Commands, `reviews.${string}`>]: (request: Commands[N]["request"]) => Commands[N]["response"] };

/** The user reads their own; administrators all. */
export function reviewHandlers(host: () => { now: number; scene: ReadonlySet<string> }, online: () => boolean): Handlers {
  let made: ReviewRow[] | null = null;
  const known = (): ReviewRow[] => (made ??= rows(host().now));
  let plans: ReviewPlanRow[] = [{ brand: "northwind", plan: { when: "any", delayS: 300, samplePercent: 50, oncePerCustomerDays: 7, expiresH: 72, editH: 24, texts: { de: "Wie zufrieden waren Sie mit uns?" } } }];
  const reach = (): void => {
    if (!online()) throw { code: "desk.offline", message: "Reviews are kept at the hub, so connect first." } satisfies RpcError;
  };
  return {
    "reviews.list": ({ low, before }) => {
      reach();
      const all = host().scene.has("administrator");
      const seen = known().filter(({ score, shares }) => (all || (shares ?? []).some(({ by }) => by.kind === "agent" && by.user === "maya")) && (!low || (score ?? 5) <= 2));
      return before ? { reviews: seen.slice(4) } : { reviews: seen.slice(0, 4), ...(seen.length > 4 ? { next: "more" } : {}) };
    },
    "reviews.dispute": ({ id, text }) => {
      made = known().map((row) => (row.id === id ? { ...row, verified: "disputed", dispute: { by: MAYA, at: new Date(host().now).toISOString(), text } } : row));
      const row = made.find((one) => one.id === id);
      if (!row) throw { code: "review.unknown", message: "There is no such review of yours." } satisfies RpcError;
      return row;
    },
    "reviews.file": ({ conversation, id, turn, question, score, comment }) => {
      reach();
      const at = new Date(host().now).toISOString();
      const row: ReviewRow = { id, type: "reviewer", conversation, customer: "Carmen Menzel", round: 1, status: "answered", askedAt: at, answeredAt: at, score, normal: (score - 1) / 4, verified: "none", shares: [{ by: PRIYA, turns: 1 }], ...(turn ? { turn } : {}), ...(question ? { question } : {}), ...(comment ? { comment } : {}) };
      made = [row, ...known()];
      return row;
    },
    "reviews.confirm": ({ id }) => {
      made = known().map((row) => (row.id === id ? { ...row, verified: "correct", confirmed: { by: SOFIA, at: new Date(host().now).toISOString() } } : row));
      const row = made.find((one) => one.id === id);
      if (!row) throw { code: "review.unknown", message: "There is no such review." } satisfies RpcError;
      return row;
    },
    "reviews.delete": ({ id }) => {
      made = known().filter((row) => row.id !== id);
      return {};
    },
    "reviews.plans": () => {
      reach();
      return { plans, brands: [{ id: "brand-1", key: "northwind", name: "Northwind" }, { id: "brand-2", key: "aerolinx", name: "Aerolinx" }] };
    },
    "reviews.savePlan": ({ brand, plan }) => {
      if (plan.samplePercent < 1 || plan.samplePercent > 100) throw { code: "input.invalid", message: `samplePercent: use 1 to 100, not ${plan.samplePercent}` } satisfies RpcError;
      plans = [...plans.filter((row) => row.brand !== brand), { brand, plan }];
      return { brand, plan };
    },
    "reviews.removePlan": ({ brand }) => {
      plans = plans.filter((row) => row.brand !== brand);
      return {};
    },
  };
}
