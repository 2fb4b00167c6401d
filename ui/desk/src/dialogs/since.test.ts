// Nobody ends their part over what the customer wrote while the dialog stood open.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import App from "../App.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { clock } from "../state/clock.svelte";
import { Desk } from "../state/desk.svelte";
import type { Overlay } from "../state/overlays";

vi.mock("svelte/transition", () => ({ fly: () => ({ duration: 0 }) }));

const user = userEvent.setup();
const STOP = "STOP one more question please";
const writes = (host: FakeHost, silent = false): void => host.add("carmen", { by: { kind: "customer" }, body: { type: "text", turn: `turn-${Math.random()}`, text: STOP, silent } });
const calls = (host: FakeHost, name: string): Record<string, unknown>[] => host.calls.filter((call) => call.name === name).map(({ request }) => request as Record<string, unknown>);

async function opens(overlay: Overlay): Promise<{ desk: Desk; host: FakeHost }> {
  const host = fakeHost("");
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(0));
  desk.show("carmen");
  await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
  desk.overlay = overlay;
  await screen.findByRole("dialog");
  return { desk, host };
}

beforeEach(() => (clock.heard = null));

describe("a dialog that ends the agent's part", () => {
  it.each([
    ["complete", "conversation.complete", "Complete conversation anyway"],
    ["delegate", "conversation.delegate", "Hand over anyway"],
  ] as const)("says what the customer has written since, and takes a second press: %s", async (overlay, command, anyway) => {
    const { desk, host } = await opens(overlay);
    expect(screen.queryByTestId("since")).toBeNull();
    writes(host);
    expect((await screen.findByTestId("since")).textContent).toContain(`has written since.${STOP}`);
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(calls(host, command)).toEqual([]);
    await screen.findByRole("button", { name: anyway });
    const last = desk.conversation?.view?.lastLoud;
    await user.keyboard("{Control>}{Enter}{/Control}");
    await vi.waitFor(() => expect(calls(host, command)).toHaveLength(1));
    expect(calls(host, command)[0]?.["seen"]).toBe(last);
  });

  it("stops once more for each news, and not for a courtesy", async () => {
    const { host } = await opens("complete");
    writes(host, true);
    writes(host);
    await screen.findByTestId("since");
    await user.keyboard("{Control>}{Enter}{/Control}");
    writes(host);
    await vi.waitFor(() => expect(screen.queryByRole("button", { name: "Complete conversation anyway" })).toBeNull());
    await user.keyboard("{Control>}{Enter}{/Control}");
    expect(calls(host, "conversation.complete")).toEqual([]);
  });

  it("completes at once when nothing is new, and says what was seen", async () => {
    const { desk, host } = await opens("complete");
    const position = desk.conversation?.view?.position;
    await user.keyboard("{Control>}{Enter}{/Control}");
    await vi.waitFor(() => expect(calls(host, "conversation.complete")).toHaveLength(1));
    expect(calls(host, "conversation.complete")[0]?.["seen"]).toBe(position);
  });

  it("that only asks for help is in nobody's way", async () => {
    const { host } = await opens("askForHelp");
    writes(host);
    await user.keyboard("{Control>}{Enter}{/Control}");
    await vi.waitFor(() => expect(calls(host, "conversation.askForHelp")).toHaveLength(1));
    expect(screen.queryByTestId("since")).toBeNull();
  });
});
