// Maya looks for the refund.
import { beforeEach, describe, expect, it, vi } from "vitest";
import { fakeHost, type FakeHost } from "../host/fake";
import { hitId, stable, type Hit } from "./hits";
import { complete, completions, withOperator } from "./operators";
import { Search } from "./search.svelte";

let host: FakeHost;
let search: Search;
const asked = (): unknown[] => host.calls.filter((call) => call.name === "search").map((call) => call.request);
const texts = (): string[] => search.found.map(({ hit }) => hit.snippet.map((span) => span.text).join(""));

beforeEach(() => {
  vi.useFakeTimers();
  host = fakeHost();
  search = new Search(host);
  return () => vi.useRealTimers();
});

describe("search", () => {
  it("asks this machine as soon as typing pauses, then the hub", async () => {
    for (const query of ["r", "re", "ref"]) search.write(query);
    await vi.advanceTimersByTimeAsync(100);
    expect(asked()).toEqual([{ query: "ref", limit: 50, hub: false }]);
    expect(texts()).toContain("The refund for NW-19920 has not arrived");
    await vi.advanceTimersByTimeAsync(300);
    expect(asked()).toHaveLength(2);
    expect(search).toMatchObject({ hub: "answered", answered: "ref" });
  });

  it("asks for one conversation alone until it is widened", async () => {
    search.within = { id: "carmen", name: "Carmen Menzel" };
    search.write("window");
    await vi.advanceTimersByTimeAsync(100);
    expect(asked()).toEqual([{ query: "in:carmen window", limit: 50, hub: false }]);
    expect(search.answered).toBe("window");
    search.widen();
    await vi.advanceTimersByTimeAsync(100);
    expect(asked().at(-1)).toEqual({ query: "window", limit: 50, hub: false });
  });

  it("says which values an operator takes", async () => {
    expect(completions("refund is:w")).toEqual(["is:waiting"]);
    search.write("is:late");
    await vi.advanceTimersByTimeAsync(100);
    expect(search.hint).toBe("is: needs open, completed, waiting or help.");
  });

  it("drops the answer to a question that is not asked any more", async () => {
    const answers: ((hits: Hit[]) => void)[] = [];
    vi.spyOn(host, "rpc").mockImplementation(() => new Promise((done) => answers.push((hits) => done({ hits, hint: null, hub: "not_asked" } as never))));
    search.write("first");
    await vi.advanceTimersByTimeAsync(70);
    search.write("second");
    await vi.advanceTimersByTimeAsync(70);
    answers[1]?.([hit("2")]);
    answers[0]?.([hit("1")]);
    await vi.advanceTimersByTimeAsync(1);
    expect(search.found.map(({ hit }) => hit.key)).toEqual(["2"]);
    expect(search.answered).toBe("second");
  });

  it("opens what was asked for, however fast Enter follows", async () => {
    search.write("suitcase");
    await vi.advanceTimersByTimeAsync(100);
    search.write("refund");
    const first = search.first();
    await vi.advanceTimersByTimeAsync(5);
    expect((await first)?.hit.snippet.find((span) => span.hit)?.text.toLowerCase()).toBe("refund");
  });

  it("keeps what is shown in its place when the hub adds to it", async () => {
    search.write("refund");
    await vi.advanceTimersByTimeAsync(100);
    const before = search.found.map(({ hit }) => hitId(hit));
    search.move(1);
    const { cursor } = search;
    await vi.advanceTimersByTimeAsync(400);
    expect(search.found.slice(0, before.length).map(({ hit }) => hitId(hit))).toEqual(before);
    expect(search.found.at(-1)?.group).toBe("hub");
    expect(search.cursor).toBe(cursor);
  });

  it("says that the hub could not be asked, and shows what is here", async () => {
    host.network(false);
    search.write("refund");
    await vi.advanceTimersByTimeAsync(400);
    expect(search.hub).toBe("unreachable");
    expect(search.found.length).toBeGreaterThan(0);
  });

  it("passes on what an operator needs", async () => {
    search.write("refund before:yesterday");
    await vi.advanceTimersByTimeAsync(100);
    expect(search.hint).toBe("before: needs a date like 2026-11-03");
  });

  it("shows nothing of before when it is emptied", async () => {
    search.write("refund");
    await vi.advanceTimersByTimeAsync(70);
    search.write("");
    await vi.advanceTimersByTimeAsync(1000);
    expect(search).toMatchObject({ found: [], answered: null, hub: "not_asked" });
    expect(asked()).toHaveLength(1);
  });

  it("says why when even this machine cannot answer", async () => {
    host.refuse.set("search", { code: "cache.damaged", message: "the cache cannot be read" });
    search.write("refund");
    await vi.advanceTimersByTimeAsync(100);
    expect(search.problem).toBe("The cache cannot be read");
  });
});

describe("hits", () => {
  it("stand in their groups, customers first, the hub's last", () => {
    const first = stable([], [hit("1"), { ...hit(""), kind: "customer" }], false);
    expect(first.map(({ group }) => group)).toEqual(["customers", "messages"]);
    const both = stable(first, [hit("0"), { ...hit("1"), name: "Renamed" }], true);
    expect(both.map(({ hit: { key, name } }) => [key, name])).toEqual([["", "Jonas"], ["1", "Renamed"], ["0", "Jonas"]]);
  });
});

describe("operators", () => {
  it.each([
    ["fr", ["from:"]],
    ["refund in:", ["in:my", "in:help", "in:left", "in:all", "in:webchat", "in:whatsapp"]],
    ["in:w", ["in:webchat", "in:whatsapp"]],
    ["has", ["has:attachment", "has:note"]],
    ["has:note", []],
    ["refund", []],
    ["from:me ", []],
  ])("go on from %j with %j", (query, next) => expect(completions(query)).toEqual(next));

  it("are put in place of the word that began them", () => {
    expect(complete("refund in:w", "in:whatsapp")).toBe("refund in:whatsapp ");
    expect(complete("fr", "from:")).toBe("from:");
    expect(withOperator("refund", "has:note")).toBe("refund has:note");
  });
});

function hit(key: string): Hit {
  return { key, conversation: "jonas", name: "Jonas", channel: "whatsapp", brand: null, time: "2026-05-12T10:00:00Z", by: null, kind: "turn", attachment: false, snippet: [] };
}
