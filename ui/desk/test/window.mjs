// What needs a real layout: journeys and lists keep their place, follow their end, and hold only what is visible.
import assert from "node:assert/strict";
import { stage } from "./stage.mjs";

const { base, browser, close } = await stage();
let failed = 0;

/** A busy machine may delay a page, so a failure is tried once more, and said. */
async function story(name, scene, tell, isAgain = false) {
  const page = await browser.newPage({ viewport: { width: 1440, height: 900 } });
  page.setDefaultTimeout(10_000);
  const error = await page.goto(`${base}?fake=${scene}`)
    .then(() => page.locator("html[data-ready=list]").waitFor())
    .then(() => tell(page))
    .then(() => null, (error) => error);
  await page.close();
  if (error && !isAgain) {
    console.error(`again   ${name}: ${error.message}`);
    return story(name, scene, tell, true);
  }
  if (error) {
    failed++;
    console.error(`FAILED  ${name}: ${error.message}`);
  } else {
    console.log(`ok      ${name}`);
  }
}

const open = async (page, name) => {
  await page.getByRole("option", { name }).click();
  await page.getByTestId("entry").first().waitFor();
};
const fromEnd = (page) => page.getByTestId("transcript").evaluate((e) => Math.round(e.scrollHeight - e.scrollTop - e.clientHeight));
const settled = (page) => page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(done, 50)))));
const say = (page, id, text) =>
  page.evaluate(([id, text]) => window.__fake.add(id, { by: { kind: "customer" }, body: { type: "text", turn: text, text, silent: false } }), [id, text]);

