// Maya's hands on the whole window: where words go, and how many keys the acts of a day take.
import { readFileSync } from "node:fs";
import { cleanup, render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { tick } from "svelte";
import { describe, expect, it, vi } from "vitest";
import App from "../App.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "./desk.svelte";

vi.mock("svelte/transition", () => ({ fly: () => ({ duration: 0 }) }));

const user = userEvent.setup();
const at = (): string => document.activeElement?.getAttribute("data-focus") ?? document.activeElement?.getAttribute("data-testid") ?? document.activeElement?.tagName ?? "";
const field = (): HTMLTextAreaElement => screen.getByRole<HTMLTextAreaElement>("textbox", { name: "Message" });

async function start(scene = ""): Promise<{ desk: Desk; host: FakeHost }> {
  const host = fakeHost(scene);
  const desk = new Desk(host);
  render(App, { desk });
  await vi.waitFor(() => expect(desk.list.rows.length).toBeGreaterThan(0));
  await vi.waitFor(() => expect(at()).toBe("list"));
  return { desk, host };
}

function resize(width: number): void {
  Object.assign(window, { innerWidth: width });
  window.dispatchEvent(new Event("resize"));
}

/** Opens it, with the focus in the list. */
async function select({ desk }: { desk: Desk }, id: string): Promise<void> {
  desk.focus.acted();
  desk.show(id);
  await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
  await tick();
}

const calls = (host: FakeHost, name: string): unknown[] => host.calls.filter((call) => call.name === name).map(({ request }) => request);

describe("words", () => {
  it("go to the open customer, not to a stranger, when the focus is on the messages or nowhere", async () => {
    for (const where of ["transcript", "nowhere"]) {
      const { desk, host } = await start();
      await select({ desk }, "carmen");
      if (where === "transcript") screen.getByTestId("transcript").focus();
      else await user.click(document.body);
      await user.keyboard("No problem, I am on it");
      expect(field().value).toBe("Good news, Carmen: No problem, I am on it");
      expect(desk.conversation?.id).toBe("carmen");
      expect(calls(host, "conversation.join")).toEqual([]);
      cleanup();
    }
  });

  it("come from the library, by the palette, too", async () => {
    const { desk } = await start();
    await select({ desk }, "carmen");
    await user.keyboard("{Control>}k{/Control}canned{Enter}");
    await screen.findByRole("listbox", { name: "Quick replies and questions" });
    await vi.waitFor(() => expect(document.activeElement).toBe(field()));
    await user.keyboard("working{Enter}");
    await vi.waitFor(() => expect(field().value).toBe("Good news, Carmen: I'm working on it and will be right back with you."));
  });

  it("that are cut off by a vanishing field are neither text nor commands", async () => {
    const { desk, host } = await start();
    await select({ desk }, "jonas");
    field().focus();
    await user.keyboard("Hal");
    host.samples.forEach(({ view }) => view.row.id === "jonas" && (view.row.engaged = []));
    host.tell({ type: "conversation", id: "jonas" });
    await vi.waitFor(() => expect(screen.queryByRole("textbox", { name: "Message" })).toBeNull());
    await user.keyboard("lo hen");
    expect(desk).toMatchObject({ overlay: null, conversation: { id: "jonas" } });
    expect(calls(host, "conversation.join")).toEqual([]);
    await user.keyboard("{Escape}");
    await vi.waitFor(() => expect(at()).toBe("list"));
  });

  it("that are cut off by a forced sign-out are no e-mail address", async () => {
    const { desk, host } = await start();
    await select({ desk }, "carmen");
    field().focus();
    await user.keyboard("Your passwor");
    const { rpc } = host;
    const connection = { state: "signed_out", hub: "https://hub.northwind.example", reason: "Your sign-in has ended: sign in again." };
    host.rpc = (async (...asked: Parameters<typeof rpc>) =>
      asked[0] === "app.state" ? { ...desk.app, me: null, connection } : rpc.apply(host, asked)) as typeof rpc;
    host.tell({ type: "app" });
    const email = await screen.findByRole<HTMLInputElement>("textbox", { name: "E-mail" });
    await user.keyboard("d change");
    expect([email.value, document.activeElement]).toEqual(["", document.body]);
    expect(screen.getByText(/Your sign-in has ended/)).toBeTruthy();
    await user.click(email);
    await user.keyboard("maya@northwind.example");
    expect(email.value).toBe("maya@northwind.example");
  });

  it("written at once after joining wait for the field, and ask for no help", async () => {
    const { desk, host } = await start();
    await select({ desk }, "order");
    await user.keyboard("aHelp");
    await vi.waitFor(() => expect(at()).toBe("message"));
    expect(desk.overlay).toBeNull();
    expect(calls(host, "conversation.join")).toHaveLength(1);
    await user.keyboard("Hello");
    expect(field().value).toContain("Hello");
  });
});

describe("letters typed while N looks for its call", () => {
  it.each(["list", "message"])("are no commands and reach no other conversation, with the focus in the %s", async (place) => {
    const { desk, host } = await start();
    await select({ desk }, "carmen");
    if (place === "message") {
      await user.keyboard("r");
      await vi.waitFor(() => expect(at()).toBe("message"));
    }
    const draft = desk.conversation?.composer.text;
    let found = (): void => undefined;
    const looking = new Promise<void>((done) => (found = done));
    const rows = desk.rows.bind(desk);
    vi.spyOn(desk, "rows").mockImplementationOnce((section, most) => looking.then(() => rows(section, most)));
    // From a field, by the commands.
    if (place === "message") void desk.next();
    else await user.keyboard("n");
    await user.keyboard("He is here{Enter}e");
    expect(desk.overlay).toBeNull();
    expect(desk.conversation?.id).toBe("carmen");
    expect(desk.conversation?.composer.text).toBe(draft);
    expect(calls(host, "conversation.send")).toEqual([]);
    found();
    await vi.waitFor(() => expect(desk.conversation?.id).not.toBe("carmen"));
    await vi.waitFor(() => expect(at()).toBe("message"));
    await user.keyboard("Hello");
    expect(field().value).toBe("");
    await user.keyboard("{Tab}Hello");
    expect(field().value).toBe("Hello");
  });
});

describe("a letter that can do nothing", () => {
  it.each([
    ["w", "Only supervisors see who was notified."],
    ["d", "You are not invited to this conversation."],
    ["a", "You are in this conversation already."],
  ])("says why: %s", async (letter, why) => {
    const { desk, host } = await start();
    if (desk.app) desk.app = { ...desk.app, counts: { ...desk.app.counts, all: null } };
    host.samples.forEach(({ view }) => (view.buttons = []));
    await select({ desk }, "carmen");
    desk.focus.list();
    await tick();
    await user.keyboard(letter);
    await vi.waitFor(() => expect(desk.toasts.shown.map(({ text }) => text)).toEqual([why]));
    expect(desk.overlay).toBeNull();
  });
});

describe("a letter in the list", () => {
  it("acts on the open conversation, whose row is marked, after the filter was left", async () => {
    const { desk } = await start();
    await select({ desk }, "carmen");
    desk.focus.list();
    await tick();
    await user.keyboard("f");
    expect(at()).toBe("filter");
    await user.keyboard("{Escape}i");
    await vi.waitFor(() => expect(desk.overlay).toBe("invite"));
  });

  it("does nothing to a conversation that is neither in the list nor on screen", async () => {
    const { desk, host } = await start();
    await select({ desk }, "carmen");
    resize(700);
    desk.inside = false;
    await tick();
    host.samples.splice(host.samples.findIndex(({ view }) => view.row.id === "carmen"), 1);
    host.tell({ type: "lists" });
    await vi.waitFor(() => expect(desk.list.indexOf("carmen")).toBe(-1));
    desk.focus.list();
    await tick();
    await user.keyboard("c");
    await vi.waitFor(() => expect(desk.toasts.shown.map(({ text }) => text)).toEqual(["No conversation is selected. ↓ selects one."]));
    expect(desk).toMatchObject({ overlay: null, inside: false });
    resize(1440);
  });

  it("says why in a section where nothing is selected", async () => {
    const { desk } = await start();
    await select({ desk }, "carmen");
    await user.keyboard("{Alt>}3{/Alt}");
    await vi.waitFor(() => expect(desk.list.section).toBe("left"));
    await vi.waitFor(() => expect(desk.list.loaded).toBe(true));
    await vi.waitFor(() => expect(at()).toBe("list"));
    await user.keyboard("i");
    await vi.waitFor(() => expect(desk.toasts.shown.map(({ text }) => text)).toEqual(["No conversation is selected. ↓ selects one."]));
    expect(desk.overlay).toBeNull();
  });
});

describe("the focus", () => {
  it("stays in the list while conversations are read, also of those that I may answer", async () => {
    const { desk } = await start();
    await user.keyboard("j{Enter}j{Enter}");
    await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
    await tick();
    expect(at()).toBe("list");
  });

  it("goes into the field with R, and back with Esc", async () => {
    const { desk } = await start();
    await select({ desk }, "carmen");
    await user.keyboard("r");
    await vi.waitFor(() => expect(at()).toBe("message"));
    await user.keyboard("{Escape}");
    await vi.waitFor(() => expect(at()).toBe("list"));
  });

  it("is not taken back by what ends later: a sent reply, a note, a refused file", async () => {
    const { desk, host } = await start();
    await select({ desk }, "carmen");
    const { rpc } = host;
    for (const [where, leaves] of [["list", "{Escape}"], ["list", "{Escape}{Alt>}{ArrowDown}{/Alt}"], ["search", "{Escape}/"]] as const) {
      field().focus();
      let arrives = (): void => undefined;
      const answered = new Promise<void>((resolve) => (arrives = resolve));
      host.rpc = (async (...asked: Parameters<typeof rpc>) => {
        if (asked[0] === "conversation.send") await answered;
        return rpc.apply(host, asked);
      }) as typeof rpc;
      await user.keyboard("Done{Enter}");
      await user.keyboard(leaves);
      await tick();
      const before = document.activeElement;
      arrives();
      await vi.waitFor(() => expect(desk.conversation?.composer.sending).toBe(false));
      await new Promise((resolve) => setTimeout(resolve, 20));
      expect(document.activeElement, where).toBe(before);
      expect(at(), where).not.toBe("message");
      host.rpc = rpc;
      await select({ desk }, "carmen");
    }
  });

  it("goes into the list with a section", async () => {
    const { desk } = await start();
    await select({ desk }, "carmen");
    field().focus();
    await user.keyboard("{Alt>}2{/Alt}");
    await vi.waitFor(() => expect(at()).toBe("list"));
    expect(desk.list.section).toBe("help");
    await user.keyboard("order");
    expect(field().value).toBe("Good news, Carmen: ");
  });

  it("comes back from dialogs to where it was, also from one that was opened in another", async () => {
    const { desk } = await start();
    await select({ desk }, "carmen");
    for (const where of ["message", "list"]) {
      document.querySelector<HTMLElement>(`[data-focus=${where}]`)?.focus();
      await user.keyboard("{Control>}k{/Control}");
      await vi.waitFor(() => expect(desk.overlay).toBe("palette"));
      await user.keyboard("leave{Enter}");
      await vi.waitFor(() => expect(desk.overlay).toBe("leave"));
      desk.overlay = null;
      await tick();
      await vi.waitFor(() => expect(at()).toBe(where));
    }
  });

  it("begins in the first field of a dialog, never on its close button", async () => {
    const { desk } = await start();
    await select({ desk }, "carmen");
    for (const overlay of ["invite", "outbox", "settings", "told", "leave", "complete"] as const) {
      if (overlay === "told") desk.showTold("carmen");
      else desk.overlay = overlay;
      await tick();
      await tick();
      expect(document.activeElement?.getAttribute("aria-label"), overlay).not.toBe("Close");
      expect(document.activeElement?.closest("dialog"), overlay).not.toBeNull();
      desk.overlay = null;
      await tick();
    }
  });
});

describe("keys", () => {
  /** How often a key is pressed; a whole word counts by its letters. */
  const count = (keys: string): number => keys.replace(/\{(Control|Alt|Shift)>\}|\{\/(Control|Alt|Shift)\}/g, "").match(/\{[^}]+\}|./g)?.length ?? 0;

  const ACTS: [act: string, id: string, keys: string, most: number, done: (desk: Desk, host: FakeHost) => boolean][] = [
    ["join the selected", "order", "a", 1, (_, host) => calls(host, "conversation.join").length === 1],
    ["write a reply", "carmen", "r", 1, () => at() === "message"],
    ["write a note", "carmen", "m", 1, (desk) => at() === "message" && desk.conversation?.composer.mode === "note"],
    ["write a note without joining", "aiko", "m", 1, (desk) => at() === "message" && desk.conversation?.composer.mode === "note"],
    ["leave", "carmen", "l{Control>}{Enter}{/Control}", 2, (_, host) => calls(host, "conversation.leave").length === 1],
    ["complete", "carmen", "e{Control>}{Enter}{/Control}", 2, (_, host) => calls(host, "conversation.complete").length === 1],
    ["ask for help", "carmen", "h{Control>}{Enter}{/Control}", 2, (_, host) => calls(host, "conversation.askForHelp").length === 1],
    ["hand to Your Logic", "jonas", "y{Control>}{Enter}{/Control}", 2, (_, host) => calls(host, "conversation.delegate").length === 1],
    ["invite", "carmen", "i", 1, (desk) => desk.overlay === "invite"],
    ["transfer", "carmen", "o", 1, (desk) => desk.overlay === "transfer"],
    ["invite a partner", "carmen", "p", 1, (desk) => desk.overlay === "inviteExternal"],
    ["decline an invitation", "aiko", "d", 1, (_, host) => calls(host, "conversation.decline").length === 1],
    ["answer the next call", "carmen", "n", 1, (desk, host) => desk.conversation?.id === "order" && calls(host, "conversation.join").length === 1],
    ["tag", "jonas", "gp{Enter}", 3, (_, host) => JSON.stringify(calls(host, "conversation.tag")) === JSON.stringify([{ id: "jonas", add: ["parcel"], remove: [] }])],
    ["snooze for an hour", "jonas", "s{Enter}", 2, (_, host) => calls(host, "conversation.snooze").length === 1],
    ["press a button", "carmen", "b{Enter}", 2, (_, host) => calls(host, "conversation.pressButton").length === 1],
    ["be busy", "carmen", "{Control>}{Shift>}A{/Shift}{/Control}b{Enter}", 3, (_, host) => calls(host, "me.setAvailability").length === 1],
    ["copy the link", "carmen", "c", 1, (desk) => desk.toasts.shown.some(({ text }) => text === "Link copied.")],
    ["the next of mine", "carmen", "{Alt>}{ArrowDown}{/Alt}", 1, (desk) => desk.conversation?.id === "jonas"],
    ["the previous of mine", "jonas", "{Alt>}{ArrowUp}{/Alt}", 1, (desk) => desk.conversation?.id === "carmen"],
    ["search", "carmen", "/", 1, (desk) => desk.overlay === "search"],
    ["another section", "carmen", "{Alt>}2{/Alt}", 1, (desk) => desk.list.section === "help"],
    ["read the next", "carmen", "j", 1, (desk) => desk.conversation?.id !== "carmen"],
    ["read the one before", "jonas", "k", 1, (desk) => desk.conversation?.id !== "jonas"],
    ["send what is written", "carmen", "r{Enter}", 2, (_, host) => calls(host, "conversation.send").length === 1],
    ["send it at once", "carmen", "r{Control>}{Enter}{/Control}", 2, (_, host) => calls(host, "conversation.send").some((sent) => (sent as { now: boolean }).now)],
    ["improve the wording", "carmen", "r{Control>}i{/Control}", 2, (_, host) => calls(host, "conversation.improve").length === 1],
    ["see quick replies", "carmen", "r{Control>}/{/Control}", 2, () => screen.queryByRole("listbox", { name: "Quick replies and questions" }) !== null],
    ["go back to the list", "carmen", "r{Escape}", 2, () => at() === "list"],
    ["edit the customer", "carmen", "u", 1, (desk) => desk.overlay === "editCustomer"],
    ["copy the transcript", "carmen", "x", 1, (desk) => desk.toasts.shown.some(({ text }) => text.startsWith("Transcript copied"))],
    ["rate the handover", "carmen", "{Alt>}h{/Alt}", 1, (_, host) => calls(host, "conversation.gradeHandover").length === 1],
    ["accept an invitation", "aiko", "a", 1, (_, host) => calls(host, "conversation.join").length === 1],
    ["see mentions and invitations", "carmen", "{Alt>}6{/Alt}", 1, (desk) => desk.overlay === "inbox"],
    ["choose any command", "carmen", "{Control>}k{/Control}", 1, (desk) => desk.overlay === "palette"],
    ["search in this conversation", "carmen", "{Control>}{Shift>}F{/Shift}{/Control}", 1, (desk) => desk.overlay === "search"],
    ["filter the list", "carmen", "f", 1, () => at() === "filter"],
    ["arrange the list", "carmen", "v", 1, (desk) => desk.overlay === "arrange"],
    ["change settings", "carmen", "{Control>},{/Control}", 1, (desk) => desk.overlay === "settings"],
    ["enlarge the text", "carmen", "{Control>}+{/Control}", 1, (desk) => desk.appearance.chosen.textPercent > 100],
  ];

  /** As they stand on keyboards: "l{Control>}{Enter}{/Control}" is L, then Ctrl Enter. */
  const named = (keys: string): string[] => {
    const held: string[] = [];
    return (keys.match(/\{[^}]+\}|./g) ?? []).flatMap((key) => {
      const modifier = /^\{(\/?)(Control|Alt|Shift)>?\}$/.exec(key);
      if (modifier) {
        if (modifier[1]) held.pop();
        else held.push(modifier[2] === "Control" ? "Ctrl" : (modifier[2] ?? ""));
        return [];
      }
      const bare = key.replace(/[{}]/g, "");
      const name = { ArrowDown: "↓", ArrowUp: "↑", Escape: "Esc" }[bare] ?? (bare.length === 1 ? bare.toUpperCase() : bare);
      return [[...held, name].join(" ")];
    });
  };

  it("of the forty most frequent acts are a table in docs/keyboard.md", () => {
    const page = readFileSync(`${import.meta.dirname}/../../../../docs/keyboard.md`, "utf8");
    const rows = ACTS.map(([act, , keys]) => `| ${act[0]?.toUpperCase() ?? ""}${act.slice(1)} | ${named(keys).map((key) => `\`${key}\``).join(" ")} |`);
    expect(rows).toHaveLength(40);
    expect(page).toContain(["| Act | Keys |", "|---|---|", ...rows].join("\n"));
  });

  it.each(ACTS)("%s", async (_, id, keys, most, done) => {
    const { desk, host } = await start();
    await select({ desk }, id);
    expect(count(keys)).toBeLessThanOrEqual(most);
    expect(most).toBeLessThanOrEqual(3);
    await user.keyboard(keys);
    await vi.waitFor(() => expect(done(desk, host)).toBe(true));
  });

  it("move through a queue of ten and read it with ten of them, and the next one ahead", async () => {
    const { desk, host } = await start("large");
    for (let at = 0; at < 10; at++) {
      await user.keyboard("j");
      await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
    }
    // The one ahead is read once the last one is painted.
    await vi.waitFor(() => expect(new Set(calls(host, "conversation.open").map((request) => (request as { id: string }).id)).size).toBe(11), { timeout: 5_000 });
  });

  it("go on in the next conversation's field from a field", async () => {
    const { desk } = await start();
    await select({ desk }, "carmen");
    field().focus();
    await user.keyboard("{Alt>}{ArrowDown}{/Alt}");
    await vi.waitFor(() => expect(desk.conversation?.id).toBe("jonas"));
    await vi.waitFor(() => expect(at()).toBe("message"));
    await vi.waitFor(() => expect(desk.focus.isEarly(new Event("keydown"))).toBe(false));
    await user.keyboard("Hello Jonas");
    expect(field().value).toBe("Hello Jonas");
  });

  it("are found with other words for the act", async () => {
    const { desk } = await start();
    await select({ desk }, "carmen");
    const { offered, offers } = await import("./palette");
    const found = (query: string): string[] => offered(offers(desk), query).map(({ label }) => label);
    expect(found("note")[0]).toBe("Note");
    expect(found("busy")[0]).toBe("Set me to busy");
    expect(found("transfer")).toEqual(expect.arrayContaining(["Invite", "Ask for help"]));
    expect(found("lunch")).toEqual(["Away: Lunch …", "Set me to away"]);
    expect(found("resolve")[0]).toBe("Complete");
    expect(found("remind"), "Carmen waits").not.toContain("Snooze");
    expect(found("log out")[0]).toBe("Sign out");
    await select({ desk }, "jonas");
    expect(found("remind")[0]).toBe("Snooze");
  });
});

describe("a snooze", () => {
  const hour = 3_600_000;
  const name = (desk: Desk): string | undefined => desk.list.rows.at(-1)?.name;

  it("puts a conversation out of the way, opens the next, and is undone", async () => {
    const { desk, host } = await start();
    await select({ desk }, "jonas");
    const before = desk.app?.counts.my ?? 0;
    await user.keyboard("s{Enter}");
    await vi.waitFor(() => expect(desk.conversation?.id).toBe("carmen"));
    const [asked] = calls(host, "conversation.snooze") as { until: string }[];
    expect(Date.parse(asked?.until ?? "") - Date.now()).toBeGreaterThan(0.9 * hour);
    await vi.waitFor(() => expect(name(desk)).toBe("Jonas Keller"));
    await vi.waitFor(() => expect(desk.app?.counts).toMatchObject({ my: before - 1, snoozed: 1 }));
    await user.keyboard("{Alt>}{ArrowUp}{/Alt}");
    await vi.waitFor(() => expect(desk.conversation?.id).not.toBe("carmen"));
    expect(desk.conversation?.id, "it is not stepped through").not.toBe("jonas");
    await user.click(screen.getByRole("button", { name: "Undo" }));
    await vi.waitFor(() => expect(desk.conversation?.id).toBe("jonas"));
    await vi.waitFor(() => expect(desk.app?.counts).toMatchObject({ my: before, snoozed: 0 }));
  });

  it("ends with the same key", async () => {
    const { desk, host } = await start();
    await select({ desk }, "jonas");
    await user.keyboard("s{ArrowUp}{ArrowUp}{Enter}");
    await vi.waitFor(() => expect(calls(host, "conversation.snooze")).toHaveLength(1));
    await vi.waitFor(() => expect(name(desk)).toBe("Jonas Keller"));
    await select({ desk }, "jonas");
    await user.keyboard("s");
    await vi.waitFor(() => expect(calls(host, "conversation.endSnooze")).toEqual([{ id: "jonas" }]));
  });

  it("is not offered while the customer waits", async () => {
    const { desk, host } = await start();
    await select({ desk }, "carmen");
    await user.keyboard("s");
    await tick();
    expect(desk.overlay).toBeNull();
    expect(calls(host, "conversation.snooze")).toEqual([]);
  });

  it("until a time that has passed says so, and the dialog stays", async () => {
    const { desk, host } = await start();
    await select({ desk }, "jonas");
    await user.keyboard("s");
    await user.click(await screen.findByRole("radio", { name: "At another time" }));
    const time = screen.getByLabelText<HTMLInputElement>("Date and time");
    time.value = "2020-02-29T09:00";
    time.dispatchEvent(new Event("input"));
    await user.keyboard("{Control>}{Enter}{/Control}");
    await screen.findByText("This time has passed. Choose a later one.");
    expect(desk.overlay).toBe("snooze");
    expect(calls(host, "conversation.snooze")).toHaveLength(1);
  });
});

describe("tags", () => {
  it("are chosen from those in use, typed anew, and taken away, with the list's focus back afterwards", async () => {
    const { desk, host } = await start();
    await select({ desk }, "jonas");
    const tags = (): string[] | undefined => desk.conversation?.view?.row.tags;
    await user.keyboard("gGo{Enter}");
    await vi.waitFor(() => expect(tags()).toEqual(["gold"]));
    await user.keyboard("double payment{Enter}");
    await vi.waitFor(() => expect(tags()).toEqual(["gold", "double payment"]));
    await user.keyboard("gold{Enter}");
    await vi.waitFor(() => expect(tags()).toEqual(["double payment"]));
    await user.keyboard("x".repeat(61));
    await screen.findByText("Too long: 61 of 60 characters.");
    await user.keyboard("{Enter}");
    expect(calls(host, "conversation.tag")).toHaveLength(3);
    expect(desk.overlay).toBe("tags");
    desk.overlay = null;
    await tick();
    await vi.waitFor(() => expect(at()).toBe("list"));
  });

  it("that the core refuses are explained", async () => {
    const { desk, host } = await start();
    await select({ desk }, "jonas");
    host.refuse.set("conversation.tag", { code: "input.invalid", message: "Tag: more than 50 tags." });
    await user.keyboard("gp{Enter}");
    await screen.findByText("Tag: more than 50 tags.");
    expect(desk.overlay).toBe("tags");
  });
});

describe("the customer", () => {
  it("gets a name and addresses, of which only what was changed is sent", async () => {
    const { desk, host } = await start();
    await select({ desk }, "number");
    await user.keyboard("uTom Reed{Tab}tom@example.com{Enter}");
    await vi.waitFor(() => expect(calls(host, "conversation.editCustomer")).toEqual([{ id: "number", name: "Tom Reed", email: "tom@example.com" }]));
    await vi.waitFor(() => expect(desk.conversation?.view?.row.name).toBe("Tom Reed"));
    await vi.waitFor(() => expect(at()).toBe("list"));
    expect(desk.conversation?.view?.customer).toContainEqual({ label: "E-mail, noted", value: "tom@example.com" });
    await user.keyboard("u{Enter}");
    await vi.waitFor(() => expect(desk.overlay).toBeNull());
    expect(calls(host, "conversation.editCustomer"), "nothing was changed").toHaveLength(1);
  });

  it("keeps what cannot be an address in the dialog, with the reason", async () => {
    const { desk } = await start();
    await select({ desk }, "jonas");
    await user.keyboard("u{Tab}jonas{Enter}");
    await screen.findByText("This is not an e-mail address.");
    expect(desk.overlay).toBe("editCustomer");
  });
});

describe("signing out", () => {
  it("says first who is with me, and what was not sent", async () => {
    const { desk, host } = await start("offline");
    desk.signOut();
    await vi.waitFor(() => expect(screen.getByRole("dialog", { name: "Sign out?" }).textContent).toMatch(/customers are with you.*not sent yet/s));
    expect(calls(host, "session.signOut")).toEqual([]);
    await user.click(screen.getByRole("button", { name: "Stay signed in" }));
    expect(calls(host, "session.signOut")).toEqual([]);
    desk.signOut();
    await user.click(await screen.findByRole("button", { name: "Sign out" }));
    await vi.waitFor(() => expect(calls(host, "session.signOut")).toHaveLength(1));
  });

  it("asks nothing when nothing stays behind", async () => {
    const host = fakeHost("empty");
    const desk = new Desk(host);
    render(App, { desk });
    await vi.waitFor(() => expect(desk.app).not.toBeNull());
    desk.signOut();
    await vi.waitFor(() => expect(calls(host, "session.signOut")).toHaveLength(1));
  });
});

describe("a note in a conversation that is not mine", () => {
  it("is not gone on with by accident when it is opened again", async () => {
    const { desk } = await start();
    await select({ desk }, "aiko");
    await user.keyboard("m");
    await vi.waitFor(() => expect(at()).toBe("message"));
    await user.keyboard("For Priya");
    await select({ desk }, "carmen");
    await select({ desk }, "aiko");
    expect(screen.getByRole("button", { name: "Continue your note" })).toBeTruthy();
    expect(desk.conversation?.writes).toBe(false);
  });

  it("never becomes a reply", async () => {
    const { desk } = await start();
    await select({ desk }, "aiko");
    await user.keyboard("m");
    await vi.waitFor(() => expect(desk.conversation?.writes).toBe(true));
    desk.conversation?.composer.switchTo("reply");
    await tick();
    expect(screen.queryByRole("textbox", { name: "Message" })).toBeNull();
  });
});

describe("what is opened from outside", () => {
  it("is gone on with in its field", async () => {
    const { desk, host } = await start();
    host.tell({ type: "open", id: "jonas", section: null, key: null });
    await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
    await vi.waitFor(() => expect(at()).toBe("message"));
    await user.keyboard("Hello");
    expect(field().value).toBe("Hello");
  });

  it("takes nothing of the words that are being written for somebody else", async () => {
    const { desk, host } = await start();
    await select({ desk }, "jonas");
    await user.keyboard("r");
    await vi.waitFor(() => expect(at()).toBe("message"));
    await user.keyboard("Jonas, your new card ");
    host.tell({ type: "open", id: "carmen", section: null, key: null });
    await vi.waitFor(() => expect(desk.conversation?.id).toBe("carmen"));
    await vi.waitFor(() => expect(desk.conversation?.loaded).toBe(true));
    await user.keyboard("number is 4711{Enter}");
    expect(field().value).not.toContain("number");
    expect(calls(host, "conversation.send")).toEqual([]);
    await screen.findByText(/^Your words for Jonas Keller are kept there/);
    await user.keyboard("{Tab}");
    await vi.waitFor(() => expect(at()).toBe("message"));
  });
});
