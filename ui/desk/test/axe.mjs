// Opens every state of the desk with sample data in Chromium, and checks it with axe in both themes. States with a layout
// of their own are also checked in other windows: small, zoomed, with forced colours and with more contrast.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { stage } from "./stage.mjs";
import { STATES } from "./states.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

const SIZE = { width: 1440, height: 900 };
/** How else a state is looked at; nothing may lie outside of the window. */
const OTHERWISE = {
  low: { size: { width: 1280, height: 620 } },
  narrow: { size: { width: 960, height: 640 } },
  // 1280 × 1024 at 400 % (WCAG 1.4.10).
  tiny: { size: { width: 320, height: 480 } },
  // 1440 × 900 at 200 %.
  folded: { size: { width: 720, height: 450 } },
  large: { size: { width: 3840, height: 2160 } },
  /** 200 %. */
  zoomed: { steps: 5 },
  forced: { media: { forcedColors: "active" } },
  contrast: { media: { contrast: "more" } },
};
/** States with a layout of their own. Others are a dialog or a message over one of these. */
const LAYOUTS = {
  "opening takes long": ["tiny"],
  "board": ["low", "narrow", "tiny", "folded", "zoomed", "forced"],
  "as seen by": ["low", "narrow", "tiny", "folded", "zoomed", "forced", "contrast"],
  "as seen by, unread": ["tiny", "forced"],
  "list": ["narrow", "tiny", "folded"],
  "conversation": ["low", "narrow", "tiny", "folded", "large", "zoomed", "forced", "contrast"],
  "elsewhere": ["narrow", "tiny"],
  "own window": ["tiny", "folded", "zoomed", "forced"],
  "help needed": ["narrow", "tiny", "folded", "zoomed", "forced"],
  "completed": ["narrow", "tiny"],
  "call lost, the next offered": ["narrow"],
  "joined, no reply": ["narrow", "tiny"],
  "help not needed": ["low", "tiny"],
  "signing out with customers": ["tiny", "forced"],
  "none of mine left": ["narrow"],
  "files": ["low", "tiny"],
  "just sent": ["tiny"],
  "edit the customer": ["low", "tiny"],
  "contact card": ["low", "tiny"],
  "tags": ["low", "tiny", "zoomed", "forced"],
  "snooze": ["low", "tiny", "forced"],
  "snoozed, with a reminder": ["tiny", "forced"],
  "note": ["narrow"],
  "translation offered": ["tiny"],
  "read in translation": ["narrow", "tiny", "forced"],
  "translation of a reply": ["tiny"],
  "library, list": ["tiny", "forced"],
  "library, quick reply": ["tiny", "zoomed"],
  "numbers, list": ["tiny", "forced"],
  "numbers, one": ["low", "tiny", "zoomed"],
  "numbers, new": ["low", "tiny", "zoomed"],
  "reviews, low": ["tiny", "forced"],
  "reviews, disagree": ["low"],
  "reviews, file": ["low", "tiny", "zoomed"],
  "plans, one": ["low", "tiny", "zoomed"],
  "number ill": ["tiny", "forced"],
  "quick replies": ["narrow", "tiny", "forced"],
  "question to send": ["tiny"],
  "moved on": ["narrow", "tiny"],
  "completed meanwhile": ["tiny", "folded"],
  "emoji": ["tiny", "folded", "forced"],
  "formatted words": ["tiny", "forced"],
  "colleague away": ["folded"],
  "panes, resized": ["narrow", "folded", "zoomed", "forced"],
  "unsent": ["narrow"],
  "palette": ["tiny"],
  "shortcuts": ["narrow", "tiny", "zoomed", "forced"],
  "settings, sounds": ["low", "tiny", "forced", "contrast"],
  "settings, appearance": ["tiny", "zoomed", "forced", "contrast"],
  "settings, about": ["tiny", "forced"],
  "settings, sending": ["tiny", "forced"],
  "settings, start": ["tiny", "forced"],
  "settings, languages": ["tiny", "forced"],
  "compact, more contrast": ["narrow", "tiny", "forced"],
  "first day": ["narrow", "tiny", "folded", "forced"],
  "sign in, not encrypted": ["low", "tiny", "forced"],
  "sign in, no hub there": ["tiny", "forced"],
  "away with a reason": ["low", "tiny", "forced"],
  "at lunch": ["narrow", "tiny"],
  "late from lunch": ["narrow", "forced"],
  "transfer": ["low", "tiny", "folded"],
  "for you": ["narrow", "tiny", "forced"],
  "search in a conversation": ["tiny"],
  "arranged list": ["narrow", "tiny", "forced"],
  "arranging": ["low", "tiny", "forced"],
  "invite": ["tiny", "forced"],
  "partner invited": ["low", "tiny"],
  "settings, notifications": ["low", "tiny", "forced"],
  "who was told": ["tiny"],
  "search, hits": ["narrow", "tiny"],
  "outbox": ["narrow", "tiny"],
  "not sent": ["narrow", "tiny", "folded", "forced"],
  "offline": ["narrow", "tiny", "folded"],
  "sign in": ["low", "tiny"],
  "start afresh": ["tiny"],
  "keychain that keeps silent": ["tiny"],
};

