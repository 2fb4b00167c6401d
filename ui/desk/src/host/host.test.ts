import { describe, expect, it, vi } from "vitest";
import { chooseHost } from "./choose";
import { asRpcError } from "./host";
import { httpHost } from "./http";
import { tauriHost } from "./tauri";

describe("the host", () => {
  it("in the window asks the one command of the shell", async () => {
    const invoke = vi.fn().mockResolvedValue({ rows: [], total: 0 });
    const stop = vi.fn();
    let tell: (event: { payload: unknown }) => void = () => undefined;
    const host = tauriHost({
      core: { invoke },
      event: {
        listen: (_, handler) => {
          tell = handler;
          return Promise.resolve(stop);
        },
      },
    });
    const request = { section: "my" as const, offset: 0, limit: 1, query: "" };
    expect(await host.rpc("conversations.list", request)).toEqual({ rows: [], total: 0 });
    expect(invoke).toHaveBeenCalledWith("rpc", { name: "conversations.list", request });
    const heard = vi.fn();
    const end = host.onChanges(heard);
    tell({ payload: [{ type: "app" }] });
    expect(heard).toHaveBeenCalledWith([{ type: "app" }]);
    end();
    await vi.waitFor(() => expect(stop).toHaveBeenCalled());
  });

  it("over HTTP rejects with the error of the core", async () => {
    const refusal = { code: "conversation.moved_on", message: "read what is new" };
    const answer = vi.fn().mockResolvedValue({ ok: false, json: () => Promise.resolve(refusal) });
    vi.stubGlobal("fetch", answer);
    await expect(httpHost("http://127.0.0.1:7").rpc("conversation.open", { id: "a" })).rejects.toEqual(refusal);
    expect(answer.mock.calls[0]?.[0]).toBe("http://127.0.0.1:7/rpc/conversation.open");
    vi.unstubAllGlobals();
  });

  it("never is an address outside this machine", async () => {
    const page = { location: { search: "?host=https://evil.example", hostname: "127.0.0.1" } } as unknown as Window;
    const host = await chooseHost(page);
    // In tests, as in development, the fake is left.
    expect((await host?.rpc("app.state", {}))?.me?.name).toBe("Maya Ortiz");
  });

  it("gives every failure words", () => {
    expect(asRpcError({ code: "a.b", message: "the hub is away" })).toEqual({ code: "a.b", message: "The hub is away" });
    expect(asRpcError(new TypeError("no network")).message).toContain("no network");
  });
});
