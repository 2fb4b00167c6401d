// Maya goes to lunch, and says when she is back.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import AwayDialog from "./AwayDialog.svelte";
import Me from "../rail/Me.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";
import { offered, offers } from "../state/palette";

const user = userEvent.setup();
const close = vi.fn();

async function maya(scene = ""): Promise<{ host: FakeHost; desk: Desk }> {
  const host = fakeHost(scene);
  const desk = new Desk(host);
  await desk.refresh();
  return { host, desk };
}

const said = (host: FakeHost): unknown[] => host.calls.filter(({ name }) => name === "me.setAvailability").map(({ request }) => request);

describe("going away", () => {
  it("is found by the reason, and tells it with the planned return", async () => {
    const { host, desk } = await maya();
    desk.choose("availability");
    const [first] = offered(offers(desk), "lunch");
    first?.run();
    expect(desk.overlay).toBe("away");
    if (!desk.app?.me) throw new Error("nobody is signed in");
    render(AwayDialog, { desk, me: desk.app.me, close });
    expect(screen.getByRole<HTMLInputElement>("radio", { name: "Lunch" }).checked).toBe(true);
    await user.click(screen.getByRole("radio", { name: /In 30 minutes/ }));
    const before = Date.now();
    await user.keyboard("{Control>}{Enter}{/Control}");
    await vi.waitFor(() => expect(close).toHaveBeenCalled());
    const [request] = said(host) as { availability: string; absence: { reason: string; back: string } }[];
    expect([request?.availability, request?.absence.reason]).toEqual(["away", "Lunch"]);
    expect(Math.abs(Date.parse(request?.absence.back ?? "") - before - 1_800_000)).toBeLessThan(60_000);
  });

  it("needs no time", async () => {
    const { host, desk } = await maya();
    desk.goAway("Break");
    if (!desk.app?.me) throw new Error("nobody is signed in");
    render(AwayDialog, { desk, me: desk.app.me, close });
    await user.click(screen.getByRole("button", { name: /Set to away/ }));
    expect(said(host)).toEqual([{ availability: "away", absence: { reason: "Break", back: null } }]);
  });

  it("stands beside the user's name, also when the return is overdue", async () => {
    for (const [scene, words] of [["lunch", /Lunch, back/], ["late", /Lunch, due back/]] as const) {
      const { desk } = await maya(scene);
      if (!desk.app?.me) throw new Error("nobody is signed in");
      const { unmount } = render(Me, { desk, me: desk.app.me });
      expect(screen.getByText(words)).toBeTruthy();
      unmount();
    }
  });
});