const started = Date.now();
const { base, browser, close } = await stage();

let looked = 0;
const faults = [];
const again = [];
const spent = { building: Date.now() - started, opening: 0, reaching: 0, looking: 0 };
// `node desk/test/axe.mjs search outbox` checks only states with one of these in their name.
const wanted = process.argv.slice(2);
const chosen = STATES.filter(([name]) => wanted.length === 0 || wanted.some((part) => name.includes(part)));
if (chosen.length === 0) faults.push(`no state has ${wanted.join(" or ")} in its name`);
for (const name of Object.keys(LAYOUTS)) if (!STATES.some(([state]) => state === name)) faults.push(`no state is called "${name}"`);
const VISITORS = Number(process.env.VISITORS ?? 3);
/** A folder for a picture of each look; none without it. */
const { PICTURES } = process.env;
/** The language of all looks. Without it everything is looked at in English, and what is narrow in German, too. */
const { LANGUAGE } = process.env;
const NARROW = ["narrow", "tiny", "folded", "zoomed"];
if (PICTURES) mkdirSync(PICTURES, { recursive: true });

const MEDIA = { colorScheme: "light", forcedColors: "none", contrast: "no-preference", reducedMotion: "reduce" };
/** Only colours change with the theme, so the second check covers only them. */
const COLOURS = { runOnly: ["color-contrast", "link-in-text-block"] };
/** Another language changes the names and the room that they take. */
const FITS = { runOnly: ["label", "button-name", "scrollable-region-focusable"] };

async function timed(what, work) {
  const from = Date.now();
  try {
    return await work();
  } finally {
    spent[what] += Date.now() - from;
  }
}

/** Checks the page's current state. */
async function look(page, where, options = {}) {
  // Colours are judged after all transitions; those of a new theme begin with the next frame.
  const found = await timed("looking", () => page.evaluate(async (options) => {
    const frame = () => new Promise((drawn) => requestAnimationFrame(drawn));
    await frame();
    await frame();
    for (let at = 0; at < 300 && document.getAnimations().some((one) => one.playState === "running"); at++) await frame();
    const cut = [...document.querySelectorAll("button, a[href], input, textarea, h1, h2")].filter((element) => {
      const { left, right, width } = element.getBoundingClientRect();
      return width > 1 && element.checkVisibility() && !element.closest(".hidden-words") && (left < -1 || right > innerWidth + 1);
    });
    // All of the rail is in sight, down to what is left of 448 px at 100 %. A banner takes some of that.
    const rail = document.querySelector(".rail");
    const rem = parseFloat(getComputedStyle(document.documentElement).fontSize);
    if (rail && rail.clientHeight / rem >= 26 && rail.scrollHeight > rail.clientHeight) cut.push(rail);
    const { violations } = await window.axe.run(document, { resultTypes: ["violations"], ...options });
    return {
      cut: cut.map((element) => `${element.tagName} ${element.ariaLabel ?? element.textContent.trim().slice(0, 40)}`),
      violations: violations.map(({ id, help, nodes }) => ({ id, help, nodes: nodes.slice(0, 3).map((n) => `${n.target} ${n.failureSummary?.split("\n")[1] ?? ""}`) })),
    };
  }, options));
  for (const { id, help, nodes } of found.violations) faults.push(`${where}: ${id}, ${help}\n    ${nodes.join("\n    ")}`);
  if (found.cut.length > 0) faults.push(`${where}: outside of the window\n    ${found.cut.join("\n    ")}`);
  if (PICTURES) await page.screenshot({ path: `${PICTURES}/${where.replace(/[^a-z0-9]+/gi, "-")}.png` });
  looked++;
}

