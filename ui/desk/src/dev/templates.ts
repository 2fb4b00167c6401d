// The templates of the company in the examples.
import type { Commands, OwnNumberView, RpcError, TemplateView } from "$shared/types";

export const TEMPLATES: TemplateView[] = [
  {
    template: {
      name: "refund_sent",
      language: "de",
      category: "UTILITY",
      status: "APPROVED",
      body: "Guten Tag {{1}}, die Erstattung von {{2}} ist unterwegs.",
      footer: "Northwind Travel",
      buttons: [{ kind: "URL", label: "Stand ansehen", url: "https://northwind.example/{{1}}" }],
    },
    slots: [
      { part: "body", key: "1" },
      { part: "body", key: "2" },
      { part: "button", key: "0" },
    ],
  },
  { template: { name: "still_there", language: "de", category: "UTILITY", status: "APPROVED", body: "Können wir noch etwas für Sie tun?" }, slots: [] },
];

export const NUMBERS: OwnNumberView[] = [
  { id: "main", number: "+34 600 123 456", stopped: false, templates: TEMPLATES },
  { id: "spare", number: "+49 30 5550 100", stopped: true, templates: TEMPLATES.slice(1) },
];

type Handlers = { [N in Extract<keyof Commands, `starts.${string}`>]: (request: Commands[N]["request"]) => Commands[N]["response"] };

export const startHandlers: Handlers = {
  "starts.list": () => ({ id: "started", turn: "started-1", numbers: NUMBERS }),
  "starts.begin": ({ to }) => {
    if (!to.startsWith("+")) throw { code: "input.invalid", message: "Write the number with its country: +34 600 123 456." } satisfies RpcError;
    // Jonas is in conversation already.
    return { id: "jonas", begun: false };
  },
};
