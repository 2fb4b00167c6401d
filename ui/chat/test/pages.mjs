// The built web chat in foreign pages, in a real Chromium: on each it is usable or absent. `node chat/test/pages.mjs
// [PART OF A NAME] [--pictures FOLDER]`, after `npm run build`.
import assert from "node:assert/strict";
import { createServer } from "node:http";
import { chromium } from "playwright-core";
import { mockHub } from "../dev/mock-hub.mjs";

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update", "--disable-sync"];
const PICTURE = Buffer.from("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==", "base64");
const pictures = process.argv.includes("--pictures") ? process.argv[process.argv.indexOf("--pictures") + 1] : null;
const only = process.argv[2]?.startsWith("--") ? undefined : process.argv[2];

const listen = (server) => new Promise((done) => server.listen(0, "127.0.0.1", () => done(`http://127.0.0.1:${server.address().port}`)));

/** A hub, a site of another origin, and a fresh browser. */
async function house({ body = CHAT, headers = {}, context = {}, allowed, init } = {}) {
  const hub = mockHub({ think: false, allowed });
  const hubUrl = await listen(hub.server);
  const site = createServer((request, response) => {
    const made = (typeof body === "function" ? body(request.url) : body) ?? "";
    response.writeHead(200, { "content-type": "text/html; charset=utf-8", ...headers });
    response.end(`<!doctype html><meta charset="utf-8"><title>A site</title><body>${made.replaceAll("HUB", hubUrl)}`);
  });
  const siteUrl = await listen(site);
  const browser = await chromium.launch({ executablePath: process.env.TANDEM_CHROMIUM ?? "/usr/bin/chromium", args: FLAGS });
  const visitor = await browser.newContext({ locale: "en-GB", viewport: { width: 1100, height: 760 }, ...context });
  if (init) await visitor.addInitScript(init);
  visitor.setDefaultTimeout(20_000);
  const told = [];
  const open = async (path = "/") => {
    const page = await visitor.newPage();
    page.on("console", (message) => message.type() === "error" && told.push(message.text()));
    page.on("pageerror", (error) => told.push(`uncaught: ${error.message}`));
    await page.goto(siteUrl + path);
    return page;
  };
  const close = async () => {
    await browser.close();
    hub.server.closeAllConnections();
    site.closeAllConnections();
    hub.server.close();
    site.close();
  };
  return { hub, hubUrl, siteUrl, visitor, told, open, close };
}

const SCRIPT = '<script type="module" src="HUB/chat.js"></script>';
const CHAT = `${SCRIPT}<h1>Ferries</h1><universal-chat brand="northwind"></universal-chat>`;
const launcher = (page) => page.getByRole("button", { name: /chat/i }).first();
const field = (page) => page.getByRole("textbox", { name: "Message" });
const sentBy = ({ hub }) => [...hub.sessions.values()].flatMap(({ conversation }) => conversation?.entries ?? []);

async function openChat(page) {
  await launcher(page).click();
  await field(page).waitFor();
  await isStill(page.locator(".panel"));
}

/** The panel's opening animation has ended. */
async function isStill(panel) {
  await panel.evaluate((element) => Promise.allSettled(element.getAnimations().map((each) => each.finished)));
}

/** Visible means usable: what is written arrives. */
async function isUsable(at, page, text) {
  await field(page).fill(text);
  await page.getByRole("button", { name: "Send", exact: true }).click();
  await page.locator(".turn.own", { hasText: text }).waitFor();
  await until("the hub has it", () => sentBy(at).some((entry) => entry.text === text));
}

async function until(what, holds) {
  for (let look = 0; look < 160; look += 1) {
    if (await holds()) return;
    await new Promise((done) => setTimeout(done, 50));
  }
  throw new Error(`never: ${what}`);
}

async function picture(page, name) {
  if (pictures) await page.screenshot({ path: `${pictures}/${name}.png` });
}

