// Maya gives the list and the context the room that she wants, on this machine.
import { fireEvent, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import App from "../App.svelte";
import { fakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";

const user = userEvent.setup();

beforeEach(() => {
  localStorage.clear();
  resize(1440, 900);
});

function resize(width: number, height: number): void {
  Object.assign(window, { innerWidth: width, innerHeight: height });
  window.dispatchEvent(new Event("resize"));
}

async function start(): Promise<Desk> {
  const desk = new Desk(fakeHost());
  render(App, { desk });
  await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(0));
  desk.show("carmen");
  await screen.findByRole("textbox", { name: "Message" });
  return desk;
}

const line = (pane: "list" | "context"): HTMLElement => screen.getByRole("separator", { name: `Width of the ${pane}` });
const value = (pane: "list" | "context", which: "now" | "min" | "max" = "now"): number => Number(line(pane).getAttribute(`aria-value${which}`));

describe("the line between two panes", () => {
  it("moves with the arrows, each pane its own way, and is kept for the next start", async () => {
    const desk = await start();
    const [list, context] = [desk.panes.width("list"), desk.panes.width("context")];
    line("list").focus();
    await user.keyboard("{ArrowRight}{ArrowRight}{ArrowLeft}");
    line("context").focus();
    await user.keyboard("{ArrowLeft}");
    expect([desk.panes.width("list"), desk.panes.width("context")]).toEqual([list + 1, context + 1]);
    expect(document.querySelector<HTMLElement>(".window")?.style.getPropertyValue("--list")).toBe(`${list + 1}rem`);
    const next = new Desk(fakeHost());
    expect(next.panes.width("list")).toBeCloseTo(list + 1);
  });

  it("has limits that leave the conversation its room, and says where it stands between them", async () => {
    const desk = await start();
    for (const pane of ["list", "context"] as const) {
      line(pane).focus();
      await user.keyboard("{End}");
      expect(value(pane)).toBe(value(pane, "max"));
      await user.keyboard("{ArrowRight}{ArrowLeft}{Home}");
      expect(value(pane)).toBe(value(pane, "min"));
      await user.keyboard("{End}");
    }
    const beside = desk.panes.width("list") + desk.panes.width("context") + 15.5;
    expect(1440 / 16 - beside).toBeGreaterThanOrEqual(22);
  });

  it("gives way in a small window and comes back in a large one", async () => {
    const desk = await start();
    desk.panes.choose("list", 30);
    resize(1000, 900);
    expect(desk.panes.width("list")).toBeLessThan(30);
    resize(1440, 900);
    expect(desk.panes.width("list")).toBe(30);
  });

  it("is dragged without taking the focus from the words, and reset by a double click or Enter", async () => {
    const desk = await start();
    const usual = desk.panes.width("list");
    const field = screen.getByRole("textbox", { name: "Message" });
    field.focus();
    await fireEvent.pointerDown(line("list"), { button: 0, clientX: 500 });
    await fireEvent.pointerMove(line("list"), { clientX: 532 });
    await fireEvent.pointerUp(line("list"));
    await fireEvent.pointerMove(line("list"), { clientX: 900 });
    expect(desk.panes.width("list")).toBe(usual + 2);
    expect(document.activeElement).toBe(field);
    await fireEvent.dblClick(line("list"));
    expect(desk.panes.width("list")).toBe(usual);
    desk.panes.step("list", 1);
    line("list").focus();
    await user.keyboard("{Enter}");
    expect(desk.panes.width("list")).toBe(usual);
    expect(localStorage.getItem("tandem.pane.list")).toBeNull();
  });
});
