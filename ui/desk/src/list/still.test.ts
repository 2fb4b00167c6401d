// No row moves under the mouse because something else has to be said.
import { render, screen } from "@testing-library/svelte";
import { tick } from "svelte";
import { expect, it, vi } from "vitest";
import App from "../App.svelte";
import { fakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";

vi.mock("svelte/transition", () => ({ fly: () => ({ duration: 0 }) }));

it("what comes when the hub is away, or the list cannot be read, stands below the rows", async () => {
  const host = fakeHost("");
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(0));
  const list = screen.getByRole("region", { name: "My Conversations" });
  const above = (): number => Array.from(list.children).findIndex((child) => child.querySelector("[role=listbox]") !== null || child.matches("[role=listbox]"));
  const before = above();
  expect(before).toBeGreaterThan(0);
  host.network(false);
  expect(await screen.findByText(/^As of/)).toBeTruthy();
  desk.list.problem = { code: "desk.cache", message: "The cache on this machine failed." };
  await tick();
  expect(screen.getByText("The cache on this machine failed.")).toBeTruthy();
  expect(above()).toBe(before);
});
