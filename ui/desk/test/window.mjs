// What only a real layout can show: the journey keeps its place, follows its end, and ten thousand of anything do not stutter.
import assert from "node:assert/strict";
import { stage } from "./stage.mjs";

const { base, browser, close } = await stage();
const TASK_MS = 50;
let failed = 0;

async function story(name, scene, tell) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(10_000);
  try {
    await page.goto(`${base}?fake=${scene}`);
    await page.locator("html[data-ready=list]").waitFor();
    await tell(page);
    console.log(`ok      ${name}`);
  } catch (error) {
    failed++;
    console.error(`FAILED  ${name}: ${error.message}`);
  }
  await page.close();
}

/** The page's own tasks, longest first, in milliseconds of its thread's CPU time: neighbours on the machine do not count. */
function longest(trace) {
  const { traceEvents } = JSON.parse(trace.toString());
  const thread = (event) => `${event.pid} ${event.tid}`;
  const named = (event) => event.name === "thread_name" && event.args.name === "CrRendererMain";
  const pages = new Set(traceEvents.filter(named).map(thread));
  const tasks = traceEvents.filter((event) => event.name.includes("RunTask") && pages.has(thread(event)));
  return tasks.map((event) => Math.round((event.tdur ?? 0) / 1000)).sort((a, b) => b - a);
}

const open = async (page, name) => {
  await page.getByRole("option", { name }).click();
  await page.getByTestId("entry").first().waitFor();
};
const fromEnd = (page) => page.getByTestId("transcript").evaluate((e) => Math.round(e.scrollHeight - e.scrollTop - e.clientHeight));
const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)))));
const say = (page, id, text) =>
  page.evaluate(([id, text]) => window.__fake.add(id, { by: { kind: "customer" }, body: { type: "text", turn: text, text, silent: false } }), [id, text]);

await story("A journey opens at its end and follows what comes", "", async (page) => {
  await open(page, "Carmen Menzel");
  await settled(page);
  assert.ok((await fromEnd(page)) < 3, "opens at the end");
  await say(page, "carmen", "Friday then!");
  await page.getByTestId("transcript").getByText("Friday then!").waitFor();
  await settled(page);
  assert.ok((await fromEnd(page)) < 3, "follows the end");
});

await story("Who reads further up is told what is new below and is not moved", "large", async (page) => {
  await open(page, "Long Journey");
  await settled(page);
  const pane = page.getByTestId("transcript");
  await pane.hover();
  await page.mouse.wheel(0, -900);
  await settled(page);
  const top = await pane.evaluate((e) => e.scrollTop);
  await say(page, "long", "One more thing");
  await page.getByRole("button", { name: "1 new" }).waitFor();
  assert.equal(await pane.evaluate((e) => e.scrollTop), top, "the place is kept");
  await page.getByRole("button", { name: "1 new" }).click();
  await settled(page);
  assert.ok((await fromEnd(page)) < 3, "the button leads to the end");
});

await story("Older entries load above without moving what is read", "large", async (page) => {
  await open(page, "Long Journey");
  await settled(page);
  const pane = page.getByTestId("transcript");
  await pane.hover();
  const before = await pane.evaluate((e) => e.scrollHeight);
  const mark = async () =>
    pane.evaluate((pane) => {
      const middle = pane.getBoundingClientRect().top + 300;
      const entry = [...pane.querySelectorAll("[data-testid=entry]")].find((e) => e.getBoundingClientRect().bottom > middle);
      return { words: entry.textContent, top: Math.round(entry.getBoundingClientRect().top) };
    });
  for (let at = 0; at < 40 && (await pane.evaluate((e) => e.scrollHeight)) < before * 1.5; at++) {
    await page.mouse.wheel(0, -350);
    await settled(page);
  }
  assert.ok((await pane.evaluate((e) => e.scrollHeight)) > before * 1.5, "older entries were loaded");
  const place = await mark();
  await settled(page);
  assert.deepEqual(await mark(), place, "and the eye keeps its place");
  const text = await pane.textContent();
  assert.ok(!text.includes("Message 10000:"), "far from the end");
});

await story("Ten thousand rows and turns never hold the page for long", "large", async (page) => {
  await browser.startTracing(page, { categories: ["toplevel"] });
  const list = page.getByRole("listbox", { name: "My Conversations" });
  await list.hover();
  for (let at = 0; at < 30; at++) await page.mouse.wheel(0, 2500);
  await settled(page);
  await list.focus();
  await page.keyboard.press("End");
  await page.getByRole("option", { name: "Customer 9999" }).waitFor();
  await page.keyboard.press("Home");
  await open(page, "Long Journey");
  await page.getByTestId("transcript").hover();
  for (let at = 0; at < 30; at++) await page.mouse.wheel(0, -1500);
  await settled(page);
  const tasks = longest(await browser.stopTracing());
  assert.ok(tasks.length > 100 && tasks[0] <= TASK_MS, `the longest tasks of ${tasks.length}: ${tasks.slice(0, 5)} ms`);
});

await story("The keyboard alone finds, opens, answers and completes", "", async (page) => {
  await page.keyboard.press("j");
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Jonas Keller" }).waitFor();
  await page.keyboard.press("r");
  await page.keyboard.type("All done, Jonas.");
  await page.keyboard.press("Enter");
  await page.getByTestId("transcript").getByText("All done, Jonas.").waitFor();
  assert.equal(await page.getByRole("textbox", { name: "Message" }).inputValue(), "", "the field is free again");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("dialog", { name: "Complete this conversation" }).waitFor();
  await page.keyboard.type("Refund sent");
  await page.keyboard.press("Control+Enter");
  await page.getByTestId("transcript").getByText("You completed the conversation").waitFor();
  await page.keyboard.press("Escape");
  await page.keyboard.press("n");
  await page.getByRole("heading", { name: "Luís Carvalho" }).waitFor();
  await page.getByRole("textbox", { name: "Message" }).waitFor();
});

await close();
process.exit(failed === 0 ? 0 : 1);
