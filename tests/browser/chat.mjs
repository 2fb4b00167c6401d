// A customer's browser, on a page with the web chat.
import { lead } from "./lead.mjs";

await lead("universal-chat", ({ page, chat }) => ({
  async open({ url }) {
    await page.goto(url);
    await chat.getByRole("textbox", { name: "Message" }).waitFor();
  },
  async choose({ label }) {
    await chat.getByRole("button", { name: label, exact: true }).last().click();
  },
}));
