// Maya changes her password.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import Password from "./Password.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";

let host: FakeHost;
let desk: Desk;
const user = userEvent.setup();
const close = vi.fn();

async function show(scene = ""): Promise<void> {
  host = fakeHost(scene);
  desk = new Desk(host);
  await desk.refresh();
  render(Password, { desk, close });
}

async function enter(current: string, fresh: string, again: string): Promise<void> {
  for (const [label, text] of [["Current password", current], ["New password", fresh], ["Repeat new password", again]] as const) {
    const field = screen.getByLabelText(label, { exact: true });
    await user.clear(field);
    if (text) await user.type(field, text);
  }
  await user.click(screen.getByRole("button", { name: "Change password" }));
}

const asked = (): unknown[] => host.calls.filter(({ name }) => name === "me.setPassword").map(({ request }) => request);

describe("changing one's own password", () => {
  beforeEach(async () => {
    close.mockClear();
    await show();
  });

  it("says what is wrong before the hub is asked", async () => {
    for (const [current, fresh, again, words] of [
      ["", "battery staple", "battery staple", "Enter your current password."],
      ["correct horse", "short", "short", "too short: at least 10 characters"],
      ["correct horse", "correct horse", "correct horse", "same as the current one"],
      ["correct horse", "battery staple", "battery stapler", "do not match"],
    ] as const) {
      await enter(current, fresh, again);
      expect(screen.getByRole("alert").textContent).toContain(words);
    }
    expect(asked()).toEqual([]);
  });

  it("asks the hub, says that it is done, and closes", async () => {
    await enter("correct horse", "battery staple", "battery staple");
    await vi.waitFor(() => expect(close).toHaveBeenCalled());
    expect(asked()).toEqual([{ current: "correct horse", new: "battery staple" }]);
    expect(desk.toasts.shown[0]?.text).toBe("Your password is changed.");
  });

  it("says that the current one is wrong, and stays", async () => {
    await enter("wrong-wrong", "battery staple", "battery staple");
    expect((await screen.findByRole("alert")).textContent).toBe("The current password is wrong.");
    expect(document.activeElement).toBe(screen.getByLabelText("Current password"));
    expect(close).not.toHaveBeenCalled();
  });

  it("shows what is written when asked to", async () => {
    expect(screen.getByLabelText("New password").getAttribute("type")).toBe("password");
    await user.click(screen.getByRole("button", { name: "Show the new password" }));
    expect(screen.getByLabelText("New password").getAttribute("type")).toBe("text");
  });
});

describe("offline", () => {
  it("says that the hub is needed", async () => {
    await show("offline");
    expect(screen.getByText(/You are offline/)).toBeTruthy();
    expect((screen.getByRole("button", { name: "Change password" }) as HTMLButtonElement).disabled).toBe(true);
  });
});
