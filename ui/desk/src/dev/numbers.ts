// The company's numbers on WhatsApp as the hub tells them. Development and tests only.
import type { Commands, NumbersView, RpcError, TemplateView, WhatsappCheck, WhatsappNumber, WhatsappSettings, WhatsappUsage } from "$shared/types";

const SINCE = "2026-11-20T08:00:00Z";

const main: WhatsappNumber = {
  id: "main",
  number: "+34600123456",
  phoneNumberId: "106540352242922",
  accountId: "102290129340398",
  brand: "brand-1",
  brandKey: "northwind",
  baseUrl: null,
  webhook: "https://desk.northwind.example/channels/whatsapp/main/webhook",
  ofSettings: false,
  state: "ok",
  since: SINCE,
  detail: "",
  quality: "GREEN",
  limit: "TIER_1K",
  perSecond: 80,
  newAfterH: 24,
  readMarks: true,
  readReceipts: "on_seen",
  typing: true,
  coexistence: false,
  freeReplies: 1000,
  waiting: 0,
};
const spare: WhatsappNumber = { ...main, id: "spare", number: "+34600123457", phoneNumberId: "106540352242923", brand: "brand-2", brandKey: "aerolinx", webhook: main.webhook.replace("main", "spare"), ofSettings: true, freeReplies: null };

export class FakeNumbers {
  numbers: WhatsappNumber[] = [main, spare];
  check: WhatsappCheck = { number: "+34 600 123 456", name: "Northwind", quality: "GREEN", verification: "VERIFIED", limit: "TIER_1K", throughput: "STANDARD", triedToken: false, sawFields: true, missing: [] };
  templates: TemplateView[] = [
    { template: { name: "found", language: "en", category: "UTILITY", status: "APPROVED", body: "Hello {{1}}, we found it.", buttons: [] }, slots: [] },
    { template: { name: "winter_sale", language: "de", category: "MARKETING", status: "REJECTED", body: "Alles muss raus!", buttons: [] }, slots: [] },
  ];

  constructor(ill: boolean) {
    if (ill) this.numbers = [{ ...main, state: "token_invalid", detail: "190 Error validating access token: session has expired", waiting: 3 }, spare];
  }

  list(online: boolean): NumbersView {
    if (!online) throw { code: "desk.offline", message: "Numbers are changed at the hub, so connect first." } satisfies RpcError;
    return { numbers: this.numbers, brands: [{ id: "brand-1", key: "northwind", name: "Northwind" }, { id: "brand-2", key: "aerolinx", name: "Aerolinx" }] };
  }

  save(id: string, { number, phoneNumberId, accountId, brand, baseUrl, readReceipts, typing, coexistence, newAfterH, perSecond, freeReplies }: WhatsappSettings): WhatsappNumber {
    if (!/^\+\d/.test(number)) throw { code: "input.invalid", message: `number: '${number}': write it with its country: +34 600 123 456` } satisfies RpcError;
    const before = this.numbers.find((known) => known.id === id) ?? { ...main, webhook: main.webhook.replace("main", id) };
    const saved: WhatsappNumber = { ...before, id, number, phoneNumberId, accountId, brandKey: brand, baseUrl, readReceipts: readReceipts ?? "on_seen", typing: typing ?? true, coexistence: coexistence ?? false, newAfterH: newAfterH ?? 24, perSecond: perSecond ?? 80, freeReplies, state: "ok", detail: "", waiting: 0 };
    this.numbers = [...this.numbers.filter((known) => known.id !== id), saved];
    return saved;
  }

  remove(id: string): void {
    this.numbers = this.numbers.filter((known) => known.id !== id);
  }

  usage(id: string): WhatsappUsage {
    const kinds = [
      { category: "service", type: "free_customer_service", billable: false, messages: 812 },
      { category: "utility", type: "regular", billable: true, messages: 64 },
    ];
    return id === "main" ? { month: "2026-11", messages: 876, freeReplies: 1000, freeRepliesUsed: 812, kinds } : { month: "2026-11", messages: 0, freeReplies: null, freeRepliesUsed: null, kinds: [] };
  }
}

type Handlers = { [N in Extract<keyof Commands, `numbers.${string}`>]: (request: Commands[N]["request"]) => Commands[N]["response"] };

export function numberHandlers(numbers: () => FakeNumbers, online: () => boolean): Handlers {
  return {
    "numbers.list": () => numbers().list(online()),
    "numbers.save": ({ id, settings }) => numbers().save(id, settings),
    "numbers.remove": ({ id }) => {
      numbers().remove(id);
      return {};
    },
    "numbers.check": () => numbers().check,
    "numbers.templates": () => numbers().templates,
    "numbers.usage": ({ id }) => numbers().usage(id),
  };
}
