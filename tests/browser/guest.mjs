// An external agent's browser, on the page behind a link.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { lead } from "./lead.mjs";

const axe = readFileSync(createRequire(new URL("../../ui/package.json", import.meta.url)).resolve("axe-core/axe.min.js"), "utf8");

await lead("tandem-guest", ({ page, chat }) => ({
  async open({ url }) {
    await page.goto(url);
    await chat.getByRole("heading", { level: 1 }).waitFor();
  },
  async heading({ text }) {
    await chat.getByRole("heading", { level: 1 }).filter({ hasText: text }).waitFor();
  },
  async press({ label }) {
    await chat.getByRole("button", { name: label, exact: true }).click();
  },
  async attach({ name, text }) {
    await chat.locator("input[type=file]").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
    await chat.getByRole("button", { name: "Send", exact: true }).click();
  },
  async text() {
    return chat.evaluate((element) => element.shadowRoot.textContent);
  },
  async dress({ theme }) {
    await page.emulateMedia({ colorScheme: theme });
  },
  /** Returns axe's findings. */
  async judge() {
    await page.evaluate(axe);
    const { violations } = await page.evaluate(() => globalThis.axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21aa", "best-practice"] }));
    return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
  },
}));
