// A headless Chromium that is led by lines of JSON on standard input: one order a line, one answer a line, {"ok": …} or
// {"error": "…"}. It ends with its input.
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { createInterface } from "node:readline";

// Uses the front end's packages.
const { chromium } = createRequire(new URL("../../ui/package.json", import.meta.url))("playwright-core");

const BROWSERS = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

function browserPath() {
  if (process.env.TANDEM_CHROMIUM) return process.env.TANDEM_CHROMIUM;
  const places = (process.env.PATH ?? "").split(":").flatMap((folder) => BROWSERS.map((name) => `${folder}/${name}`));
  const found = places.find((place) => existsSync(place));
  if (!found) throw new Error("no Chromium in PATH; name one in TANDEM_CHROMIUM");
  return found;
}

/** `host` is the element whose shadow holds the turns; `orders` makes what can be ordered, from the page and its parts. */
export async function lead(host, makeOrders) {
  const browser = await chromium.launch({ executablePath: browserPath(), args: FLAGS });
  const page = await browser.newPage({ viewport: { width: 1280, height: 800 }, locale: "en-GB", timezoneId: "UTC" });
  page.on("console", (message) => process.stderr.write(`${message.type()}: ${message.text()}\n`));
  page.on("pageerror", (error) => process.stderr.write(`uncaught: ${error.stack}\n`));

  // Locators pierce the element's shadow.
  const chat = page.locator(host);
  const turns = (from) => chat.locator(from ? `.turn.${from}` : ".turn");

  async function transcript() {
    return turns().evaluateAll((nodes) =>
      nodes.map((node) => ({
        from: [...node.classList].find((name) => ["customer", "agent", "logic", "external_agent"].includes(name)) ?? "",
        text: node.querySelector(".text")?.textContent ?? "",
      })),
    );
  }

  const orders = {
    async say({ text }) {
      await chat.getByRole("textbox", { name: "Message" }).fill(text);
      await chat.getByRole("button", { name: "Send", exact: true }).click();
    },
    async sees({ from, text }) {
      await turns(from).filter({ hasText: text }).first().waitFor();
    },
    async next({ from, count }) {
      const turn = turns(from).nth(count);
      await turn.waitFor();
      return turns(from).last().locator(".text").innerText();
    },
    transcript,
    async picture({ path }) {
      await page.screenshot({ path });
    },
    ...makeOrders({ page, chat, turns }),
  };

  async function follow(order) {
    page.setDefaultTimeout(order.within_ms);
    try {
      return { ok: (await orders[order.do](order)) ?? null };
    } catch (error) {
      const seen = await transcript().catch(() => "no chat");
      await page.screenshot({ path: order.failure }).catch(() => {});
      return { error: `${error.message}\nthe page shows: ${JSON.stringify(seen, null, 1)}\npicture: ${order.failure}` };
    }
  }

  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await follow(JSON.parse(line)))}\n`);
  }
  await browser.close();
}
