// The palette is there at once, and everything in it can be reached.
import { fireEvent, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import Palette from "./Palette.svelte";
import { fakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";
import { grouped, offers } from "../state/palette";

const user = userEvent.setup();

async function open(): Promise<Desk> {
  const desk = new Desk(fakeHost(""));
  await desk.refresh();
  render(Palette, { desk, close: vi.fn() });
  return desk;
}

const lines = (): string[] => screen.getAllByRole("option").map((line) => line.id);
const chosen = (): string | null => screen.getByRole("combobox").getAttribute("aria-activedescendant");

describe("the palette", () => {
  it("begins with as many lines as fit, and has the others when it is scrolled", async () => {
    const desk = await open();
    const all = offers(desk).length;
    expect(all).toBeGreaterThan(30);
    expect(lines()).toHaveLength(20);
    await fireEvent.scroll(screen.getByRole("listbox"));
    expect(lines()).toHaveLength(all);
  });

  it("leads by arrows through every line as they stand, and round to the last", async () => {
    const desk = await open();
    const all = grouped(offers(desk)).map(({ group, id }) => `offer-${group}-${id}`);
    await user.keyboard("{ArrowUp}");
    expect(chosen()).toBe(all.at(-1));
    expect(lines()).toEqual(all);
    await user.keyboard("{ArrowDown}{ArrowDown}");
    expect(chosen()).toBe(all[1]);
  });

  it("finds by words what was not on the page", async () => {
    const desk = await open();
    const last = grouped(offers(desk)).at(-1);
    if (!last) throw new Error("an offer");
    expect(lines()).not.toContain(`offer-${last.group}-${last.id}`);
    await user.keyboard(last.label);
    expect(lines()).toContain(`offer-${last.group}-${last.id}`);
  });
});
