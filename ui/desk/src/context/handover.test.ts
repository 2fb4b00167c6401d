// An agent works with what Your Logic hands over, and hands back.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import ContextPane from "./ContextPane.svelte";
import WordsDialog from "../dialogs/WordsDialog.svelte";
import { fakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";
import { onKey } from "../state/shortcuts";

const user = userEvent.setup();
const close = (): void => undefined;

async function carmen(): Promise<Desk> {
  const desk = new Desk(fakeHost(""));
  await desk.refresh();
  desk.show("carmen");
  await desk.conversation?.refresh();
  return desk;
}

const view = (desk: Desk) => desk.conversation?.view ?? expect.fail("Carmen is open");

describe("the handover", () => {
  it("stands in parts, and its points lead to what was said", async () => {
    const desk = await carmen();
    render(ContextPane, { desk, view: view(desk), me: "maya", floating: false, close });
    expect(screen.getAllByRole("term").map((term) => term.textContent).slice(0, 4)).toEqual(["Wish", "Checked", "Open", "Risk"]);
    await user.click(screen.getByRole("button", { name: "Go to where this was said: Move NW-20418 to next week" }));
    await expect.poll(() => desk.conversation?.target?.key).toBe("carmen:5");
  });

  it("is graded with one key", async () => {
    const desk = await carmen();
    onKey(desk, new KeyboardEvent("keydown", { key: "i", altKey: true }));
    await expect.poll(async () => (await desk.host.rpc("conversation.open", { id: "carmen" })).handover?.graded?.grade).toBe("incomplete");
    await desk.conversation?.refresh();
    render(ContextPane, { desk, view: view(desk), me: "maya", floating: false, close });
    expect(screen.getByRole("button", { name: /^Incomplete/ }).getAttribute("aria-pressed")).toBe("true");
  });
});

describe("handing back", () => {
  it("shows what Your Logic would say, which the agent may say instead", async () => {
    const desk = await carmen();
    let closed = false;
    render(WordsDialog, { desk, view: view(desk), kind: "delegate", close: () => (closed = true) });
    expect(await screen.findByText(/Thursday 09:40 it is/)).toBeTruthy();
    expect(screen.getByText("Changes tags: rebooked")).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Say it myself" }));
    expect(closed).toBe(true);
    expect(desk.conversation?.composer.text).toMatch(/^Good news, Carmen:\n\nThursday 09:40 it is/);
  });
});
