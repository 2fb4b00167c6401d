// Maya writes English, Carmen reads Portuguese.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it } from "vitest";
import Composer from "./Composer.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { OpenConversation } from "../state/conversation.svelte";
import { Desk } from "../state/desk.svelte";

const MINE = "Good news, Carmen: ";
const THEIRS = "Boas notícias: o voo das 09:40 de quinta-feira ainda tem lugar à janela.";
let host: FakeHost;
const user = userEvent.setup();
const field = (): HTMLTextAreaElement => screen.getByRole("textbox");
const sent = (): number => host.calls.filter((call) => call.name === "conversation.send").length;

async function compose(scene: string, offline = false): Promise<void> {
  host = fakeHost(scene);
  const desk = new Desk(host);
  await desk.refresh();
  const open = new OpenConversation(host, "carmen");
  await open.refresh();
  if (!open.view) throw new Error("no view");
  render(Composer, { desk, view: open.view, composer: open.composer, offline, leave: null });
  field().focus();
}

describe("a reply in the customer's language", () => {
  it("is a proposal that the agent takes, and gives back, with one key", async () => {
    await compose("foreign");
    await user.keyboard("{Control>}t{/Control}");
    await screen.findByRole("button", { name: /Use this translation/ });
    expect(screen.getByRole("status", { name: "Translation" }).textContent).toContain("in Portuguese");
    expect(screen.getByText(THEIRS).getAttribute("lang")).toBe("pt");
    expect(field().value).toBe(MINE);
    await user.keyboard("{Control>}t{/Control}");
    expect(field().value).toBe(THEIRS);
    await user.keyboard("{Control>}t{/Control}");
    expect(field().value).toBe(MINE);
    expect(sent()).toBe(0);
  });

  it("is not offered where the agent reads the customer's language", async () => {
    await compose("");
    expect(screen.queryByRole("button", { name: "Translate" })).toBeNull();
    await user.keyboard("{Control>}t{/Control}");
    expect(host.calls.some(({ name }) => name === "conversation.translateReply")).toBe(false);
  });

  it("says why there is none, and keeps the agent's words", async () => {
    await compose("foreign");
    host.refuse.set("conversation.translateReply", { code: "translate.failed", message: "Your Logic did not translate this." });
    await user.keyboard("{Control>}t{/Control}");
    expect(await screen.findByText("Your Logic did not translate this.")).toBeTruthy();
    expect(field().value).toBe(MINE);
  });

  it("waits for the connection", async () => {
    await compose("foreign", true);
    expect(screen.getByRole("button", { name: "Translate" }).hasAttribute("disabled")).toBe(true);
  });
});
