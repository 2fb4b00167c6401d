// Opens every state of the desk with its sample data in Chromium, in both themes and at two sizes, and lets axe judge it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { stage } from "./stage.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const show = (name) => (page) => page.getByRole("option", { name }).click().then(() => page.getByTestId("transcript").waitFor());
const press = (button) => async (page) => {
  await show("Carmen Menzel")(page);
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.getByRole("dialog").waitFor();
};

/** Name, scene of the fake host, and how to get there. */
const STATES = [
  ["list", "", async () => {}],
  ["conversation", "", show("Carmen Menzel")],
  ["pictures", "", show("+44 7700 900142")],
  ["failed message", "", show("Jonas Keller")],
  ["invited", "", show("Aiko Tanabe")],
  ["help needed", "", async (page) => {
    await page.getByRole("link", { name: "Help Needed" }).click();
    await show("Luís Carvalho")(page);
  }],
  ["life cycle", "", async (page) => {
    await show("Jonas Keller")(page);
    await page.getByRole("button", { name: /not delivered/ }).click();
    await page.getByRole("dialog").waitFor();
  }],
  ["note", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByRole("button", { name: "Note", exact: true }).click();
  }],
  ["moved on", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.evaluate(() => window.__fake.refuse.set("conversation.send", { code: "conversation.moved_on", message: "" }));
    await page.getByRole("textbox", { name: "Message" }).press("Enter");
    await page.getByRole("button", { name: "Send anyway" }).waitFor();
  }],
  ["toasts and typing", "", async (page) => {
    await show("Carmen Menzel")(page);
    const until = new Date(Date.now() + 60_000).toISOString();
    await page.evaluate((until) => window.__fake.tell(
      { type: "toast", tone: "bad", text: "Priya Nair took this call for help" },
      { type: "toast", tone: "good", text: "A test notification was shown." },
      { type: "typing", id: "carmen", by: { kind: "customer" }, until },
    ), until);
    await page.getByText("is writing").waitFor();
  }],
  ["complete", "", press("Complete")],
  ["leave", "", press("Leave")],
  ["ask for help", "", press("Ask for help")],
  ["invite", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("invite");
    await page.keyboard.press("Enter");
    await page.getByRole("radio", { name: /Priya/ }).waitFor();
  }],
  ["palette", "", async (page) => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("c");
    await page.getByRole("option", { name: /Carmen Menzel/ }).last().waitFor();
  }],
  ["shortcuts", "", (page) => page.keyboard.press("?")],
  ["menu", "", async (page) => {
    await page.getByRole("button", { name: /Maya Ortiz/ }).click();
    await page.getByRole("menu").waitFor();
  }],
  ["nothing found", "", async (page) => {
    await page.keyboard.press("/");
    await page.keyboard.type("zzz");
    await page.getByText("Nothing matches").waitFor();
  }],
  ["empty", "empty", async () => {}],
  ["unreadable", "broken", async () => {}],
  ["offline", "offline,failing", show("Carmen Menzel")],
  ["sign in", "signed_out,revoked", async () => {}],
  ["refused", "signed_out", async (page) => {
    await page.getByLabel("E-mail").fill("maya@northwind.example");
    await page.getByLabel("Password").fill("wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("alert").waitFor();
  }],
];
const SIZES = [{ width: 1440, height: 900 }, { width: 1280, height: 620 }, { width: 960, height: 640 }];

const { base, browser, close } = await stage();

let looked = 0;
const faults = [];
for (const [name, scene, go] of STATES) {
  for (const viewport of SIZES) {
    for (const colorScheme of ["light", "dark"]) {
      const where = `${name}, ${viewport.width}×${viewport.height}, ${colorScheme}`;
      const context = await browser.newContext({ viewport, colorScheme, reducedMotion: "reduce" });
      const page = await context.newPage();
      page.setDefaultTimeout(10_000);
      page.on("pageerror", (error) => faults.push(`${where}: ${error.message}`));
      try {
        await page.goto(`${base}?fake=${scene}`);
        await page.locator("html[data-ready], form").first().waitFor();
        await go(page);
        // Colours are judged when nothing fades any more.
        await page.waitForFunction(() => document.getAnimations().every((a) => a.playState !== "running"));
        await page.evaluate(axe);
        const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ["violations"] }));
        for (const { id, help, nodes } of violations) {
          faults.push(`${where}: ${id}, ${help}\n    ${nodes.slice(0, 3).map((n) => `${n.target} ${n.failureSummary?.split("\n")[1] ?? ""}`).join("\n    ")}`);
        }
        looked++;
      } catch (error) {
        faults.push(`${where}: ${error.message.split("\n")[0]}`);
      }
      await context.close();
    }
  }
}
await close();

faults.forEach((fault) => console.error(fault));
console.log(`axe: ${looked} of ${STATES.length * SIZES.length * 2} states looked at, ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
