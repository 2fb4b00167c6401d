// What colleagues want of Maya stands in one place.
import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import App from "../App.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";
import { offered, offers } from "../state/palette";

const user = userEvent.setup();

async function start(scene: string): Promise<{ desk: Desk; host: FakeHost }> {
  const host = fakeHost(scene);
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(0));
  return { desk, host };
}

describe("what colleagues want", () => {
  it("has its place in the rail with a count, a key and a command", async () => {
    const { desk } = await start("mentioned");
    expect(screen.getByTestId("section-count-inbox").textContent).toBe("3");
    await user.click(screen.getByRole("link", { name: "For you" }));
    expect(desk.overlay).toBe("inbox");
    desk.overlay = null;
    await tick();
    await user.keyboard("{Alt>}6{/Alt}");
    expect(desk.overlay).toBe("inbox");
    await vi.waitFor(() => expect(document.activeElement?.closest("[data-testid=inbox-line]")).toBeTruthy());
    desk.overlay = null;
    offered(offers(desk), "inbox")[0]?.run();
    expect(desk.overlay).toBe("inbox");
  });

  it("says who wants what, invitations first, and leads there", async () => {
    const { desk, host } = await start("mentioned");
    desk.overlay = "inbox";
    const [transfer, mention] = await screen.findAllByTestId("inbox-line");
    if (!transfer || !mention) throw new Error("two lines");
    expect(transfer.textContent).toMatch(/Priya Nair transfers Aiko Tanabe to you.*I do not speak Japanese.*1:\d\d left/s);
    expect(mention.textContent).toMatch(/Priya Nair mentions you: Carmen Menzel.*refund the second bag/s);
    await user.click(within(transfer).getByRole("button", { name: /^Decline/ }));
    expect(host.calls.filter(({ name }) => name === "conversation.decline").map(({ request }) => request)).toEqual([{ id: "aiko" }]);
    await user.click(within(await screen.findByText(/mentions you: Carmen/).then((line) => line.closest("li") as HTMLElement)).getByRole("button", { name: /^Open/ }));
    expect(desk).toMatchObject({ overlay: null, conversation: { id: "carmen" } });
  });

  it("is nothing most of the time", async () => {
    const { desk, host } = await start("");
    host.samples.forEach(({ view }) => (view.row.invited = false));
    desk.overlay = "inbox";
    expect(await screen.findByText("Nothing. Mentions and invitations appear here.")).toBeTruthy();
  });
});
