// A Cloud API client that somebody else wrote (@kapso/whatsapp-cloud-api), as a referee of ours.
//
// `referee.mjs send URL TOKEN NUMBER` sends one message of each kind and prints what became of it. What it refuses itself
// is sent as it would have been, so that both judge the same.
// `referee.mjs read SECRET` reads webhooks, one JSON a line with `body` and `signature`, and prints what each says.
import { createInterface } from "node:readline";
import { WhatsAppClient } from "@kapso/whatsapp-cloud-api";
import { normalizeWebhook, verifySignature } from "@kapso/whatsapp-cloud-api/server";

const CUSTOMER = "34600999888";
const say = (value) => console.log(JSON.stringify(value));
const numbered = (count, make) => Array.from({ length: count }, (_, at) => make(at));

async function send(url, token, number) {
  const client = new WhatsAppClient({ baseUrl: url, graphVersion: "v25.0", accessToken: token });
  const to = { phoneNumberId: number, to: CUSTOMER };
  const { messages } = client;
  const buttons = (count) => numbered(count, (at) => ({ id: `turn:${at}`, title: `Choice ${at}` }));
  const sections = (count) => [{ title: "Choose", rows: numbered(count, (at) => ({ id: `turn:${at}`, title: `Row ${at}`, description: "More" })) }];
  const intents = {
    text: () => messages.sendText({ ...to, body: "Hello" }),
    quote: () => messages.sendText({ ...to, body: "This one", contextMessageId: "wamid.1" }),
    buttons: () => messages.sendInteractiveButtons({ ...to, bodyText: "Which?", buttons: buttons(3) }),
    list: () => messages.sendInteractiveList({ ...to, bodyText: "Which?", buttonText: "Choose", sections: sections(10) }),
    image: () => messages.sendImage({ ...to, image: { id: "700001", caption: "Look" } }),
    document: () => messages.sendDocument({ ...to, document: { id: "700001", filename: "bill.pdf" } }),
    audio: () => messages.sendAudio({ ...to, audio: { id: "700001" } }),
    reaction: () => messages.sendReaction({ ...to, reaction: { messageId: "wamid.1", emoji: "👍" } }),
    template: () => messages.sendTemplate({ ...to, template: { name: "found", language: { code: "en" }, components: [{ type: "body", parameters: [{ type: "text", text: "Carmen" }] }] } }),
    "read mark": () => messages.markRead({ phoneNumberId: number, messageId: "wamid.1" }),
    "four buttons": () => messages.sendInteractiveButtons({ ...to, bodyText: "Which?", buttons: buttons(4) }),
    "eleven rows": () => messages.sendInteractiveList({ ...to, bodyText: "Which?", buttonText: "Choose", sections: sections(11) }),
    "a button of 21 letters": () => messages.sendInteractiveButtons({ ...to, bodyText: "Which?", buttons: [{ id: "a", title: "x".repeat(21) }] }),
  };
  for (const [intent, act] of Object.entries(intents)) {
    try {
      const answer = await act();
      say({ intent, accepted: answer.messages?.[0]?.id ?? String(answer.success) });
    } catch (error) {
      say({ intent, refused: error.code ?? error.name });
    }
  }
}

async function read(secret) {
  for await (const line of createInterface({ input: process.stdin })) {
    const { body, signature } = JSON.parse(line);
    const refused = !verifySignature({ appSecret: secret, rawBody: body, signatureHeader: signature });
    const { messages, statuses } = refused ? { messages: [], statuses: [] } : normalizeWebhook(JSON.parse(body));
    say({
      refused,
      heard: [
        ...messages.map((message) => ({ kind: "message", id: message.id, from: message.from, type: message.type, text: message.text?.body ?? null })),
        ...statuses.map((status) => ({ kind: "status", id: status.id, type: status.status })),
      ],
    });
  }
}

const [what, ...rest] = process.argv.slice(2);
await { send, read }[what](...rest);
