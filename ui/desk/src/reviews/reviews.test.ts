// Ada reads all reviews and says how brands ask; Maya reads her own, and may disagree once.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import FileReview from "../dialogs/FileReview.svelte";
import PlansDialog from "../dialogs/PlansDialog.svelte";
import ReviewsDialog from "../dialogs/ReviewsDialog.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";
import { offers } from "../state/palette";

let host: FakeHost;
const user = userEvent.setup();

async function desk(scene: string): Promise<Desk> {
  host = fakeHost(scene);
  const desk = new Desk(host);
  await desk.refresh();
  return desk;
}

const press = async (name: string | RegExp): Promise<void> => user.click(await screen.findByRole("button", { name }));
const lines = async (): Promise<string[]> => (await screen.findAllByTestId("review-line")).map((line) => line.textContent ?? "");
const sent = (command: string): unknown[] => host.calls.filter(({ name }) => name === command).map(({ request }) => request);

describe("reviews", () => {
  it("are offered to those who may read them, and plans to those who manage settings", async () => {
    const ids = async (scene: string): Promise<string[]> => offers(await desk(scene)).map(({ id }) => id);
    expect(await ids("administrator")).toEqual(expect.arrayContaining(["palette-reviews", "palette-plans"]));
    const own = await ids("");
    expect(own).toContain("palette-own-reviews");
    expect(own).not.toContain("palette-plans");
  });

  it("begin with the low scores, which lead to their conversations", async () => {
    const close = vi.fn();
    const ada = await desk("administrator");
    render(ReviewsDialog, { desk: ada, close });
    const [first, second, more] = await lines();
    expect(first).toContain("Carmen Menzel: 2 of 5");
    expect(first).toContain("For Maya Ortiz");
    expect(second).toContain("Priya Nair disagrees: The airline had lost it, not we.");
    expect(more).toBeUndefined();
    const show = vi.spyOn(ada, "show");
    await press("Open the conversation of Carmen Menzel");
    expect(show).toHaveBeenCalledWith("carmen");
    expect(close).toHaveBeenCalled();
  });

  it("tell what became of each round, page by page", async () => {
    render(ReviewsDialog, { desk: await desk("administrator"), close: vi.fn() });
    await press("All");
    expect((await lines()).join()).toContain("Carmen Menzel: 4 of 5 by Sofia Lind");
    await press("Show more");
    const all = (await lines()).join();
    expect(all).toContain("asked, no answer yet");
    expect(all).toContain("not asked, because the channel took no message");
    expect(screen.queryByRole("button", { name: "Show more" })).toBeNull();
  });

  it("are disputed once, in words that closing does not drop", async () => {
    const close = vi.fn();
    render(ReviewsDialog, { desk: await desk(""), close });
    await press("Disagree: Carmen Menzel: 2 of 5");
    await user.type(screen.getByLabelText("Why do you disagree? You can say it once."), "It was a holiday.");
    await press("Close");
    expect(close).not.toHaveBeenCalled();
    expect(screen.getByText(/Your words are not sent/)).toBeTruthy();
    await press("Send");
    expect(sent("reviews.dispute")).toEqual([{ id: "low", text: "It was a holiday." }]);
    expect((await lines()).join()).toContain("Maya Ortiz disagrees: It was a holiday.");
    expect(screen.queryByRole("button", { name: "Disagree: Carmen Menzel: 2 of 5" })).toBeNull();
  });

  it("are confirmed by those who look at the work of others, and what was filed is deleted when that is said twice", async () => {
    render(ReviewsDialog, { desk: await desk("administrator"), close: vi.fn() });
    await press("Confirm: Jonas Weber: 1 of 5");
    expect(sent("reviews.confirm")).toEqual([{ id: "disputed" }]);
    await vi.waitFor(async () => expect((await lines()).join()).toContain("Sofia Lind has confirmed the score."));
    expect(screen.queryByRole("button", { name: "Confirm: Jonas Weber: 1 of 5" })).toBeNull();
    await press("All");
    const work = "Carmen Menzel: 4 of 5 by Sofia Lind";
    await press(`Delete: ${work}`);
    expect(sent("reviews.delete")).toEqual([]);
    await press(`Delete for good: ${work}`);
    expect(sent("reviews.delete")).toEqual([{ id: "work" }]);
    await vi.waitFor(async () => expect((await lines()).join()).not.toContain(work));
    expect(screen.queryByRole("button", { name: /^Delete/ })).toBeNull();
  });

  it("are not confirmed or deleted by those who only read theirs", async () => {
    render(ReviewsDialog, { desk: await desk(""), close: vi.fn() });
    await lines();
    expect(screen.queryByRole("button", { name: /^(Confirm|Delete)/ })).toBeNull();
  });

  it("say who did not want to answer", async () => {
    render(ReviewsDialog, { desk: await desk("administrator"), close: vi.fn() });
    await press("All");
    await press("Show more");
    await vi.waitFor(async () => expect((await lines()).join()).toContain("Jonas Weber: did not want to rate, and not to be asked again"));
  });

  it("say that they need the hub", async () => {
    render(ReviewsDialog, { desk: await desk("offline"), close: vi.fn() });
    expect(await screen.findByText(/You are offline. Reviews are kept at the hub/)).toBeTruthy();
  });
});

