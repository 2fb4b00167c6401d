// States of a desk that lacks something: results, conversations, the hub, a passphrase, a sign-in.
import { search, show } from "./steps.mjs";

export const LACKING = [
  ["nothing found", "", async (page) => {
    await page.keyboard.press("f");
    await page.keyboard.type("zzz");
    await page.getByText("Nothing matches").waitFor();
  }],
  ["empty", "empty", async () => {}],
  ["unreadable", "broken", async () => {}],
  ["offline", "offline,failing", show("Jonas Keller")],
  ["queued action", "offline", show("Aiko Tanabe")],
  ["offline, all", "offline", (page) => page.getByRole("link", { name: "All Live Conversations" }).click()],
  ["offline, empty", "offline,empty", (page) => page.getByText("Nothing on this machine").waitFor()],
  ["outbox", "offline", async (page) => {
    await page.getByRole("button", { name: /unsent/ }).click();
    await page.getByRole("button", { name: "Cancel: Reply, Jonas Keller" }).waitFor();
  }],
  ["not sent", "not_sent", async (page) => {
    await page.getByRole("link", { name: "Not sent" }).click();
    await page.getByText("The fastest flight").waitFor();
  }],
  ["not sent, discarded", "not_sent", async (page) => {
    await page.keyboard.press("Alt+5");
    await page.getByRole("button", { name: "Discard: Reply, Aiko Tanabe" }).click();
    await page.getByRole("button", { name: "Undo discarding: Reply, Aiko Tanabe" }).waitFor();
  }],
  ["not sent, nothing", "", async (page) => {
    await page.keyboard.press("Alt+5");
    await page.getByText("Everything you wrote was sent.").waitFor();
  }],
  ["silent", "silent", async (page) => {
    await page.getByText(/No answer since/).waitFor();
  }],
  ["outbox, outdated", "outdated_desk", async (page) => {
    await page.getByRole("button", { name: /unsent/ }).click();
    await page.getByText("These stay on this machine").waitFor();
  }],
  ["outbox, empty", "", async (page) => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("outbox");
    await page.keyboard.press("Enter");
    await page.getByText("Nothing is waiting").waitFor();
  }],
  ["returned", "", async (page) => {
    await page.evaluate(() => window.__fake.giveBack("jonas", "It is on its way.", { note: false, code: "channel.window_closed", reason: "the 24 hours of WhatsApp are over" }));
    await show("Jonas Keller")(page);
    await page.getByText("Not sent.").waitFor();
  }],
  ["unsent", "", async (page) => {
    await page.evaluate(() => window.__fake.giveBack("aiko", "One moment.", { note: false, code: "conversation.not_engaged", reason: "you had left the conversation" }));
    await show("Aiko Tanabe")(page);
    await page.getByText("Your reply was not sent.").waitFor();
  }],
  ["two drafts", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByRole("button", { name: "Note", exact: true }).click();
    await page.keyboard.type("Ask about the visa");
  }],
  ["search", "", search("")],
  ["search, operators", "", search("refund in:")],
  ["search, hint", "", async (page) => {
    await search("refund before:monday")(page);
    await page.getByText("needs a date").waitFor();
  }],
  ["search, hits", "", async (page) => {
    await search("the")(page);
    await page.getByText("From the hub").waitFor();
    await page.keyboard.press("ArrowDown");
  }],
  ["search, offline", "offline", async (page) => {
    await search("refund")(page);
    await page.getByText("only this machine").waitFor();
  }],
  ["search, nothing", "offline", async (page) => {
    await search("zzzz")(page);
    await page.getByText("Nothing contains").waitFor();
  }],
  ["found", "", async (page) => {
    await search("second bag")(page);
    await page.getByTestId("hit").first().waitFor();
    await page.keyboard.press("Enter");
    await page.locator("[data-found]").waitFor();
  }],
  ["choose a passphrase", "choose_passphrase", async (page) => {
    await page.getByLabel("Passphrase", { exact: true }).fill("short");
    await page.getByLabel("Repeat the passphrase").fill("short");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
  }],
  ["enter the passphrase", "passphrase", async (page) => {
    await page.getByLabel("Passphrase", { exact: true }).fill("wrong-wrong");
    await page.keyboard.press("Enter");
    await page.getByRole("alert").waitFor();
  }],
  ["keychain that keeps silent", "keychain_silent", async (page) => {
    await page.getByRole("heading", { name: "The keychain has not answered yet" }).waitFor();
  }],
  ["keychain", "keychain", async (page) => {
    await page.getByRole("button", { name: "Try again" }).click();
    await page.getByRole("alert").waitFor();
  }],
  ["start afresh", "keychain", async (page) => {
    await page.getByRole("button", { name: /start over/ }).click();
    await page.getByRole("heading", { name: "Start over?" }).waitFor();
  }],
  ["sign in", "signed_out,revoked", async () => {}],
  ["sign in, first day", "signed_out,first_day", async () => {}],
  ["sign in, no hub there", "signed_out", async (page) => {
    await page.getByLabel("Hub address").fill("page.example.com");
    await page.getByLabel("Password", { exact: true }).fill("battery staple");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("There is no Tandem hub").waitFor();
  }],
  ["sign in, not encrypted", "signed_out", async (page) => {
    await page.getByLabel("Hub address").fill("plain.northwind.lan");
    await page.getByLabel("Password", { exact: true }).fill("battery staple");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("button", { name: "Sign in without encryption" }).waitFor();
  }],
  ["refused", "signed_out", async (page) => {
    await page.getByLabel("E-mail").fill("maya@northwind.example");
    await page.getByLabel("Password", { exact: true }).fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
  }],
];
