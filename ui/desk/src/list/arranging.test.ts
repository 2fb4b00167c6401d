// Maya arranges her lists, each in its own way.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { ListGroup } from "$shared/types";
import App from "../App.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";
import { AS_USUAL, headingOf } from "../words/arranging";

const user = userEvent.setup();

async function start(scene = ""): Promise<{ desk: Desk; host: FakeHost }> {
  const host = fakeHost(scene);
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(0));
  return { desk, host };
}

describe("arranging a list", () => {
  it("changes this section alone, and is kept with the settings", async () => {
    const { desk, host } = await start();
    desk.focus.list();
    await user.keyboard("v");
    expect(desk.overlay).toBe("arrange");
    await user.click(await screen.findByRole("radio", { name: "By name" }));
    await vi.waitFor(() => expect(desk.app?.settings.lists.my.order).toBe("name"));
    expect(desk.app?.settings.lists.help).toEqual(AS_USUAL);
    expect(host.calls.filter(({ name }) => name === "settings.set")).toHaveLength(1);
    await vi.waitFor(() => {
      const names = desk.list.rows.map((row) => row?.name ?? "");
      expect(names).toEqual(names.toSorted((a, b) => a.localeCompare(b)));
    });
    desk.overlay = null;
    expect(await screen.findByText(/^By name/, { selector: ".arranged" })).toBeTruthy();
    await vi.waitFor(() => expect(screen.queryByRole("dialog")).toBeNull());
    await user.click(screen.getByRole("button", { name: "Reset" }));
    await vi.waitFor(() => expect(desk.app?.settings.lists.my).toEqual(AS_USUAL));
  });

  it("names each group by what its rows have in common", async () => {
    const { host } = await start();
    const by = (group: ListGroup): (string | null)[] => host.samples.slice(0, 5).map(({ view }) => headingOf(view.row, { ...AS_USUAL, group }));
    expect(new Set(by("channel"))).toEqual(new Set(["Web chat", "WhatsApp"]));
    expect(by("state")).toContain("Help needed");
    expect(by("language")).toContain("Japanese");
    expect(new Set(by("brand"))).toEqual(new Set(["Northwind Travel"]));
    expect(by("agent")).toEqual(expect.arrayContaining(["Maya Ortiz", "No agent"]));
    expect(by("reason")).toEqual(expect.arrayContaining(["Parcel cannot be found", "No help needed"]));
    expect(headingOf(host.samples[0]?.view.row, AS_USUAL)).toBeNull();
  });
});