describe("a review of ours", () => {
  async function opened(scene: string): Promise<Desk> {
    const one = await desk(scene);
    one.show("carmen");
    await vi.waitFor(() => expect(one.conversation?.view && one.conversation.journey.entries.length).toBeTruthy());
    return one;
  }

  async function form(scene: string): Promise<{ ada: Desk; close: ReturnType<typeof vi.fn> }> {
    const ada = await opened(scene);
    const view = ada.conversation?.view;
    if (!view) throw new Error("nothing is open");
    const close = vi.fn();
    render(FileReview, { desk: ada, view, close });
    return { ada, close };
  }

  it("is offered where a conversation is open, to those who file reviews", async () => {
    const ids = async (scene: string): Promise<string[]> => {
      const one = await opened(scene);
      return offers(one).map(({ id }) => id);
    };
    expect(await ids("administrator")).toContain("palette-file-review");
    expect(await ids("")).not.toContain("palette-file-review");
  });

  it("is of the conversation or of one message, and needs a score", async () => {
    const { close } = await form("administrator");
    const send = screen.getByRole<HTMLButtonElement>("button", { name: "File review" });
    expect(send.disabled).toBe(true);
    await user.click(screen.getByLabelText("4 of 5"));
    const about = screen.getByLabelText<HTMLSelectElement>("About");
    expect(about.options[0]?.textContent).toBe("The conversation as it went");
    const [, message] = [...about.options];
    expect(message?.textContent).toMatch(/^[^:]+: ./);
    const turn = message?.value ?? "";
    await user.selectOptions(about, turn);
    await user.type(screen.getByLabelText("What did you look at? (optional)"), "Tone");
    await user.click(send);
    await vi.waitFor(() => expect(close).toHaveBeenCalled());
    const [filed] = sent("reviews.file");
    expect(filed).toMatchObject({ conversation: "carmen", turn, score: 4, question: "Tone", comment: "" });
  });

  it("is not dropped by closing once", async () => {
    const { close } = await form("administrator");
    await user.click(screen.getByLabelText("2 of 5"));
    await press("Close");
    expect(close).not.toHaveBeenCalled();
    expect(screen.getByText(/This review is not filed/)).toBeTruthy();
    await press("Drop the changes");
    expect(close).toHaveBeenCalled();
    expect(sent("reviews.file")).toEqual([]);
  });
});

describe("plans", () => {
  it("tell of each brand how it asks", async () => {
    render(PlansDialog, { desk: await desk("administrator"), close: vi.fn() });
    expect(await screen.findByText("After any completion, 5 min later, 50 % of them")).toBeTruthy();
    expect(screen.getByText("Nobody is asked")).toBeTruthy();
  });

  it("are changed, begun and ended", async () => {
    render(PlansDialog, { desk: await desk("administrator"), close: vi.fn() });
    await press("Change how Aerolinx asks");
    await user.selectOptions(screen.getByLabelText("Ask after"), "completion by a person");
    const delay = screen.getByLabelText("How long after, in minutes");
    await user.clear(delay);
    await user.type(delay, "120");
    await user.type(screen.getByLabelText("Question in English"), "How did we do?");
    await press("Save");
    const plan = { when: "completed_by_person", delayS: 7200, samplePercent: 100, oncePerCustomerDays: 7, expiresH: 72, editH: 24, texts: { en: "How did we do?" } };
    expect(sent("reviews.savePlan")).toEqual([{ brand: "aerolinx", plan }]);
    expect(await screen.findByText("After completion by a person, 2 h later")).toBeTruthy();
    await press("Change how Northwind asks");
    expect(screen.getByLabelText<HTMLInputElement>("Question in German").value).toBe("Wie zufrieden waren Sie mit uns?");
    await press("Stop asking");
    expect(sent("reviews.removePlan")).toEqual([{ brand: "northwind" }]);
    expect(await screen.findByText("Nobody is asked")).toBeTruthy();
  });

  it("say what the hub does not take", async () => {
    render(PlansDialog, { desk: await desk("administrator"), close: vi.fn() });
    await press("Change how Northwind asks");
    const sample = screen.getByLabelText("How many of a hundred");
    await user.clear(sample);
    await user.type(sample, "0");
    await press("Save");
    expect(await screen.findByText(/use 1 to 100, not 0/)).toBeTruthy();
  });
});
