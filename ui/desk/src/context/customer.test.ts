// What stands beside a conversation about its customer: copied by a click, edited, tagged.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import ContextPane from "./ContextPane.svelte";
import { fakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";

const user = userEvent.setup();

async function at(id: string): Promise<Desk> {
  const desk = new Desk(fakeHost());
  await desk.refresh();
  desk.show(id);
  await desk.conversation?.refresh();
  const view = desk.conversation?.view ?? expect.fail(`${id} is open`);
  render(ContextPane, { desk, view, me: "maya", floating: false, close: () => undefined });
  return desk;
}

const said = (desk: Desk): string[] => desk.toasts.shown.map(({ text }) => text);

describe("what is known of a customer", () => {
  it("is copied by a click", async () => {
    const desk = await at("carmen");
    await user.click(screen.getByRole("button", { name: "Copy E-mail: carmen@menzel.example" }));
    await vi.waitFor(() => expect(said(desk)).toEqual(["E-mail copied."]));
    expect(await navigator.clipboard.readText()).toBe("carmen@menzel.example");
    await user.click(screen.getByRole("button", { name: "Copy Booking: NW-20418" }));
    await vi.waitFor(() => expect(said(desk)).toContain("Booking copied."));
  });

  it("can still be selected in part", async () => {
    const desk = await at("carmen");
    const selected = vi.spyOn(window, "getSelection").mockReturnValue({ toString: () => "menzel" } as Selection);
    await user.click(screen.getByRole("button", { name: "Copy E-mail: carmen@menzel.example" }));
    expect(said(desk)).toEqual([]);
    selected.mockRestore();
  });

  it("is edited, and tagged, in dialogs whose keys stand beside them", async () => {
    const desk = await at("carmen");
    await user.click(screen.getByRole("button", { name: /^Edit the customer/ }));
    expect(desk.overlay).toBe("editCustomer");
    await user.click(screen.getByRole("button", { name: /^Edit tags/ }));
    expect(desk.overlay).toBe("tags");
  });

  it("offers nothing to somebody who only reads", async () => {
    await at("aiko");
    expect(screen.queryByRole("button", { name: /^(Edit|Add tags)/ })).toBeNull();
  });
});
