// A start that takes long says what it waits for, and what one can do.
import { render, screen } from "@testing-library/svelte";
import { afterEach, beforeEach, expect, it, vi } from "vitest";
import App from "../App.svelte";
import { fakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("a long start names the keychain first, then a way out", async () => {
  render(App, { desk: new Desk(fakeHost("opening")) });
  expect(screen.getByText("Opening your desk …")).toBeTruthy();
  expect(screen.queryByText(/keychain/)).toBeNull();
  await vi.advanceTimersByTimeAsync(5_000);
  expect(screen.getByText(/keychain/).closest("[role=status]")).toBeTruthy();
  expect(screen.queryByText(/quit Tandem/)).toBeNull();
  await vi.advanceTimersByTimeAsync(25_000);
  expect(screen.getByText(/quit Tandem/)).toBeTruthy();
});

it("a short start says nothing of it", async () => {
  render(App, { desk: new Desk(fakeHost()) });
  await vi.advanceTimersByTimeAsync(60_000);
  expect(screen.queryByText(/keychain/)).toBeNull();
  expect(screen.getByRole("heading", { name: "My Conversations" })).toBeTruthy();
});