const cases = {
  "a review is given by keyboard": async () => {
    const at = await house();
    const page = await at.open();
    await openChat(page);
    await isUsable(at, page, "Thanks!");
    const id = "review-1";
    at.hub.say({ id, from: "system", kind: "review", text: "", review: { id, until: "2999-01-01T00:00:00Z" } });
    const score = (n) => page.getByRole("radio", { name: `${n} of 5, 5 is best` });
    await score(1).focus();
    for (let n = 1; n < 4; n += 1) await page.keyboard.press("ArrowRight");
    assert.equal(await score(4).isChecked(), true);
    await picture(page, "review-asked");
    await page.keyboard.press("Tab");
    await page.keyboard.type("Quick!");
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    await page.getByText("Thank you for your rating: 4 of 5").waitFor();
    assert.deepEqual([...at.hub.sessions.values()].flatMap(({ reviews }) => reviews), [{ score: 4, comment: "Quick!" }]);
    assert.equal(await page.evaluate(() => document.querySelector("universal-chat").shadowRoot.activeElement?.textContent), "Change rating");
    await picture(page, "review-given");
    assert.deepEqual(at.told, []);
    return at;
  },

  "keys stay in the chat": async () => {
    const at = await house({ body: `${CHAT}<script>for (const type of ["keydown","keyup","keypress"]) { document.addEventListener(type, (e) => { (window.heard ??= []).push(e.key); e.preventDefault(); }); }</script>` });
    const page = await at.open();
    await openChat(page);
    await page.evaluate(() => (window.heard = []));
    await field(page).pressSequentially("sk/?gj ok");
    await field(page).press("Control+k");
    assert.deepEqual(await page.evaluate(() => window.heard), []);
    assert.equal(await field(page).inputValue(), "sk/?gj ok");
    await field(page).press("Escape");
    await field(page).waitFor({ state: "hidden" });
    return at;
  },
  "it stays open from page to page, and closed": async () => {
    const at = await house();
    const page = await at.open("/one");
    await openChat(page);
    await isUsable(at, page, "From page one");
    await page.goto(`${at.siteUrl}/two`);
    await page.locator(".turn.own", { hasText: "From page one" }).waitFor();
    assert.equal(await page.evaluate(() => document.activeElement === document.body), true, "it does not take the focus");
    await page.getByRole("button", { name: "Close chat" }).first().click();
    await page.goto(`${at.siteUrl}/three`);
    await launcher(page).waitFor();
    assert.equal(await field(page).isVisible(), false);
    assert.equal(at.hub.sessions.size, 1);
    return at;
  },
  "a framework makes the body anew": async () => {
    const at = await house({ body: `${SCRIPT}<main><universal-chat id="c" brand="northwind"></universal-chat></main>` });
    const page = await at.open();
    await openChat(page);
    await field(page).fill("half a sent");
    await page.evaluate(() => document.querySelector("universal-chat").removeAttribute("open"));
    assert.equal(await field(page).isVisible(), true, "attributes are tidied");
    await page.evaluate(() => document.body.append(document.querySelector("universal-chat")));
    assert.equal(await field(page).inputValue(), "half a sent", "the element is moved");
    await page.evaluate(() => (document.body.innerHTML = '<main><universal-chat brand="northwind"></universal-chat></main>'));
    await field(page).waitFor();
    assert.equal(await field(page).inputValue(), "half a sent", "the body is replaced");
    await page.evaluate(() => {
      const fresh = document.createElement("body");
      fresh.append(document.querySelector("universal-chat"));
      document.documentElement.replaceChild(fresh, document.body);
    });
    await isUsable(at, page, "still here");
    assert.equal(at.hub.sessions.size, 1);
    return at;
  },
  "two elements at the very first moment": async () => {
    const at = await house({ body: `${SCRIPT}<div style="height:300px"><universal-chat brand="northwind" inline></universal-chat></div><universal-chat brand="northwind" open></universal-chat>` });
    const page = await at.open();
    await until("both are there", async () => (await field(page).count()) === 2);
    await until("a session", () => at.hub.sessions.size > 0);
    await field(page).first().fill("To both");
    await field(page).first().press("Enter");
    await until("both show it", async () => (await page.locator(".turn.own", { hasText: "To both" }).count()) === 2);
    assert.equal(at.hub.sessions.size, 1);
    return at;
  },
  "two tabs at the very first moment": () => twoTabs({}),
  "two tabs at the very first moment, without locks": () => twoTabs({ init: () => Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined }) }),
  "neither locks nor a database that answers": async () => {
    const at = await house({
      init: () => {
        Object.defineProperty(Navigator.prototype, "locks", { get: () => undefined });
        IDBFactory.prototype.open = () => ({});
      },
    });
    const page = await at.open();
    await openChat(page);
    await isUsable(at, page, "without a database");
    return at;
  },
  "a modal dialog": async () => {
    const at = await house({ body: `${CHAT}<button id="b" onclick="d.showModal()">Terms</button><dialog id="d"><form method="dialog"><input><button>Agree</button></form></dialog>` });
    const page = await at.open();
    await openChat(page);
    await page.locator("#b").click();
    await field(page).waitFor({ state: "hidden" });
    assert.equal(await launcher(page).isVisible(), false, "nothing dead is visible");
    await picture(page, "behind-dialog");
    await page.getByRole("button", { name: "Agree" }).click();
    await field(page).waitFor();
    await isUsable(at, page, "after the dialog");
    return at;
  },
  "a modal dialog in the shadow of another element": async () => {
    const element = `customElements.define("x-terms", class extends HTMLElement {
      connectedCallback() {
        this.attachShadow({ mode: this.dataset.mode }).innerHTML = '<button id="b">Terms</button><dialog id="d"><form method="dialog">Terms <button>Agree</button></form></dialog>';
        const dialog = this.shadow = this.shadowRoot?.querySelector("dialog") ?? this.attachInternals().shadowRoot.querySelector("dialog");
        dialog.previousSibling.onclick = () => dialog.showModal();
      }
    });`;
    for (const mode of ["open", "closed"]) {
      const at = await house({ body: `${CHAT}<x-terms data-mode="${mode}"></x-terms><script>${element}</script>` });
      const page = await at.open();
      await openChat(page);
      const terms = page.locator("x-terms");
      await terms.evaluate((each) => each.shadow.previousSibling.click());
      await field(page).waitFor({ state: "hidden" });
      assert.equal(await launcher(page).isVisible(), false, "nothing dead is visible");
      await terms.evaluate((each) => each.shadow.close());
      await field(page).waitFor();
      await isUsable(at, page, "after the dialog");
      if (mode === "open") await at.close();
      else return at;
    }
  },
  "a dialog that is open before the chat is there": async () => {
    const at = await house({ body: `${CHAT}<dialog id="d"><form method="dialog"><button>Agree</button></form></dialog><script>d.showModal()</script>` });
    const page = await at.open();
    await until("the chat is told how it looks", () => page.evaluate(() => document.querySelector("universal-chat").shadowRoot?.querySelector("[data-theme]") !== null));
    assert.equal(await launcher(page).isVisible(), false, "nothing dead is visible");
    await page.getByRole("button", { name: "Agree" }).click();
    await openChat(page);
    await isUsable(at, page, "after the dialog");
    return at;
  },
  "something in front of it": async () => {
    const at = await house({ body: `${CHAT}<div id="p" popover="manual" style="inset:auto 0 0 auto;width:300px;height:300px">News</div>` });
    const page = await at.open();
    await launcher(page).waitFor();
    await page.evaluate(() => document.querySelector("#p").showPopover());
    await page.locator("h1").click();
    await page.waitForTimeout(700);
    assert.equal(await launcher(page).isVisible(), true, "covered is not dead");
    await page.evaluate(() => document.querySelector("#p").hidePopover());
    await openChat(page);
    return at;
  },
  "a chat inside a modal dialog": async () => {
    const at = await house({ body: `${SCRIPT}<dialog id="d"><universal-chat brand="northwind"></universal-chat></dialog><script>d.showModal()</script>` });
    const page = await at.open();
    await openChat(page);
    await isUsable(at, page, "in the dialog");
    return at;
  },
  "an inert page": async () => {
    const at = await house({ body: `<div id="app">${CHAT}</div>` });
    const page = await at.open();
    await openChat(page);
    await page.evaluate(() => (document.querySelector("#app").inert = true));
    await field(page).waitFor({ state: "hidden" });
    await page.evaluate(() => (document.querySelector("#app").inert = false));
    await isUsable(at, page, "awake again");
    return at;
  },
  "a dialog that contains the focus": async () => {
    const trap = `document.addEventListener("focusin", (e) => { if (!t.contains(e.target)) i.focus(); });`;
    const at = await house({ body: `${CHAT}<div id="t" role="dialog" aria-modal="true"><input id="i"></div><script>${trap}</script>` });
    const page = await at.open();
    await openChat(page);
    await field(page).click();
    await page.keyboard.type("typed here");
    assert.equal(await field(page).inputValue(), "typed here");
    await isUsable(at, page, "and sent");
    return at;
  },
  "a dialog that takes every focus and press": async () => {
    const trap = `for (const type of ["focusin","mousedown","click"]) document.addEventListener(type, (e) => { if (t.isConnected && !t.contains(e.target)) { e.preventDefault(); e.stopImmediatePropagation(); i.focus(); } }, true);`;
    const at = await house({ body: `${CHAT}<div id="t" role="dialog" aria-modal="true"><input id="i"><button id="x" onclick="t.remove()">Done</button></div><script>${trap}</script>` });
    const page = await at.open();
    await launcher(page).waitFor();
    await launcher(page).click();
    await launcher(page).waitFor({ state: "hidden" });
    await page.locator("#x").click();
    await openChat(page);
    await isUsable(at, page, "after the trap");
    return at;
  },
  "a transformed, clipped and covered place": async () => {
    const at = await house({
      body: `${SCRIPT}<div style="transform:translateX(120px) scale(.6);overflow:hidden;width:200px;height:80px;position:relative;z-index:-1;opacity:.4;filter:blur(3px);contain:paint"><universal-chat brand="northwind"></universal-chat></div>
        <div style="position:fixed;inset:0;z-index:2147483647;background:rgb(240 240 240)">A banner over everything</div>`,
    });
    const page = await at.open();
    await openChat(page);
    const box = await page.locator(".panel").boundingBox();
    assert.deepEqual([box.width, Math.round(box.x + box.width), Math.round(box.y + box.height)], [392, 1080, 668]);
    await isUsable(at, page, "above it all");
    await picture(page, "covered-place");
    return at;
  },
  "a touch keyboard": async () => {
    const at = await house({ context: { hasTouch: true, isMobile: true, viewport: { width: 390, height: 780 } } });
    const page = await at.open();
    await launcher(page).tap();
    await field(page).tap();
    await page.keyboard.type("12 Harbour Street");
    await page.keyboard.press("Enter");
    await page.keyboard.type("Bergen");
    assert.equal(await field(page).inputValue(), "12 Harbour Street\nBergen");
    assert.deepEqual(sentBy(at), []);
    const { height } = await field(page).boundingBox();
    assert.ok(height > 40, `the field grows: ${height}`);
    await picture(page, "touch");
    await page.getByRole("button", { name: "Send", exact: true }).tap();
    await until("it is sent", () => sentBy(at).some(({ text }) => text === "12 Harbour Street\nBergen"));
    return at;
  },
  "an address of two lines at a real keyboard": async () => {
    const at = await house();
    const page = await at.open();
    await openChat(page);
    await field(page).pressSequentially("12 Harbour Street");
    await field(page).press("Shift+Enter");
    await field(page).pressSequentially("Bergen");
    await field(page).press("Enter");
    await until("it is sent", () => sentBy(at).some(({ text }) => text === "12 Harbour Street\nBergen"));
    return at;
  },
  "where the hub is, and where it is not": async () => {
    const at = await house({
      body: (url) =>
        ({
          "/empty": `${SCRIPT}<universal-chat brand="northwind" hub=""></universal-chat>`,
          "/named": `${SCRIPT}<universal-chat brand="northwind" hub="HUB/"></universal-chat>`,
          "/path": `${SCRIPT}<universal-chat brand="northwind" hub="HUB/tandem"></universal-chat>`,
          "/bare": `${SCRIPT}<universal-chat brand="northwind" hub="chat.example"></universal-chat>`,
          "/nobody": `${SCRIPT}<universal-chat></universal-chat>`,
          "/unknown": `${SCRIPT}<universal-chat brand="bad3" open></universal-chat>`,
        })[url],
    });
    for (const path of ["/empty", "/named"]) {
      const page = await at.open(path);
      await openChat(page);
      await isUsable(at, page, `from ${path}`);
    }
    at.told.length = 0;
    for (const [path, reason] of [
      ["/path", `has more than an origin. Write hub="${at.hubUrl}".`],
      ["/bare", 'Write its origin: hub="https://chat.example".'],
      ["/nobody", 'The attribute brand is missing. Write <universal-chat brand="…">.'],
      ["/unknown", "There is no brand of this name here. Check the attribute brand."],
    ]) {
      const page = await at.open(path);
      await until(`the console says: ${reason}`, () => at.told.some((line) => line.includes(reason)));
      assert.equal(await page.getByRole("button").count(), 0, `${path} shows customers nothing`);
      assert.equal(await page.getByRole("dialog").count(), 0, `${path} shows customers nothing`);
    }
    return at;
  },
  "a domain that is not the brand's, and becomes it": async () => {
    let isAllowed = false;
    const at = await house({ allowed: () => isAllowed });
    const page = await at.visitor.newPage();
    const told = [];
    page.on("console", (message) => message.type() === "error" && told.push(message.text()));
    await page.clock.install();
    await page.goto(at.siteUrl);
    await until("the console has the reason", () => told.some((line) => line.includes("Add 127.0.0.1 to the brand's domains.")));
    assert.equal(await launcher(page).isVisible(), false);
    isAllowed = true;
    await page.clock.fastForward(61_000);
    await openChat(page);
    await isUsable(at, page, "allowed now");
    assert.equal(told.filter((line) => line.includes("is not shown")).length, 1, "told once");
    return at;
  },
  "a sandboxed frame": async () => {
    const at = await house({
      allowed: (request) => request.headers.origin !== "null",
      body: (url) => (url === "/framed" ? CHAT : '<iframe sandbox="allow-scripts" src="/framed" width="900" height="600"></iframe>'),
    });
    const page = await at.open();
    await until("the console has the reason", () => at.told.some((line) => line.includes("a sandboxed frame needs allow-same-origin")));
    assert.equal(await page.frameLocator("iframe").getByRole("button").count(), 0);
    return at;
  },
  "a visitor who reads German, and one whose texts do not come": async () => {
    const at = await house({ context: { locale: "de-AT" }, body: `${CHAT}<script>customElements.whenDefined("universal-chat").then(() => document.querySelector("universal-chat").show())</script>` });
    const page = await at.open();
    const message = page.getByRole("textbox", { name: "Nachricht" });
    await message.waitFor();
    await message.fill("Guten Tag");
    await message.press("Enter");
    await until("the hub has it", () => sentBy(at).some(({ text }) => text === "Guten Tag"));
    await at.visitor.route("**/chat/texts/*", (route) => route.abort());
    const other = await at.open();
    await field(other).waitFor();
    assert.equal(await other.locator(".root").getAttribute("lang"), "de", "days and numbers stay German");
    return at;
  },
  "a browser that keeps nothing": async () => {
    const at = await house({
      init: () => {
        for (const name of ["localStorage", "sessionStorage", "indexedDB"]) Object.defineProperty(window, name, { get: () => { throw new DOMException("no", "SecurityError"); } });
      },
    });
    const page = await at.open();
    await openChat(page);
    await isUsable(at, page, "nothing is kept");
    assert.deepEqual(at.told.filter((line) => line.startsWith("uncaught")), []);
    return at;
  },
  "an isolated page": async () => {
    const at = await house({ headers: { "cross-origin-embedder-policy": "require-corp", "cross-origin-opener-policy": "same-origin" } });
    const page = await at.open();
    assert.equal(await page.evaluate(() => crossOriginIsolated), true);
    await openChat(page);
    await isUsable(at, page, "isolated");
    at.hub.say({ from: "agent", name: "Maya", kind: "attachment", text: "Here it is", media: at.hub.keep("map.png", "image/png", PICTURE), right: "a-right" });
    const image = page.locator(".turn.agent img");
    await image.waitFor();
    await until("the picture is there", () => image.evaluate((img) => img.complete && img.naturalWidth > 0));
    return at;
  },
  "links, lengths and the looks of them": async () => {
    const at = await house();
    const page = await at.open();
    await openChat(page);
    await isUsable(at, page, "https://en.wikipedia.org/wiki/Rust_(programming_language)");
    at.hub.say({ from: "agent", name: "Maya", text: "请看https://example.com/a，谢谢\n**https://example.com/x** www.ferries.example, maya@northwind.example\nhttps://paypal.com@evil.example/ https://pаypal.com/x" });
    await page.locator(".turn.agent a").first().waitFor();
    const links = await page.locator(".turn.agent a").evaluateAll((all) => all.map((a) => [a.textContent, a.getAttribute("href"), a.rel]));
    assert.deepEqual(links.map(([text]) => text), ["https://example.com/a", "https://example.com/x", "www.ferries.example", "maya@northwind.example", "https://xn--pypal-4ve.com/x"]);
    assert.ok(links.every(([, , rel]) => rel.includes("noopener")));
    await picture(page, "links-light");
    await field(page).fill("a".repeat(10_012));
    await page.locator(".count", { hasText: "Too long by 12 characters" }).waitFor();
    await picture(page, "too-long-light");
    await page.emulateMedia({ colorScheme: "dark" });
    await picture(page, "too-long-dark");
    return at;
  },
};

async function twoTabs(more) {
  const at = await house({ body: `${SCRIPT}<universal-chat brand="northwind" open></universal-chat>`, ...more });
  const [one, two] = await Promise.all([at.open("/1"), at.open("/2")]);
  await Promise.all([field(one).waitFor(), field(two).waitFor()]);
  await until("a session", () => at.hub.sessions.size > 0);
  await isUsable(at, one, "from one tab");
  await two.locator(".turn.own", { hasText: "from one tab" }).waitFor();
  assert.equal(at.hub.sessions.size, 1);
  return at;
}

let failed = 0;
const chosen = Object.entries(cases).filter(([name]) => name.includes(only ?? ""));
if (chosen.length === 0) {
  console.log(`FAILED  no case has "${only}" in its name`);
  failed = 1;
}
for (const [name, run] of chosen) {
  try {
    const at = await run();
    await at.close();
    console.log(`ok      ${name}`);
  } catch (error) {
    failed += 1;
    console.log(`FAILED  ${name}: ${error.stack}`);
  }
}
process.exit(failed === 0 ? 0 : 1);
