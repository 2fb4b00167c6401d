// Maya asks for better words.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import Composer from "./Composer.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { OpenConversation } from "../state/conversation.svelte";
import { Desk } from "../state/desk.svelte";

const BETTER = "Good news, Carmen: the 09:40 on Thursday still has a window seat.";
let host: FakeHost;
const user = userEvent.setup();
const field = (): HTMLTextAreaElement => screen.getByRole("textbox");
const offer = (): HTMLElement | null => screen.queryByRole("status", { name: "Rewrite" });
const sent = (): number => host.calls.filter((call) => call.name === "conversation.send").length;

async function compose(scene = "", offline = false): Promise<void> {
  host = fakeHost(scene);
  const desk = new Desk(host);
  await desk.refresh();
  const open = new OpenConversation(host, "carmen");
  await open.refresh();
  if (!open.view) throw new Error("no view");
  render(Composer, { desk, view: open.view, composer: open.composer, offline, leave: null });
  if (!offline) await user.type(field(), "940 thursday");
}

describe("better words", () => {
  it("stand beside the agent's own and are taken by the agent alone", async () => {
    await compose();
    await user.click(screen.getByRole("button", { name: "Improve" }));
    await screen.findByRole("button", { name: /Use this wording/ });
    expect(field().value).toBe("Good news, Carmen: 940 thursday");
    expect(offer()?.querySelector("del")?.textContent).toBe("940 thursday");
    expect(offer()?.querySelector("ins")?.textContent).toContain("window seat");
    await user.keyboard("{Control>}i{/Control}");
    expect(field().value).toBe(BETTER);
    await user.click(screen.getByRole("button", { name: "Back to mine" }));
    expect(field().value).toBe("Good news, Carmen: 940 thursday");
    expect(offer()).toBeNull();
    expect(sent()).toBe(0);
  });

  it("are gone as soon as the agent writes on, or puts them aside", async () => {
    await compose();
    await user.keyboard("{Control>}i{/Control}");
    await screen.findByRole("button", { name: /Use this wording/ });
    await user.type(field(), "!");
    expect(offer()).toBeNull();
    await user.keyboard("{Control>}i{/Control}");
    await screen.findByRole("button", { name: /Use this wording/ });
    await user.keyboard("{Escape}");
    expect(offer()).toBeNull();
    expect(field().value).toBe("Good news, Carmen: 940 thursday!");
  });

  it("that come too late are not shown", async () => {
    await compose();
    let answer = (): void => undefined;
    const rpc = host.rpc.bind(host);
    vi.spyOn(host, "rpc").mockImplementation(async (name, request) => {
      if (name === "conversation.improve") await new Promise<void>((resolve) => (answer = resolve));
      return rpc(name, request);
    });
    await user.keyboard("{Control>}i{/Control}");
    expect(offer()?.textContent).toContain("Improving the wording");
    await user.type(field(), " 2");
    answer();
    await vi.waitFor(() => expect(host.calls.some((call) => call.name === "conversation.improve")).toBe(true));
    expect(offer()).toBeNull();
  });

  it("say why there are none", async () => {
    await compose();
    host.refuse.set("conversation.improve", { code: "improve.failed", message: "Your Logic cannot be reached" });
    await user.keyboard("{Control>}i{/Control}");
    await vi.waitFor(() => expect(offer()?.textContent).toContain("Your Logic cannot be reached"));
    expect(field().value).toBe("Good news, Carmen: 940 thursday");
    await user.click(screen.getByRole("button", { name: "Ask again" }));
    await screen.findByRole("button", { name: /Use this wording/ });
  });

  it("are not offered where nobody can be asked, and not asked for while offline", async () => {
    await compose("no_improve");
    expect(screen.queryByRole("button", { name: "Improve" })).toBeNull();
    await user.keyboard("{Control>}i{/Control}");
    expect(offer()).toBeNull();
  });

  it("wait for the connection", async () => {
    await compose("", true);
    expect(screen.getByRole("button", { name: "Improve" }).hasAttribute("disabled")).toBe(true);
    await user.keyboard("{Control>}i{/Control}");
    expect(offer()).toBeNull();
  });
});
