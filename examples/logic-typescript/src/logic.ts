/**
 * Your Logic in one file: greets with a menu, answers what it knows, calls a person on request, says goodbye.
 *
 * TANDEM_LOGIC_SECRET=… node dist/logic.js [ADDRESS]
 */

import { createHash, timingSafeEqual } from 'node:crypto';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** Maximum request: 200 turns of the longest texts. */
const BODY_BYTES = 16 * 1024 * 1024;

const secret = process.env.TANDEM_LOGIC_SECRET ?? '';
if (secret === '') throw new Error('set TANDEM_LOGIC_SECRET');
// A whsec_ secret (Standard Webhooks) is decoded; any other is the key itself.
const webhook = secret.startsWith('whsec_') ? new Webhook(secret) : new Webhook(secret, { format: 'raw' });

/** The protocol, as far as it is used here; docs/your-logic.schema.json has all of it. */
interface Content {
  text?: string;
  choice?: string;
}
interface Turn {
  by: { kind: string };
  content: Content;
}
interface Translate {
  to: string;
  texts: { id: string; text: string }[];
}
interface Request {
  requestId: string;
  trigger: { type: string; by: { kind: string }; silent: boolean; turn?: Turn; draft?: string; translate?: Translate; joined?: { turn?: Turn }[] };
  conversation: { inProgress: boolean; needsHelp: object | null };
  engagements: { kind: { kind: string } }[];
  turns: Turn[];
}
type Action =
  | { type: 'MESSAGE'; text: string }
  | { type: 'SUGGESTION'; text: string }
  | { type: 'QUESTION'; text: string; choices: { id: string; label: string }[] }
  | { type: 'NEEDS_HELP'; value: boolean; reason: string; customerAsked: boolean }
  | { type: 'COMPLETE'; resolution: string };

const message = (text: string): Action => ({ type: 'MESSAGE', text });
const menu = (text: string): Action => ({
  type: 'QUESTION',
  text,
  choices: [
    { id: 'order', label: 'Where is my order?' },
    { id: 'done', label: 'Nothing, thank you' },
    { id: 'person', label: 'A person, please' },
  ],
});

/** An agent's draft with a capital and a full stop; a real service would ask its model. */
function tidy(draft: string): string {
  const text = draft.trim();
  return text.charAt(0).toUpperCase() + text.slice(1) + (/[\p{L}\p{N}]$/u.test(text) ? '.' : '');
}

/** A sample's phrase book; a real service would ask its translator. */
const PHRASES: Record<string, string>[] = [
  { en: 'Hello', de: 'Hallo', pt: 'Olá' },
  { en: 'Thank you', de: 'Danke', pt: 'Obrigado' },
  { en: 'Where is my order?', de: 'Wo ist meine Bestellung?', pt: 'Onde está a minha encomenda?' },
  { en: 'One moment, please.', de: 'Einen Moment, bitte.', pt: 'Um momento, por favor.' },
];

/** One for each text that the phrase book knows. */
function translations({ to, texts }: Translate): { id: string; text: string; from: string }[] {
  const language = to.split('-')[0]?.toLowerCase() ?? '';
  return texts.flatMap(({ id, text }) => {
    const is = (phrase: string) => phrase.toLowerCase() === text.trim().toLowerCase();
    for (const row of PHRASES) {
      const from = Object.keys(row).find((tag) => is(row[tag] ?? ''));
      const made = row[language];
      if (from !== undefined && made !== undefined) return [{ id, text: made, from }];
    }
    return [];
  });
}

/** From request to actions, without state. */
function answer({ trigger, conversation, engagements, turns }: Request): Action[] {
  const person = engagements.some((one) => ['agent', 'external_agent'].includes(one.kind.kind));
  const attended = person || conversation.needsHelp !== null || !conversation.inProgress;
  const waits = turns.at(-1)?.by.kind === 'customer';
  if (trigger.type === 'PREVIEW') return reply(trigger.turn?.content ?? {}, turns);
  if (trigger.type === 'IMPROVE') return [{ type: 'SUGGESTION', text: tidy(trigger.draft ?? '') }];
  if (trigger.silent || attended) return [];
  switch (trigger.type) {
    case 'TURN':
    case 'ANSWER':
      return trigger.by.kind === 'customer' ? reply(said(trigger), turns) : [];
    case 'ENGAGE_LOGIC_CHANGED':
    case 'ENGAGEMENT_ENDED':
      return waits ? [menu('This is the assistant again. What can I do?')] : [];
    default:
      return [];
  }
}

/** What the customer wrote since the last answer: several turns are one question. */
function said({ turn, joined = [] }: Request['trigger']): Content {
  const told = [...joined, { turn }].filter((one) => one.turn?.by.kind === 'customer');
  return { ...turn?.content, text: told.map((one) => one.turn?.content.text ?? '').join('\n') };
}

function reply({ text = '', choice }: Content, turns: Turn[]): Action[] {
  if (choice === 'person' || /person|human/i.test(text)) {
    const reason = 'The customer asked for a person.';
    const help: Action = { type: 'NEEDS_HELP', value: true, reason, customerAsked: true };
    return [message('Let me get a colleague. One moment, please.'), help];
  }
  if (choice === 'order') return [message('Your order left the warehouse this morning. Is there anything else?')];
  if (choice === 'done') {
    return [message('Goodbye, and thank you for writing!'), { type: 'COMPLETE', resolution: 'Nothing more was needed' }];
  }
  const greeted = turns.some((turn) => turn.by.kind === 'logic');
  return [menu(greeted ? "I'm sorry, I know little. Would one of these help?" : "Hello! I'm the assistant. What can I do for you?")];
}

/** Accepts only what the hub signed within the last five minutes, over these exact bytes. */
function isTheHub(request: IncomingMessage, body: string): boolean {
  const hash = (text: string) => createHash('sha256').update(text).digest();
  if (!timingSafeEqual(hash(request.headers.authorization ?? ''), hash(`Bearer ${secret}`))) return false;
  try {
    webhook.verify(body, request.headers as Record<string, string>, { jsonParse: false });
    return true;
  } catch {
    return false;
  }
}

async function read(request: IncomingMessage): Promise<string | undefined> {
  const parts: Buffer[] = [];
  let bytes = 0;
  for await (const part of request) {
    parts.push(part as Buffer);
    bytes += (part as Buffer).length;
    if (bytes > BODY_BYTES) return undefined;
  }
  return Buffer.concat(parts).toString('utf8');
}

async function hear(request: IncomingMessage): Promise<[number, object]> {
  const body = await read(request);
  if (body === undefined) return [413, { error: 'too large' }];
  if (!isTheHub(request, body)) return [401, { error: 'not signed by the hub' }];
  try {
    const parsed = JSON.parse(body) as Request;
    const { requestId, trigger } = parsed;
    if (trigger.type === 'TRANSLATE') return [200, { requestId, translations: trigger.translate ? translations(trigger.translate) : [] }];
    return [200, { requestId, actions: answer(parsed) }];
  } catch {
    return [400, { error: 'not a request of the protocol' }];
  }
}

const [host, port] = (process.argv[2] ?? '127.0.0.1:7701').split(':');
const server = createServer((request, response) => {
  void hear(request).then(([status, body]) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  });
});
server.listen(Number(port), host, () => {
  console.log(`listening on http://${host}:${(server.address() as AddressInfo).port}`);
});