await story("The board is printed alone, with all its rows", "", async (page) => {
  await page.keyboard.press("Alt+0");
  await page.getByTestId("board-row").first().waitFor();
  const rows = await page.getByTestId("board-row").count();
  await page.emulateMedia({ media: "print" });
  await page.evaluate(() => window.dispatchEvent(new Event("beforeprint")));
  assert.equal(await page.getByTestId("board-row").count(), rows);
  assert.equal(await page.locator("nav").first().isVisible(), false, "the rail is not printed");
  assert.equal(await page.getByRole("button", { name: "Wall display" }).isVisible(), false);
  const [table, region] = await page.locator(".table").evaluate((one) => [one.scrollHeight, one.clientHeight]);
  assert.ok(table <= region + 1, "no row is cut off");
  assert.equal(await page.evaluate(() => getComputedStyle(document.body).overflowY), "visible", "it goes on for several pages");
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/board-print.png`, fullPage: true });
});

await story("A report over the board is printed alone", "", async (page) => {
  await page.keyboard.press("Alt+0");
  await page.getByTestId("board-row").first().waitFor();
  await page.keyboard.press("Control+k");
  await page.keyboard.type("report");
  await page.keyboard.press("Enter");
  await page.getByTestId("report-period").waitFor();
  await page.emulateMedia({ media: "print" });
  assert.equal(await page.getByTestId("report-period").isVisible(), true);
  assert.equal(await page.getByTestId("board-row").first().isVisible(), false, "the board is behind it");
  assert.equal(await page.getByRole("dialog").evaluate((one) => getComputedStyle(one).position), "absolute", "it goes on for several pages");
  if (process.env.PICTURES) await page.screenshot({ path: `${process.env.PICTURES}/report-print.png`, fullPage: true });
});

await story("The board's selected row stays on screen, and rows beyond it are drawn only when they come", "", async (page) => {
  await page.setViewportSize({ width: 1440, height: 420 });
  await page.keyboard.press("Alt+0");
  await page.getByTestId("board-row").first().waitFor();
  await page.keyboard.press("End");
  await settled(page);
  const last = page.locator("tr[aria-current]");
  const inside = () => last.evaluate((row) => {
    const [a, b] = [row.getBoundingClientRect(), row.closest(".table").getBoundingClientRect()];
    return a.top >= b.top - 1 && a.bottom <= b.bottom + 1;
  });
  assert.ok(await inside(), "End brings the last row into view");
  await page.keyboard.press("Home");
  await settled(page);
  const head = await page.locator(".table thead").boundingBox();
  const first = await last.boundingBox();
  assert.ok(first.y >= head.y + head.height - 1, "the head does not cover the first row");
});

await story("In a narrow window the board keeps its figures, and its rows scroll by themselves", "", async (page) => {
  await page.setViewportSize({ width: 900, height: 420 });
  await page.keyboard.press("Alt+0");
  await page.getByTestId("board-row").first().waitFor();
  const { figures, shown, whole } = await page.evaluate(() => {
    const table = document.querySelector(".board .table");
    return { figures: document.querySelector(".board .figures").offsetHeight, shown: table.clientHeight, whole: table.scrollHeight };
  });
  assert.ok(figures > 60, `the figures are ${figures} high`);
  assert.ok(shown < whole, `${shown} of ${whole} are shown`);
});

await story("A journey opens at its end and follows what comes", "", async (page) => {
  await open(page, "Carmen Menzel");
  await settled(page);
  assert.ok((await fromEnd(page)) < 3, "opens at the end");
  await say(page, "carmen", "Friday then!");
  await page.getByTestId("transcript").getByText("Friday then!").waitFor();
  await settled(page);
  assert.ok((await fromEnd(page)) < 3, "follows the end");
});

await story("A press ends on what it began on, although a message comes meanwhile", "files", async (page) => {
  await open(page, "Carmen Menzel");
  // What stands above the field takes room from the transcript.
  for (const words of ["cabin.mov", "Suggestion"]) await page.getByText(words, { exact: true }).waitFor();
  await settled(page);
  await page.waitForFunction(() => {
    const pane = document.querySelector("[data-testid=transcript]");
    return pane.scrollHeight - pane.scrollTop - pane.clientHeight < 3;
  });
  await page.getByRole("button", { name: "Open booking confirmation.html" }).hover();
  const height = await page.getByTestId("transcript").evaluate((e) => e.scrollHeight);
  await page.mouse.down();
  await say(page, "carmen", "Friday then!");
  // It takes room below what is seen, where nothing needs to be drawn.
  await page.waitForFunction((height) => document.querySelector("[data-testid=transcript]").scrollHeight > height, height).catch(async () => {
    throw new Error(`the message did not come: ${height}, ${await fromEnd(page)} from the end`);
  });
  await settled(page);
  await page.mouse.up();
  await page.getByRole("dialog", { name: "This file can only be saved" }).waitFor();
  await page.keyboard.press("Escape");
  await page.getByTestId("transcript").getByText("Friday then!").waitFor();
  await settled(page);
  assert.ok((await fromEnd(page)) < 3, "and the end is followed again");
});

await story("What is on screen can be pressed while the list still moves", "files", async (page) => {
  await open(page, "Carmen Menzel");
  for (const words of ["cabin.mov", "Suggestion"]) await page.getByText(words, { exact: true }).waitFor();
  await settled(page);
  const hit = await page.getByTestId("transcript").evaluate((pane) => new Promise((done) => {
    pane.addEventListener("scroll", () => requestAnimationFrame(() => {
      const button = pane.querySelector("button[aria-label='Open booking confirmation.html']");
      const { left, top, width, height } = button.getBoundingClientRect();
      done(button.contains(document.elementFromPoint(left + width / 2, top + height / 2)));
    }), { once: true });
    pane.scrollTop -= 40;
  }));
  assert.ok(hit, "a press reaches what it is on");
});

await story("A journey opens at its end also for those who want no motion", "", async (page) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page, "Carmen Menzel");
  await settled(page);
  await settled(page);
  assert.ok((await fromEnd(page)) < 3, "opens at the end");
});

await story("A conversation is drawn once, at its end, and drawn on by what is said", "large", async (page) => {
  await open(page, "Long Journey");
  await settled(page);
  const pane = page.getByTestId("transcript");
  const shown = await pane.getByTestId("entry").count();
  assert.ok(shown < 40, `${shown} entries are on the page`);
  await pane.evaluate((pane) => {
    const entries = (nodes) => [...nodes].filter((node) => node.nodeType === 1 && (node.matches("[data-testid=entry]") || node.querySelector("[data-testid=entry]"))).length;
    window.__went = 0;
    new MutationObserver((all) => (window.__went += all.reduce((sum, { removedNodes }) => sum + entries(removedNodes), 0))).observe(pane, { childList: true, subtree: true });
  });
  for (const words of ["One", "Two", "Three"]) {
    await say(page, "long", words);
    await pane.getByText(words, { exact: true }).waitFor();
    await settled(page);
    assert.ok((await fromEnd(page)) < 3, "the end is followed");
  }
  assert.ok((await page.evaluate(() => window.__went)) < 15, "a few go at the top, and none is drawn again");
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

await story("The end stays in sight when the window, the composer or who is writing takes room", "", async (page) => {
  await open(page, "Carmen Menzel");
  await settled(page);
  const stays = async (when) => {
    await settled(page);
    assert.ok((await fromEnd(page)) < 3, `still at the end ${when}`);
    assert.equal(await page.getByRole("button", { name: /\d new/ }).count(), 0, `nothing is called new ${when}`);
  };
  await page.evaluate(() => window.__fake.tell({ type: "typing", id: "carmen", by: { kind: "customer" }, until: new Date(Date.now() + 60_000).toISOString() }));
  await page.getByText("Carmen is writing").waitFor();
  await stays("when somebody writes");
  const field = page.getByRole("textbox", { name: "Message" });
  await field.press("End");
  for (let line = 0; line < 8; line++) await field.press("Shift+Enter");
  await stays("when the composer grows");
  await page.setViewportSize({ width: 1100, height: 560 });
  await stays("when the window shrinks");
  await say(page, "carmen", "Are you there?");
  await page.getByTestId("transcript").getByText("Are you there?").waitFor();
  await stays("when something is said");
  assert.equal(await page.getByText("is writing").count(), 0, "who has spoken does not write any more");
  await page.setViewportSize({ width: 1440, height: 900 });
  await field.fill("");
  await stays("when everything is large again");
});

await story("A hit opens in its place, and there are ways in both directions", "large", async (page) => {
  await page.keyboard.press("/");
  await page.keyboard.type('"message 5000"');
  await page.getByTestId("hit").first().waitFor();
  await page.keyboard.press("Enter");
  const found = page.locator("[data-found]");
  await found.waitFor();
  await settled(page);
  assert.match(await found.textContent(), /From your search.*Message 5000:/s);
  const middle = async () => {
    const [pane, hit] = [await page.getByTestId("transcript").boundingBox(), await found.boundingBox()];
    return Math.abs(hit.y + hit.height / 2 - pane.y - pane.height / 2) / pane.height;
  };
  assert.ok((await middle()) < 0.25, "the hit stands in the middle");
  await page.getByTestId("transcript").hover();
  const wheelTo = async (words, by) => {
    for (let at = 0; at < 200; at++) {
      if ((await page.getByTestId("transcript").textContent()).includes(words)) return true;
      await page.mouse.wheel(0, by);
      await settled(page);
    }
    return false;
  };
  assert.ok(await wheelTo("Message 5070:", 500), "newer entries load below");
  assert.ok(await wheelTo("Message 4930:", -500), "older entries load above");
  await page.getByTestId("transcript").press("End");
  await page.getByTestId("transcript").getByText("Message 10000:").waitFor();
  await settled(page);
  assert.ok((await fromEnd(page)) < 3, "End leads to the end");
  assert.equal(await page.getByRole("button", { name: "Back to newest" }).count(), 0);
});

await story("A list keeps its place when rows come above", "large", async (page) => {
  const list = page.getByRole("listbox", { name: "My Conversations" });
  await list.hover();
  await page.mouse.wheel(0, 1330);
  await settled(page);
  const place = () => list.evaluate((list) => {
    const top = list.getBoundingClientRect().top;
    const row = [...list.querySelectorAll("[data-testid=row]")].find((row) => row.getBoundingClientRect().bottom > top + 1);
    return { id: row.dataset.id, top: Math.round(row.getBoundingClientRect().top) };
  });
  const before = await place();
  await page.evaluate(() => {
    const { samples, tell } = window.__fake;
    samples.splice(0, 0, ...samples.splice(500, 3));
    tell.call(window.__fake, { type: "lists" });
  });
  await page.getByRole("option", { name: /Customer 17/ }).waitFor();
  await settled(page);
  assert.deepEqual(await place(), before);
});

await story("However much there is, only what is near the eye is in the page", "large", async (page) => {
  await open(page, "Long Journey");
  for (const pane of [page.getByRole("listbox", { name: "My Conversations" }), page.getByTestId("transcript")]) {
    await pane.hover();
    for (let at = 0; at < 40; at++) await page.mouse.wheel(0, at % 2 ? -2500 : 2000);
    await settled(page);
  }
  assert.ok((await page.getByTestId("row").count()) < 40, "rows");
  assert.ok((await page.getByTestId("entry").count()) < 60, "entries");
});

await story("Panes reach the status bar without being stretched to it, which would paint all of them with each", "", async (page) => {
  await page.keyboard.press("j");
  await page.getByTestId("transcript").waitFor();
  const top = await page.locator(".window > footer").evaluate((bar) => bar.getBoundingClientRect().top);
  const panes = await page.locator(".window > :is(.rail, .list, main, aside)").evaluateAll((all) =>
    all.map((pane) => ({ align: getComputedStyle(pane).alignSelf, bottom: pane.getBoundingClientRect().bottom })),
  );
  assert.ok(panes.length >= 3, `${panes.length} panes`);
  for (const { align, bottom } of panes) {
    assert.equal(align, "start");
    assert.ok(Math.abs(bottom - top) < 1, `a pane ends at ${bottom}, the bar begins at ${top}`);
  }
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
  await page.keyboard.press("Escape");
  await page.keyboard.press("e");
  await page.getByRole("dialog", { name: "Complete this conversation" }).waitFor();
  await page.keyboard.type("Refund sent");
  await page.keyboard.press("Control+Enter");
  await page.getByRole("heading", { name: "Carmen Menzel" }).waitFor();
  assert.ok(await page.getByRole("listbox").evaluate((list) => list === document.activeElement), "the next keys are the list's");
  // Hands see first what has come: what is faster belongs to the one before.
  await page.waitForTimeout(500);
  await page.keyboard.press("n");
  await page.getByRole("heading", { name: "Luís Carvalho" }).waitFor();
  await page.getByRole("textbox", { name: "Message" }).waitFor();
});

await story("In a small window the list and the conversation take turns", "", async (page) => {
  await page.setViewportSize({ width: 320, height: 560 });
  await page.locator(".window.single").waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  const field = page.getByRole("textbox", { name: "Message" });
  await field.waitFor();
  await page.keyboard.type("Hello");
  assert.match(await field.inputValue(), /Hello$/, "Enter leads into the field, because the list is gone");
  await page.keyboard.press("Escape");
  await page.getByRole("option", { name: "Jonas Keller" }).waitFor();
  await page.keyboard.press("j");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Jonas Keller" }).waitFor();
  await page.getByRole("button", { name: "Back to the list" }).click();
  await page.getByRole("option", { name: "Jonas Keller" }).waitFor();
});

await story("A window that becomes small keeps the field that somebody writes in", "", async (page) => {
  await open(page, "Carmen Menzel");
  await page.keyboard.press("Escape");
  await page.getByRole("textbox", { name: "Message" }).click();
  await page.keyboard.type("Hel");
  await page.setViewportSize({ width: 320, height: 560 });
  await page.locator(".window.single").waitFor();
  await page.keyboard.type("lo");
  assert.match(await page.getByRole("textbox", { name: "Message" }).inputValue(), /Hello$/);
});

await story("Words typed beside the field reach it, and no stranger", "", async (page) => {
  await open(page, "Carmen Menzel");
  await page.getByTestId("transcript").click({ position: { x: 8, y: 8 } });
  await page.keyboard.type("No problem, I am on it");
  assert.equal(await page.getByRole("textbox", { name: "Message" }).inputValue(), "Good news, Carmen: No problem, I am on it");
  await page.getByTestId("composer").locator(".bar").click({ position: { x: 225, y: 20 } });
  await page.keyboard.type(". Euro 20");
  assert.match(await page.getByRole("textbox", { name: "Message" }).inputValue(), /on it\. Euro 20$/);
  const joined = await page.evaluate(() => window.__fake.calls.some(({ name }) => name === "conversation.join"));
  assert.equal(joined, false);
});

/** Whether all of it lies in the window, and nothing lies over it. */
const inSight = (locator) =>
  locator.evaluate((element) => {
    const { left, top, right, bottom } = element.getBoundingClientRect();
    const at = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
    return left >= 0 && top >= 0 && right <= innerWidth && bottom <= innerHeight && element.contains(at);
  });

await story("In the dark, native controls are dark; the list has one focus ring; nothing paints over a menu", "", async (page) => {
  await page.emulateMedia({ colorScheme: "dark" });
  await page.waitForFunction(() => document.documentElement.dataset.theme === "dark");
  await open(page, "Carmen Menzel");
  // A click leads into the field.
  await page.keyboard.press("Escape");
  await page.keyboard.press("l");
  const radio = page.getByRole("dialog").getByRole("radio").first();
  assert.equal(await radio.evaluate((element) => getComputedStyle(element).colorScheme), "dark");
  await page.keyboard.press("Escape");
  const rings = await page.locator(".rows").evaluate((list) => [getComputedStyle(list).outlineStyle, getComputedStyle(list, "::after").outlineStyle]);
  assert.ok(rings.every((style) => style === "none" || style === ""), `the list has none beside its row's: ${rings}`);
  await page.locator(".me-button").click();
  const items = await page.getByRole("menu").locator(".menu-item").all();
  assert.ok(items.length > 2);
  for (const item of items) assert.ok(await inSight(item));
});

