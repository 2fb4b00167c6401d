// The hub and this desk do not fit together: the window says who must be updated, and promises nothing.
import { render, screen } from "@testing-library/svelte";
import { describe, expect, it } from "vitest";
import ListPane from "../list/ListPane.svelte";
import Outbox from "../dialogs/Outbox.svelte";
import Outdated from "./Outdated.svelte";
import StatusBar from "./StatusBar.svelte";
import { fakeHost } from "../host/fake";
import { clock } from "../state/clock.svelte";
import { Desk } from "../state/desk.svelte";
import { pressed } from "../words/buttons";
import type { AppView, ButtonView } from "$shared/types";

async function desk(scene: string): Promise<{ desk: Desk; app: AppView }> {
  const desk = new Desk(fakeHost(scene));
  await desk.refresh();
  if (!desk.app) throw new Error("the desk answers");
  return { desk, app: desk.app };
}

describe("versions that do not fit", () => {
  it.each([
    ["outdated_desk", "Update Tandem"],
    ["outdated_hub", "The hub must be updated"],
  ])("%s: %s", async (scene, words) => {
    const { desk: shown, app } = await desk(scene);
    const { connection } = app;
    if (connection.state !== "outdated") throw new Error("the scene is outdated");
    render(Outdated, { connection });
    expect(screen.getByRole("alert").textContent).toContain(words);
    expect(screen.getByRole("alert").textContent).toContain("What you wrote stays on this machine");
    render(ListPane, { desk: shown, app });
    expect(screen.queryByText(/sent later/)).toBeNull();
  });

  it.each([
    ["outdated_desk", "Tandem"],
    ["outdated_hub", "the hub"],
  ])("%s: the outbox does not promise to send", async (scene, name) => {
    const { desk: shown } = await desk(scene);
    render(Outbox, { desk: shown, close: () => undefined });
    const lead = await screen.findByText(/These stay on this machine/);
    expect(lead.textContent).toContain(`Nothing is sent until ${name} is updated.`);
    expect(screen.queryByText(/automatically/)).toBeNull();
  });

  it.each([
    ["live", "Refund: pressed."],
    ["offline", "Refund: waits until the hub can be reached."],
    ["outdated", "Refund: stays on this machine until the update."],
  ] as const)("a press on a button while %s: %s", (state, words) => {
    const button = { title: "Refund", acts: true, copies: false, opens: false } as ButtonView;
    expect(pressed(button, state)).toBe(words);
  });

  it("counts what only a newer desk can show", async () => {
    const { app } = await desk("newer");
    render(StatusBar, { app, test: () => undefined, outbox: () => undefined });
    expect(screen.getByText(/Update Tandem to see all of 2 conversations/)).toBeTruthy();
  });

  it("tells the hub's time, whatever this machine's clock says", () => {
    clock.ahead = -3_600_000;
    expect(Math.abs(clock.now + 3_600_000 - Date.now())).toBeLessThan(1_000);
    clock.ahead = 0;
  });
});
