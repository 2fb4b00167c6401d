// Maya keeps her own quick replies; Ada, who manages settings, everybody's.
import { render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import LibraryDialog from "../dialogs/LibraryDialog.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";
import { usageOf } from "../words/library";

let host: FakeHost;
const user = userEvent.setup();

async function show(manages: boolean, scene = ""): Promise<void> {
  host = fakeHost(scene);
  const desk = new Desk(host);
  await desk.refresh();
  const me = desk.app?.me;
  if (!desk.app || !me) throw new Error("nobody is signed in");
  const permissions = me.permissions.filter(([permission]) => permission !== "settings.manage");
  desk.app = { ...desk.app, me: { ...me, permissions: manages ? [...permissions, ["settings.manage", "*"]] : permissions } };
  render(LibraryDialog, { desk, close: vi.fn() });
}

const saved = (): unknown[] => host.calls.filter(({ name }) => name.startsWith("library.save")).map(({ request }) => request);
const edit = async (title: string): Promise<void> => user.click(await screen.findByRole("button", { name: `Edit ${title}` }));

describe("one's own quick replies", () => {
  beforeEach(() => show(false));

  it("are changed by everybody, and shared ones are only shown", async () => {
    await edit("Until next time");
    expect(screen.queryByRole("option", { name: "Everybody" })).toBeNull();
    const words = screen.getByLabelText("Words");
    await user.clear(words);
    await user.type(words, "Bye!");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await vi.waitFor(() => expect(saved()).toHaveLength(1));
    expect(saved()[0]).toMatchObject({ id: "bye", shortcut: "bye", texts: { en: "Bye!" }, scope: { type: "mine" }, version: 1 });
    await user.click(await screen.findByRole("button", { name: "Back" }));
    expect(screen.queryByRole("button", { name: "Edit When the refund comes" })).toBeNull();
    expect(screen.queryByRole("button", { name: "New question" })).toBeNull();
    expect(screen.getByText("When the refund comes")).toBeTruthy();
  });

  it("begin private, and a taken shortcut is named while the words stay", async () => {
    await user.click(screen.getByRole("button", { name: "New quick reply" }));
    await vi.waitFor(() => expect(document.activeElement).toBe(screen.getByLabelText("Shortcut")));
    await user.type(screen.getByLabelText("Shortcut"), "refund");
    await user.type(screen.getByLabelText("Title"), "Mine");
    await user.type(screen.getByLabelText("Words"), "Hello");
    await user.click(screen.getByRole("button", { name: "Save" }));
    expect(await screen.findByText(/has the name refund already/)).toBeTruthy();
    expect(screen.getByLabelText<HTMLTextAreaElement>("Words").value).toBe("Hello");
    expect(saved()[0]).toMatchObject({ shortcut: "refund", scope: { type: "mine" }, folder: [] });
  });
});

describe("everybody's library", () => {
  beforeEach(() => show(true));

  it("is searched by words, title and folder", async () => {
    await screen.findByText("When the refund comes");
    for (const [query, count] of [["", 4], ["money", 1], ["werktagen", 1], ["day", 2], ["zzz", 0]] as const) {
      const field = screen.getByRole("searchbox");
      await user.clear(field);
      if (query) await user.type(field, query);
      expect(screen.queryAllByRole("button", { name: /^Edit / })).toHaveLength(count);
    }
    expect(screen.getByText("Nothing matches.")).toBeTruthy();
  });

  it("says what was used, what is due, and what is a draft", async () => {
    const items = await screen.findAllByRole("listitem");
    const line = (title: string): string => items.find((item) => item.textContent?.includes(title))?.textContent ?? "";
    expect(line("When the refund comes")).toMatch(/Review is due.*Everybody · Money \/ Refunds · English, German · used 41 times/s);
    expect(line("Bank details")).toMatch(/Draft.*Northwind · English · not used yet/s);
    expect(line("Until next time")).toContain("Only you");
  });

  it("shows a quick reply by language, as it will be inserted, with its figures and versions", async () => {
    await edit("When the refund comes");
    expect((await screen.findByRole("group", { name: "Preview" })).textContent).toContain("Dear Carmen,");
    expect(screen.getByRole("group", { name: "Usage" }).textContent).toContain("This version, last 30 days: 8 uses, 25 % changed, answered after 1 min 5 s, rated 4.5");
    await user.selectOptions(screen.getByLabelText("Language"), "de");
    expect(screen.getByLabelText<HTMLTextAreaElement>("Words").value).toBe("Das Geld ist in fünf Werktagen da.");
    await user.click(screen.getByRole("button", { name: "Versions" }));
    const versions = await screen.findByRole("list", { name: "Versions" });
    await user.click(within(versions).getByRole("button", { name: "Use these words: version 1" }));
    expect(screen.getByLabelText<HTMLTextAreaElement>("Words").value).toBe("The refund is on its way.");
    expect(saved()).toEqual([]);
  });

  it("names an unknown variable while it is written", async () => {
    await edit("When the refund comes");
    const words = screen.getByLabelText("Words");
    await user.clear(words);
    await user.click(words);
    await user.paste("Dear {{name}}");
    expect((await screen.findByRole("alert")).textContent).toContain("{{name}} at character 6 is not a variable");
  });

  it("keeps what is not saved until it is saved or dropped", async () => {
    await edit("When the refund comes");
    await user.type(screen.getByLabelText("Words"), " Thank you.");
    await user.click(screen.getByRole("button", { name: "Close" }));
    expect(screen.getByRole("alert").textContent).toContain("not saved");
    expect(screen.getByLabelText<HTMLTextAreaElement>("Words").value).toMatch(/Thank you\.$/);
    await user.click(screen.getByRole("button", { name: "Save" }));
    await user.click(await screen.findByRole("button", { name: "Back" }));
    await edit("When the refund comes");
    expect(screen.getByLabelText<HTMLTextAreaElement>("Words").value).toMatch(/Thank you\.$/);
    await user.type(screen.getByLabelText("Title"), "!");
    await user.click(screen.getByRole("button", { name: "Drop the changes" }));
    expect(screen.getByRole("button", { name: "Edit When the refund comes" })).toBeTruthy();
  });

  it("gives a language to a quick reply and a team its brands", async () => {
    await edit("When the refund comes");
    await user.type(screen.getByLabelText("New language"), "fr");
    await user.click(screen.getByRole("button", { name: "Add language" }));
    await user.type(screen.getByLabelText("Words"), "Bonjour");
    await user.selectOptions(screen.getByLabelText("Who sees it"), "team");
    await user.click(screen.getByLabelText("Aerolinx"));
    await user.click(screen.getByLabelText("WhatsApp"));
    await user.click(screen.getByRole("button", { name: "Save" }));
    await vi.waitFor(() => expect(saved()).toHaveLength(1));
    expect(saved()[0]).toMatchObject({ scope: { type: "team", brands: ["northwind", "aerolinx"] }, channels: ["whatsapp"], folder: ["Money", "Refunds"], version: 3 });
    expect(Object.keys((saved()[0] as { texts: object }).texts)).toEqual(["en", "de", "fr"]);
  });

  it("keeps the ids of a question's choices in every language, and says what WhatsApp makes of it", async () => {
    await edit("Which day");
    expect(screen.getByText(/label 1 is longer than 24 characters/)).toBeTruthy();
    await user.click(screen.getByRole("button", { name: "Add a choice" }));
    await user.type(screen.getByLabelText("Choice 3"), "Later");
    await user.type(screen.getByLabelText("New language"), "de");
    await user.click(screen.getByRole("button", { name: "Add language" }));
    await user.type(screen.getByLabelText("Question"), "Welcher Tag?");
    await user.type(screen.getByLabelText("Choice 1"), "Do");
    await user.selectOptions(screen.getByLabelText("Kind"), "review");
    await user.click(screen.getByRole("button", { name: "Save" }));
    await vi.waitFor(() => expect(saved()).toHaveLength(1));
    const { texts, kind } = saved()[0] as { kind: string; texts: Record<string, { choices: { id: string; score: number }[] }> };
    expect(kind).toBe("review");
    expect(texts.de?.choices.map(({ id }) => id)).toEqual(texts.en?.choices.map(({ id }) => id));
    expect(texts.de?.choices.map(({ score }) => score)).toEqual([1, 2, 3]);
  });

  it("says that what was used is retired instead of removed", async () => {
    await edit("When the refund comes");
    await user.click(screen.getByRole("button", { name: "Remove" }));
    await vi.waitFor(() => expect(screen.queryByRole("button", { name: "Edit When the refund comes" })).toBeNull());
    expect(host.calls.some(({ name }) => name === "library.removeReply")).toBe(true);
  });
});

it("needs the hub", async () => {
  await show(true, "offline");
  expect(await screen.findByText(/You are offline. The library is changed at the hub/)).toBeTruthy();
});

it("leaves out of the figures what is not known", () => {
  expect(usageOf({ id: "x", version: 1, uses: 1, edited: 0, editedShare: 0, answered: 0, replyToAnswerMs: null, rated: 0, csat: null })).toBe("1 use, 0 % changed");
});
