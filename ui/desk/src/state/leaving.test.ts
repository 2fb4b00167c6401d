// Words are on screen from Enter on, once, whatever the core does with them and when.
import { describe, expect, it, vi } from "vitest";
import type { EntryView, Participant } from "$shared/types";
import { OpenConversation } from "./conversation.svelte";
import { fakeHost, type FakeHost } from "../host/fake";

const ME: Participant & { kind: "agent" } = { kind: "agent", user: "maya", name: "Maya Ortiz" };

/** A conversation whose core answers to `conversation.send` when it is told to. */
async function start(): Promise<{ open: OpenConversation; host: FakeHost; answers: (() => void)[] }> {
  const host = fakeHost();
  const answers: (() => void)[] = [];
  const rpc = host.rpc.bind(host);
  host.rpc = (async (name, request) => {
    if (name === "conversation.send") await new Promise<void>((resolve) => answers.push(resolve));
    return rpc(name, request);
  }) as typeof host.rpc;
  const open = new OpenConversation(host, "carmen");
  await open.refresh();
  open.composer.write("");
  return { open, host, answers };
}

const shown = (open: OpenConversation): readonly EntryView[] => open.leaving.behind(ME);
const times = (open: OpenConversation, words: string): number => shown(open).filter(({ body }) => "text" in body && body.text === words).length;

describe("words that leave the field", () => {
  it("are there at once, as being sent, and once when the core has them", async () => {
    const { open, answers } = await start();
    open.composer.write("On its way.");
    const sent = open.composer.send(true);
    expect(times(open, "On its way.")).toBe(1);
    expect(shown(open).at(-1)).toMatchObject({ by: ME, position: null, command: null, stages: [{ stage: "queued" }] });
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    answers[0]?.();
    await sent;
    for (let look = 0; look < 20; look++) {
      expect(times(open, "On its way.")).toBe(1);
      await Promise.resolve();
    }
    await vi.waitFor(() => expect(shown(open)).toBe(open.journey.entries));
    expect(times(open, "On its way.")).toBe(1);
  });

  it("stay apart from the same words before, and from each other", async () => {
    const { open, answers } = await start();
    for (let count = 1; count <= 3; count++) {
      open.composer.write("Yes.");
      void open.composer.send(true);
      expect(times(open, "Yes.")).toBe(count);
    }
    for (let count = 0; count < 3; count++) {
      await vi.waitFor(() => expect(answers.length).toBeGreaterThan(count));
      answers[count]?.();
      expect(times(open, "Yes.")).toBe(3);
    }
    await vi.waitFor(() => expect(shown(open)).toBe(open.journey.entries));
    expect(times(open, "Yes.")).toBe(3);
  });

  it("are back in the field alone if the core refuses them", async () => {
    const { open, host, answers } = await start();
    host.refuse.set("conversation.send", { code: "conversation.moved_on", message: "Read what is new." });
    open.composer.write("Too late.");
    const sent = open.composer.send();
    expect(times(open, "Too late.")).toBe(1);
    await vi.waitFor(() => expect(answers).toHaveLength(1));
    answers[0]?.();
    expect(await sent).toBe(false);
    expect([times(open, "Too late."), open.composer.text]).toEqual([0, "Too late."]);
  });

  it("are notes where notes are written", async () => {
    const { open } = await start();
    open.note();
    open.composer.write("Ask Jonas.");
    const noted = open.composer.send();
    expect(shown(open).at(-1)).toMatchObject({ body: { type: "note", text: "Ask Jonas." }, stages: [] });
    await noted;
    await vi.waitFor(() => expect(shown(open)).toBe(open.journey.entries));
    expect(times(open, "Ask Jonas.")).toBe(1);
  });
});
