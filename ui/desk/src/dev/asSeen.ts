// What participants saw, over sample data and without what the core decides. Development and tests only.
import type { AppView, AsSeenMomentView, Commands, EntryView, Participant, RpcError, SeenEntryView, SeenMark, Viewpoint } from "$shared/types";
import { CUSTOMER } from "./entries";
import type { Sample } from "./sample";

type Handlers = { [N in Extract<keyof Commands, `asSeen.${string}`>]: (request: Commands[N]["request"]) => Commands[N]["response"] };

/** As whom somebody is looked at; none for those without a screen. */
function viewpointOf(by: Participant): Viewpoint | null {
  if (by.kind === "agent") return { kind: "agent", user: by.user };
  if (by.kind === "external_agent") return { kind: "external_agent", link: by.link };
  return by.kind === "customer" || by.kind === "logic" ? { kind: by.kind } : null;
}

const same = (a: Viewpoint | null, b: Viewpoint): boolean => JSON.stringify(a) === JSON.stringify(b);

/** The samples say when something arrived and was seen; it takes this long. */
const DELIVERED_MS = 4_000;
const SEEN_MS = 20_000;

export function asSeenHandlers(around: () => { samples: readonly Sample[]; app: AppView }): Handlers {
  const of = (id: string): { sample: Sample; entries: EntryView[] } => {
    const sample = around().samples.find(({ view }) => view.row.id === id);
    if (!sample) throw { code: "conversation.unknown", message: "This conversation is not on this machine any more." } satisfies RpcError;
    return { sample, entries: sample.entries.filter(({ body, command, conversation }) => body.type !== "seam" && command === null && conversation === id) };
  };
  return {
    "asSeen.look": ({ id, viewpoint }) => {
      if (around().app.connection.state === "offline") throw { code: "desk.offline", message: "Only the hub knows what was on their screens: connect first." } satisfies RpcError;
      const { sample, entries } = of(id);
      const { row } = sample.view;
      const people: { viewpoint: Viewpoint; who: Participant }[] = [];
      for (const who of [CUSTOMER, ...entries.map(({ by }) => by), ...sample.view.people.map(({ participant }) => participant)]) {
        const eyes = viewpointOf(who);
        if (eyes && !people.some((known) => same(known.viewpoint, eyes))) people.push({ viewpoint: eyes, who });
      }
      const at = (ms: number, said: boolean): { at: string; said: boolean } => ({ at: new Date(ms).toISOString(), said });
      const turns = entries.map(({ time, body }) => ({ ms: Date.parse(time), said: body.type !== "system" }));
      const all = turns.flatMap(({ ms, said }) => [at(ms, said), ...(said ? [at(ms + DELIVERED_MS, false), at(ms + SEEN_MS, false)] : [])]);
      const ticks = all.toSorted((a, b) => a.at.localeCompare(b.at)).filter((tick, place, sorted) => tick.at !== sorted[place - 1]?.at);
      return { customer: row.name, channel: row.channel, viewpoint, people, started: ticks[0]?.at ?? sample.view.started, asOf: ticks.at(-1)?.at ?? sample.view.started, ticks };
    },
    "asSeen.moment": ({ id, viewpoint, at }): AsSeenMomentView => {
      const { entries } = of(id);
      const now = Date.parse(at);
      const first = entries.find(({ by }) => same(viewpointOf(by), viewpoint))?.time ?? entries[0]?.time ?? at;
      const inside = viewpoint.kind === "customer" || viewpoint.kind === "logic" || Date.parse(first) <= now;
      const open = viewpoint.kind === "customer" ? ["text", "question", "answer", "attachment"] : [];
      const there = entries.filter(({ time, body }) => inside && Date.parse(time) <= now && (open.length === 0 || open.includes(body.type)));
      const mark = ({ by, time, body }: EntryView): SeenMark | null => {
        if (same(viewpointOf(by), viewpoint)) return "own";
        const theirs = viewpoint.kind === "customer" ? by.kind !== "system" : by.kind === "customer";
        if (!theirs || body.type === "system") return null;
        const since = now - Date.parse(time);
        return since < DELIVERED_MS ? "undelivered" : since < SEEN_MS ? "unread" : "seen";
      };
      const shown = there.map((entry): SeenEntryView => ({ entry: { ...entry, stages: [] }, mark: mark(entry), withheld: null }));
      const count = (wanted: SeenMark): number => shown.filter((one) => one.mark === wanted).length;
      return { at, involvement: inside ? "engaged" : "called", since: inside ? first : null, reads: inside, entries: shown, leftOut: 0, unread: count("unread"), undelivered: count("undelivered") };
    },
  };
}