/** Whether all of its words are shown. */
const isWhole = (locator) => locator.evaluate((element) => element.scrollWidth <= element.clientWidth && element.scrollHeight <= element.clientHeight + 1);

await story("Sections with large counts, and who takes part, are read whole; in a wide window both sides stay near", "large", async (page) => {
  await page.getByTestId("section-count-all").filter({ hasText: /\d{3}/ }).waitFor();
  for (const width of [1280, 1440, 2560]) {
    await page.setViewportSize({ width, height: 900 });
    await settled(page);
    for (const name of await page.locator(".rail .section a").all()) assert.ok(await isWhole(name), `${await name.textContent()} at ${width}`);
  }
  await open(page, "Long Journey");
  await settled(page);
  const sides = await page.getByTestId("entry").evaluateAll((entries) =>
    entries.flatMap((entry) => [...entry.querySelectorAll(".bubble")].map((bubble) => bubble.getBoundingClientRect())).map(({ left, right }) => [left, right]));
  assert.ok(sides.length > 2, "bubbles");
  const far = Math.max(...sides.map(([, right]) => right)) - Math.min(...sides.map(([left]) => left));
  assert.ok(far <= 64 * 16, `the sides are ${far} px apart`);
});

for (const [width, height, zoom] of [[320, 560, 1], [640, 400, 1], [960, 640, 1], [960, 640, 2], [900, 560, 1.5], [1280, 800, 2]]) {
  await story(`Send stays in sight in ${width} × ${height} at ${zoom * 100} %, whatever stands above it`, "files", async (page) => {
    await page.setViewportSize({ width, height });
    await page.evaluate((percent) => localStorage.setItem("tandem.text", String(percent)), zoom * 100);
    await page.reload();
    await page.locator("html[data-ready=list]").waitFor();
    await open(page, "Carmen Menzel");
    await page.getByTestId("draft-files").waitFor();
    await page.getByRole("textbox", { name: "Message" }).fill("One more line\n".repeat(40));
    await settled(page);
    for (const name of [/^Send/, "Note", "Complete"]) {
      assert.ok(await inSight(page.getByRole("button", { name })), `${name} is in sight`);
    }
    const back = page.getByRole("button", { name: "Back to the list" }).or(page.getByRole("link", { name: "My Conversations" }));
    assert.ok(await inSight(back), "and so is the way to the list or the sections");
    const wide = await page.evaluate(() => document.scrollingElement.scrollWidth - innerWidth);
    assert.equal(wide, 0, "nothing stands beyond the edge");
  });
}

await close();
process.exit(failed === 0 ? 0 : 1);
