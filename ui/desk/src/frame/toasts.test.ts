// Words in the corner, and what can be copied from them.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import Toasts from "./Toasts.svelte";
import { Toasts as Shown } from "../state/toasts.svelte";

// happy-dom ends animations with an error.
vi.mock("svelte/transition", () => ({ fly: () => ({ duration: 0 }) }));

describe("a toast with an address", () => {
  it("goes once it is copied", async () => {
    const user = userEvent.setup();
    const toasts = new Shown();
    render(Toasts, { toasts });
    toasts.say("bad", "No browser opened it.", "https://ferries.example/");
    await user.click(await screen.findByRole("button", { name: "Copy" }));
    expect(await navigator.clipboard.readText()).toBe("https://ferries.example/");
    await vi.waitFor(() => expect(toasts.shown).toEqual([]));
  });

  it("stays where the clipboard refuses, says so, and has its text selected", async () => {
    const user = userEvent.setup();
    const toasts = new Shown();
    render(Toasts, { toasts });
    vi.spyOn(navigator.clipboard, "writeText").mockRejectedValue(new DOMException("no", "NotAllowedError"));
    toasts.say("bad", "No browser opened it.", "https://ferries.example/");
    await user.click(await screen.findByRole("button", { name: "Copy" }));
    expect(await screen.findByText("It could not be copied. Press Ctrl+C.")).toBeTruthy();
    expect(getSelection()?.toString()).toBe("https://ferries.example/");
    expect(toasts.shown).toHaveLength(1);
  });
});
