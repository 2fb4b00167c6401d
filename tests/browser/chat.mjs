// A customer's browser, on a page with the web chat.
import { lead } from "./lead.mjs";

await lead("universal-chat", ({ page, chat, turns }) => ({
  async open({ url }) {
    await page.goto(url);
    await chat.getByRole("textbox", { name: "Message" }).waitFor();
  },
  async choose({ label }) {
    await chat.getByRole("button", { name: label, exact: true }).last().click();
  },
  async attach({ name, kind, text }) {
    await chat.locator("input[type=file]").setInputFiles({ name, mimeType: kind, buffer: Buffer.from(text) });
    await chat.getByRole("button", { name: "Send", exact: true }).click();
  },
  /** Sets or removes the page's identity token. */
  async identify({ token }) {
    await chat.evaluate((element, jwt) => (jwt ? element.setAttribute("identity", jwt) : element.removeAttribute("identity")), token);
  },
  async empty() {
    await turns().first().waitFor({ state: "detached" });
  },
}));
