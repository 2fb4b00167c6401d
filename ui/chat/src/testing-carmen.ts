// The story's customer: Carmen, on Northwind's page, with `hub` at the other end.
import { memoryFiles } from "./files";
import { Session } from "./session";
import { Clock, FakeHub, MapStore, settle } from "./testing";

export const KEY = "tandem.chat.http://hub.northwind";

export function carmen(hub = new FakeHub(), store = new MapStore(), clock = new Clock(), identity: string | null = null) {
  const options = { hub: "http://hub", brand: "northwind", language: "en", identity };
  const env = hub.env(clock, store);
  const session = new Session(env, memoryFiles(), options);
  const texts = (): string[] => session.items().map(({ text }) => text);
  const stages = (): (string | null)[] => session.items().filter(({ from }) => from === "customer").map(({ stage }) => stage);
  return { hub, store, clock, env, session, texts, stages };
}

export async function connected(hub = new FakeHub(), store = new MapStore(), identity: string | null = null) {
  const all = carmen(hub, store, new Clock(), identity);
  all.session.wake();
  await settle();
  return all;
}
