// Maya copies a conversation as text.
import { describe, expect, it } from "vitest";
import { fakeHost } from "../host/fake";
import { transcript } from "./transcript";

describe("a copied transcript", () => {
  it("has who said what when, and nothing that customers must not see", async () => {
    const host = fakeHost();
    const view = await host.rpc("conversation.open", { id: "carmen" });
    const text = await transcript(host, view, "maya", Date.now());
    expect(text.split("\n")[0]).toBe("Carmen Menzel · Web chat");
    expect(text).toMatch(/\d\d:\d\d Carmen: /);
    expect(text).not.toContain("Fare class W");
    expect(text.length).toBeGreaterThan(200);
  });

  it("says that the beginning is missing while it is being fetched", async () => {
    const host = fakeHost();
    const view = await host.rpc("conversation.open", { id: "carmen" });
    const { rpc } = host;
    host.rpc = (async (...asked: Parameters<typeof rpc>) => {
      const answer = await rpc.apply(host, asked);
      return asked[0] === "conversation.entries" ? { ...(answer as object), loading: true } : answer;
    }) as typeof rpc;
    expect(await transcript(host, view, "maya", Date.now())).toContain("(Older messages are missing.)");
  });
});
