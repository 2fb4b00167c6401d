// Maya finds emoji by their names, without leaving the field.
import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import App from "../App.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";
import { begun, closed, emoji, fitting } from "../words/emoji";

const user = userEvent.setup();

async function start(): Promise<{ desk: Desk; host: FakeHost; field: HTMLTextAreaElement }> {
  const host = fakeHost();
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(0));
  desk.show("carmen");
  const field = await screen.findByRole<HTMLTextAreaElement>("textbox", { name: "Message" });
  await user.clear(field);
  return { desk, host, field };
}

const listed = (): Promise<HTMLElement> => screen.findByRole("listbox", { name: "Emoji" });
const sent = (host: FakeHost): unknown[] => host.calls.filter(({ name }) => name === "conversation.send");

describe("emoji", () => {
  it("are offered after a colon and two letters, chosen by arrows, and sent only by the next Enter", async () => {
    const { host, field } = await start();
    await user.type(field, "Great :t");
    expect(screen.queryByRole("listbox", { name: "Emoji" })).toBeNull();
    await user.type(field, "humbs");
    const list = await listed();
    expect(field.getAttribute("aria-activedescendant")).toBe(within(list).getAllByRole("option")[0]?.id);
    await user.keyboard("{ArrowDown}{ArrowUp}{Enter}");
    expect(field.value).toBe("Great 👍");
    expect(screen.queryByRole("listbox", { name: "Emoji" })).toBeNull();
    expect(sent(host)).toEqual([]);
  });

  it("leave the text as it is after Esc, until the next colon", async () => {
    const { field } = await start();
    await user.type(field, ":smi");
    await listed();
    await user.keyboard("{Escape}l");
    expect([field.value, screen.queryByRole("listbox", { name: "Emoji" })]).toEqual([":smil", null]);
    expect(document.activeElement).toBe(field);
    await user.type(field, " :tada");
    await user.keyboard("{Tab}");
    await vi.waitFor(() => expect(field.value).toBe(":smil 🎉"));
  });

  it("stand at once where a whole name is closed with a colon", async () => {
    const { field } = await start();
    await user.type(field, "Done :tad");
    await listed();
    await user.type(field, "a: thanks");
    await vi.waitFor(() => expect(field.value).toBe("Done 🎉 thanks"));
  });

  it("wait for a key that comes before they are read", async () => {
    const { host, field } = await start();
    await user.type(field, ":tada{Enter}");
    await vi.waitFor(() => expect(field.value).toBe("🎉"));
    expect(sent(host)).toEqual([]);
  });

  it("are offered by their button, too, and searched without a colon", async () => {
    const { field } = await start();
    await user.click(screen.getByRole("button", { name: "Emoji" }));
    expect(within(await listed()).getAllByRole("option")).toHaveLength(8);
    await user.type(field, "roc");
    await vi.waitFor(() => expect(within(screen.getByRole("listbox", { name: "Emoji" })).getByText("rocket")).toBeTruthy());
    await user.click(screen.getByText("rocket"));
    expect(field.value).toBe("🚀");
  });
});

describe("an emoji's name", () => {
  it("begins with a colon that is no clock's and no address's", () => {
    const at = (text: string): string | undefined => begun(text, text.length)?.typed;
    expect([at(":sm"), at("a :sm"), at("(:sm"), at(":s"), at("10:30"), at("https://ab"), at("Preis:ab"), at("::ab"), at(": sm")]).toEqual(["sm", "sm", "sm", undefined, undefined, undefined, undefined, undefined, undefined]);
  });

  it("is found by name, its beginning, or a word of the window's language", async () => {
    const [english, german] = [await emoji("en"), await emoji("de")];
    const first = (all: typeof english, typed: string): string | undefined => fitting(all, typed, 8)[0]?.emoji;
    expect(["hear", "+1", "thumbsup", "rocke", "party"].map((typed) => first(english, typed))).toEqual(["❤️", "👍", "👍", "🚀", "🥳"]);
    expect(["daumen", "rakete", "thumbsup"].map((typed) => first(german, typed))).toEqual(["👍", "🚀", "👍"]);
    expect(fitting(english, "zzzz", 8)).toEqual([]);
    expect(closed(":nope:", 6, english)).toBeNull();
    expect(closed("see :tada:", 10, english)).toEqual({ at: 4, emoji: "🎉" });
  });
});
