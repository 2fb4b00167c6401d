// Maya looks at what Carmen sent, opens it, saves it.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { EntryView, Media } from "$shared/types";
import Turn from "./Turn.svelte";
import { CUSTOMER, MAYA, iso } from "../dev/entries";
import { FakeHost, fakeHost } from "../host/fake";
import { DESK, Desk } from "../state/desk.svelte";

let host: FakeHost;
let desk: Desk;
const user = userEvent.setup();
const real = FakeHost.prototype.rpc;
const asked = (name: string): unknown[] => host.calls.filter((call) => call.name === name).map((call) => call.request);

async function shows(media: Partial<Media>, more: Partial<EntryView> = {}): Promise<void> {
  host = fakeHost();
  desk = new Desk(host);
  await desk.refresh();
  const whole: Media = { id: "m", name: "invoice.pdf", contentType: "application/pdf", bytes: 88_000, ...media };
  const entry: EntryView = {
    key: "t",
    conversation: "carmen",
    position: 3,
    command: null,
    time: iso(0),
    by: CUSTOMER,
    body: { type: "attachment", turn: "t", media: whole, text: "" },
    stages: [],
    heldUntil: null,
    upload: null,
    about: null,
    translation: null,
    ...more,
  };
  const props = { entry, first: true, last: true, customer: "Carmen", me: "maya", details: vi.fn(), cancel: vi.fn(), retry: null };
  render(Turn, { props, context: new Map([[DESK, desk]]) });
}

describe("a file in the transcript", () => {
  it("has name, type and size, and opens with the system's program", async () => {
    await shows({});
    expect(screen.getByTestId("file").textContent?.replace(/\s+/g, " ")).toContain("invoice.pdf PDF · 88 kB");
    await user.click(screen.getByRole("button", { name: "Open invoice.pdf" }));
    await vi.waitFor(() => expect(asked("media.open")).toEqual([{ id: "carmen", turn: "t" }]));
  });

  it("is saved, and says where", async () => {
    await shows({});
    await user.click(screen.getByRole("button", { name: "Save as … invoice.pdf" }));
    await vi.waitFor(() => expect(desk.toasts.shown[0]?.text).toContain("Saved to ~/Downloads"));
  });

  it("that could run is only saved, after a word of warning", async () => {
    await shows({ name: "page.html" });
    host.refuse.clear();
    const rpc = vi.spyOn(host, "rpc").mockResolvedValueOnce({ type: "only_saved", why: "It could run." } as never);
    await user.click(screen.getByRole("button", { name: "Open page.html" }));
    const dialog = await screen.findByRole("dialog", { name: "This file can only be saved" });
    expect(dialog.textContent).toContain("It could run.");
    rpc.mockRestore();
    await user.click(screen.getByRole("button", { name: "Save as …" }));
    await vi.waitFor(() => expect(asked("media.save")).toHaveLength(1));
    expect(screen.queryByRole("dialog")).toBeNull();
  });

  it("says why it did not open", async () => {
    await shows({});
    host.refuse.set("media.open", { code: "media.not_opened", message: "This system did not open the file." });
    await user.click(screen.getByRole("button", { name: "Open invoice.pdf" }));
    await vi.waitFor(() => expect(desk.toasts.shown[0]).toMatchObject({ tone: "bad", text: "This system did not open the file." }));
  });

  it("that is a picture is shown large, and zooms by keyboard", async () => {
    await shows({ name: "photo.png", contentType: "image/png" });
    await user.click(await screen.findByRole("button", { name: "Enlarge photo.png" }));
    const dialog = await screen.findByRole("dialog", { name: "photo.png" });
    expect(dialog.querySelector("img")?.style.width).toBe("100%");
    await user.keyboard("+");
    expect(dialog.querySelector("img")?.style.width).toBe("150%");
    await user.keyboard("0");
    expect(dialog.querySelector("img")?.style.width).toBe("100%");
  });

  it("that is a picture is asked for once, however much happens in the account meanwhile", async () => {
    let answer: (value: { dataUrl: string }) => void = () => undefined;
    vi.spyOn(FakeHost.prototype, "rpc").mockImplementation(function (this: FakeHost, name, request) {
      if (name !== "media.get") return real.call(this, name, request);
      this.calls.push({ name, request });
      return new Promise((done) => (answer = done as never));
    });
    await shows({ name: "photo.png", contentType: "image/png" });
    for (let event = 0; event < 10; event += 1) await desk.refresh();
    expect(asked("media.get")).toHaveLength(1);
    answer({ dataUrl: "data:image/png;base64,AAAA" });
    await vi.waitFor(() => expect(screen.getByRole<HTMLButtonElement>("button", { name: "Enlarge photo.png" }).disabled).toBe(false));
    vi.restoreAllMocks();
  });

  it("that is a picture and cannot be fetched says why, and can still be saved", async () => {
    vi.spyOn(FakeHost.prototype, "rpc").mockImplementation(function (this: FakeHost, name, request) {
      return name === "media.get" ? Promise.reject({ code: "media.gone", message: "This file is no longer at the hub." }) : real.call(this, name, request);
    });
    await shows({ name: "photo.png", contentType: "image/png" });
    expect(await screen.findByText("This file is no longer at the hub.")).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Enlarge/ })).toBeNull();
    expect(screen.getByTestId("file").textContent).toContain("photo.png");
    await user.click(screen.getByRole("button", { name: "Save as … photo.png" }));
    await vi.waitFor(() => expect(asked("media.save")).toHaveLength(1));
    vi.restoreAllMocks();
  });

  it("on its way says how far it is, and can be cancelled", async () => {
    await shows({}, { by: MAYA, position: null, command: "c", stages: [{ stage: "queued", at: iso(0), reason: null }], upload: { sent: 0, bytes: 1000 } });
    expect(screen.queryByRole("progressbar")).toBeNull();
    desk.uploads.set("c", 430);
    expect(await screen.findByText(/uploading 43 %/)).toBeTruthy();
    expect(screen.getByRole("button", { name: "Cancel this message" })).toBeTruthy();
    expect(screen.queryByRole("button", { name: /^Open/ })).toBeNull();
  });
});
