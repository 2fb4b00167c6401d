// Maya sends files to Carmen: chosen, pasted, dropped; removed again; refused.
import { fireEvent, render, screen, within } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { beforeEach, describe, expect, it, vi } from "vitest";
import ConversationPane from "../conversation/ConversationPane.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { OpenConversation } from "../state/conversation.svelte";
import { DESK, Desk } from "../state/desk.svelte";

let host: FakeHost;
let desk: Desk;
let open: OpenConversation;
const user = userEvent.setup();
const field = (): HTMLElement => screen.getByRole("textbox");
const chips = (): string[] => screen.queryAllByRole("listitem").map((chip) => chip.textContent ?? "");
const sent = (name: string): unknown[] => host.calls.filter((call) => call.name === name).map((call) => call.request);
const pdf = new File(["%PDF-1.7"], "invoice.pdf", { type: "application/pdf" });
const picture = new File([new Uint8Array(500_000)], "seat map.png", { type: "image/png" });

async function show(id = "carmen", scene = ""): Promise<void> {
  host = fakeHost(scene);
  desk = new Desk(host);
  await desk.refresh();
  open = new OpenConversation(host, id);
  desk.conversation = open;
  await open.refresh();
  const me = desk.app?.me;
  const connection = desk.app?.connection;
  if (!me || !connection) throw new Error("nobody is signed in");
  render(ConversationPane, { props: { desk, open, me, connection }, context: new Map([[DESK, desk]]) });
}

/** The content of a clipboard or drag; happy-dom has none with files. */
function carrying(files: File[], words = ""): Pick<DataTransfer, "types" | "dropEffect" | "getData"> & { files: File[] } {
  return { types: words === "" ? ["Files"] : ["text/plain", "Files"], files, dropEffect: "none", getData: () => words };
}

const paste = (files: File[], words?: string): Promise<boolean> =>
  fireEvent(field(), Object.assign(new Event("paste", { bubbles: true, cancelable: true }), { clipboardData: carrying(files, words) }));

const drag = (type: string, over: Element): DragEvent => {
  const event = Object.assign(new Event(type, { bubbles: true, cancelable: true }), { dataTransfer: carrying([pdf]) });
  over.dispatchEvent(event);
  return event as unknown as DragEvent;
};

const choose = (files: File[]): Promise<void> => user.upload(screen.getByTestId("file-input"), files);

describe("a text that is longer than the channel's messages", () => {
  beforeEach(() => show("jonas"));

  it("says into how many it is cut", async () => {
    open.composer.write("x".repeat(4096));
    expect(screen.queryByText(/Goes in/)).toBeNull();
    open.composer.write("x".repeat(4097));
    expect(await screen.findByText("Goes in 2 messages")).toBeTruthy();
  });
});

describe("a file that the channel does not show", () => {
  beforeEach(() => show("jonas"));

  it("is sent as a document after its user was asked, and nothing leaves before", async () => {
    const webp = new File([new Uint8Array(9)], "case.webp", { type: "image/webp" });
    await choose([webp, picture]);
    await vi.waitFor(() => expect(chips()).toHaveLength(2));
    const asks = await screen.findAllByRole("button", { name: "Send as a document" });
    expect(asks).toHaveLength(1);
    await user.type(field(), "Here{Enter}");
    expect(sent("conversation.send")).toEqual([]);
    expect(screen.getByRole("alert").textContent).toMatch(/Say first/);
    for (const ask of asks) await user.click(ask);
    expect(screen.queryByRole("alert")).toBeNull();
    await user.type(field(), "{Enter}");
    await vi.waitFor(() => expect(sent("conversation.send")).toMatchObject([{ files: ["file-1", "file-2"] }]));
  });
});