/** States are reached by English words; only then another language is spoken. */
async function speak(page, language) {
  await page.evaluate(async (language) => {
    const { settings } = await window.__fake.rpc("app.state", {});
    await window.__fake.rpc("settings.set", { ...settings, language });
    window.__fake.tell({ type: "app" });
    window.__speak(language);
    // The next page is English again.
    localStorage.removeItem("tandem.language");
  }, language);
}

async function reach(page, scene, go) {
  await page.setViewportSize(SIZE);
  await page.emulateMedia(MEDIA);
  await timed("opening", async () => {
    await page.goto(`${base}?fake=${scene}`);
    await page.locator(scene === "opening" || scene.includes("apart=") ? "main" : "html[data-ready], form").first().waitFor();
    await page.evaluate(axe);
  });
  await timed("reaching", () => go(page));
}

async function visit(page, [name, scene, go]) {
  let where = name;
  page.removeAllListeners("pageerror");
  page.on("pageerror", (error) => faults.push(`${where}: ${error.message}`));
  try {
    // A press may fall beside what moves just then on a slow machine. What is looked at here is the state.
    await reach(page, scene, go).catch(() => {
      again.push(name);
      return reach(page, scene, go);
    });
    if (LANGUAGE) await speak(page, LANGUAGE);
    where = `${name}, light`;
    await look(page, where);
    where = `${name}, dark`;
    await page.emulateMedia({ ...MEDIA, colorScheme: "dark" });
    await look(page, where, COLOURS);
    for (const way of LAYOUTS[name] ?? []) {
      where = `${name}, ${way}`;
      const { size = SIZE, steps = 0, media = {} } = OTHERWISE[way];
      await page.emulateMedia({ ...MEDIA, ...media });
      await page.setViewportSize(size);
      for (let step = 0; step < steps; step++) await page.keyboard.press("Control+=");
      await look(page, where);
      if (!LANGUAGE && NARROW.includes(way)) {
        await speak(page, "de");
        await look(page, `${where}, German`, FITS);
        await speak(page, "en");
      }
      // It is kept for the next page.
      if (steps > 0) await page.keyboard.press("Control+0");
    }
  } catch (error) {
    faults.push(`${where}: ${error.message.split("\n")[0]}`);
  }
  // What one state chose is not the next one's.
  await page.evaluate(() => localStorage.clear()).catch(() => undefined);
}

const visits = [...chosen];
/** Each has a page of its own for all its states: a new one would load the desk and its fonts again. */
const visitor = async () => {
  const context = await browser.newContext({ viewport: SIZE });
  const page = await context.newPage();
  page.setDefaultTimeout(20_000);
  for (let visiting = visits.shift(); visiting; visiting = visits.shift()) await visit(page, visiting);
  await context.close();
};
await Promise.all(Array.from({ length: VISITORS }, visitor));
await close();

if (again.length > 0) console.error(`reached at the second attempt: ${again.join(", ")}`);
faults.forEach((fault) => console.error(fault));
const seconds = Object.entries(spent).map(([what, ms]) => `${what} ${Math.round(ms / 1000)} s`).join(", ");
console.log(`axe: ${chosen.length} states, ${looked} looks in ${Math.round((Date.now() - started) / 1000)} s (by ${VISITORS}: ${seconds}), ${faults.length} faults`);
process.exit(faults.length === 0 ? 0 : 1);