describe("files of a reply", () => {
  beforeEach(() => show());

  it("are chosen several at once, shown with type and size, and go with the words", async () => {
    await choose([pdf, picture]);
    await vi.waitFor(() => expect(chips().map((chip) => chip.replace(/\s+/g, " ").trim())).toEqual(["invoice.pdf PDF · 8 B", "seat map.png PNG picture · 500 kB"]));
    const parts = sent("files.add") as { file: string; place: number }[];
    expect(parts.map(({ place }) => place)).toEqual([0, 0, 384 * 1024]);
    await user.type(field(), "Here{Enter}");
    await vi.waitFor(() => expect(chips()).toEqual([]));
    expect(sent("conversation.send")).toMatchObject([{ id: "carmen", text: "Good news, Carmen: Here", files: ["file-1", "file-2"] }]);
  });

  it("go without words", async () => {
    await user.clear(field());
    await choose([pdf]);
    await screen.findByText("invoice.pdf");
    await vi.waitFor(() => expect((screen.getByRole("button", { name: /^Send/ }) as HTMLButtonElement).disabled).toBe(false));
    await user.click(screen.getByRole("button", { name: /^Send/ }));
    await vi.waitFor(() => expect(sent("conversation.send")).toMatchObject([{ text: "", files: ["file-1"] }]));
  });

  it("come from the clipboard, unless it is words that have a picture, too", async () => {
    await paste([picture], "Booking\tPrice\nNW-2231\t940");
    expect(sent("files.begin")).toEqual([]);
    await paste([picture]);
    expect(await screen.findByText("seat map.png")).toBeTruthy();
  });

  it.each([
    ["its path", "/pictures/seat map.png"],
    ["its address", "file:///pictures/seat%20map.png\r\n"],
    ["its name", "seat map.png"],
    ["what to do with it and its address", "x-special/nautilus-clipboard\ncopy\nfile:///pictures/seat%20map.png"],
    ["its path on Windows", String.raw`C:\Users\maya\seat map.png`],
  ])("come from a file manager that offers %s as words, too", async (_, words) => {
    await paste([picture], words);
    expect(await screen.findByText("seat map.png")).toBeTruthy();
  });

  it("are asked from the system where the page does not receive them", async () => {
    await paste([]);
    expect(sent("files.paste")).toEqual([{ id: "carmen" }]);
    await paste([], "940 euros");
    await paste([], "https://northwind.example/seats");
    expect(sent("files.paste")).toHaveLength(1);
    await paste([], "file:///pictures/seat%20map.png");
    expect(sent("files.paste")).toHaveLength(2);
  });

  it("come by mouse, with a word about where they go", async () => {
    const pane = screen.getByTestId("transcript");
    drag("dragenter", pane);
    expect((await screen.findByTestId("drop-here")).textContent).toContain("Drop files to send them to Carmen Menzel");
    drag("drop", pane);
    await vi.waitFor(() => expect(screen.queryByTestId("drop-here")).toBeNull());
    expect(await screen.findByText("invoice.pdf")).toBeTruthy();
  });

  it("that leave again are not waited for, also when what they hung over is gone", async () => {
    const pane = screen.getByTestId("transcript");
    const entry = pane.appendChild(document.createElement("p"));
    drag("dragenter", pane);
    drag("dragenter", entry);
    drag("dragleave", pane);
    expect(await screen.findByTestId("drop-here")).toBeTruthy();
    entry.remove();
    drag("dragenter", pane);
    drag("dragleave", pane);
    await vi.waitFor(() => expect(screen.queryByTestId("drop-here")).toBeNull());
  });

  it("are removed by keyboard, and the focus goes on", async () => {
    await choose([pdf, picture]);
    const remove = await screen.findByRole("button", { name: "Remove invoice.pdf" });
    await vi.waitFor(() => expect(screen.queryByRole("progressbar")).toBeNull());
    remove.focus();
    await user.keyboard("{Delete}");
    const next = await screen.findByRole("button", { name: "Remove seat map.png" });
    await vi.waitFor(() => expect(document.activeElement).toBe(next));
    await user.keyboard("{Enter}");
    await vi.waitFor(() => expect(document.activeElement).toBe(field()));
    expect(sent("files.discard")).toHaveLength(2);
  });

  it("say why they cannot be added, and the others are", async () => {
    const film = new File([new Uint8Array(1)], "film.mp4", { type: "video/mp4" });
    Object.defineProperty(film, "size", { value: 11 * 1024 * 1024 });
    await choose([film, pdf]);
    expect((await screen.findByRole("alert")).textContent).toContain("The file film.mp4 is too large");
    expect(await screen.findByText("invoice.pdf")).toBeTruthy();
  });

  it("do not go with a note, and say so", async () => {
    await user.click(screen.getByRole("button", { name: "Note" }));
    await paste([pdf]);
    expect((await screen.findByRole("alert")).textContent).toContain("Files go with a reply, not with a note.");
    expect(sent("files.begin")).toEqual([]);
  });
});

describe("where Maya is not engaged", () => {
  it("dropping a file says that she has to join first", async () => {
    await show("aiko");
    const pane = screen.getByTestId("transcript");
    drag("dragenter", pane);
    expect((await screen.findByTestId("drop-here")).textContent).toContain("Join the conversation first");
    // Browsers drop nothing that is not taken.
    expect(drag("dragover", pane).dataTransfer?.dropEffect).toBe("copy");
    drag("drop", pane);
    expect(desk.toasts.shown[0]?.text).toContain("Join the conversation first");
  });
});

describe("files in the draft", () => {
  it("are there again with what the hub said of them", async () => {
    await show("carmen", "files");
    const list = within(await screen.findByTestId("draft-files"));
    expect(list.getByText("fare rules W.docx")).toBeTruthy();
    expect(list.getByRole("alert").textContent).toBe("This kind of file is not taken.");
  });

  it("that were refused stay and hold no words up, and alone are tried again", async () => {
    await show("carmen", "files");
    const files = (): string[] => open.composer.files.list.map(({ name }) => name);
    await screen.findByTestId("draft-files");
    const refused = open.composer.files.list.find(({ problem }) => problem !== null);
    if (!refused) throw new Error("one was refused");
    await user.clear(field());
    await user.type(field(), "Then like this{Enter}");
    await vi.waitFor(() => expect(sent("conversation.send")).toHaveLength(1));
    const [first] = sent("conversation.send") as { text: string; files?: string[] }[];
    expect(first?.text).toBe("Then like this");
    expect(first?.files ?? []).not.toContain(refused.id);
    await vi.waitFor(() => expect(files()).toEqual([refused.name]));
    await user.type(field(), "More{Enter}");
    await vi.waitFor(() => expect(sent("conversation.send")).toHaveLength(2));
    expect(sent("conversation.send")[1]).not.toHaveProperty("files");
    await user.type(field(), "{Enter}");
    await vi.waitFor(() => expect(sent("conversation.send").at(-1)).toMatchObject({ text: "", files: [refused.id] }));
  });
});
