// Two agents and a supervisor work at random, by keys and clicks, in real pages over real desks and a real hub. Whatever
// their hands do, no word may stand in a conversation for which it was not typed.
//
//   npm run test:shift                       a minute, with a new seed
//   SEED=7 SECONDS=600 npm run test:shift    ten minutes, with the plans of seed 7
//
// RECORD names a file for what everybody did, in case of a failure. Each customer has a letter of their own, and so does everything that is typed for them (`hands.mjs`). The programs are
// those of `cargo build`, in TANDEM_BIN_DIR.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { handsOf } from "./hands.mjs";
import { stage } from "./stage.mjs";

const SEED = Number(process.env.SEED ?? Math.floor(Math.random() * 1e6));
const SECONDS = Number(process.env.SECONDS ?? 60);
const BIN = process.env.TANDEM_BIN_DIR ?? fileURLToPath(new URL("../../../target/debug", import.meta.url));
const PASSWORD = "correct horse battery staple";
const LETTERS = ["å", "ß", "ø", "ñ", "ç", "ü", "é", "î"];
const STAFF = [
  ["maya@northwind.example", "Maya Ortiz", "agent"],
  ["liam@northwind.example", "Liam Chen", "agent"],
  ["sara@northwind.example", "Sara Lindqvist", "supervisor"],
];

/** Random numbers from a seed (mulberry32). */
function dice(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
  const below = (limit) => Math.floor(next() * limit);
  return { below, one: (all) => all[below(all.length)], chance: (share) => next() < share };
}

const folder = mkdtempSync(join(tmpdir(), "tandem-shift-"));
const running = [];

function run(program, words, input = null) {
  const child = spawn(join(BIN, program), words, { stdio: ["pipe", "pipe", "inherit"], env: { ...process.env, RUST_LOG: "error", TANDEM_RATE_LIMITS: "off" } });
  running.push(child);
  child.stdin.on("error", () => undefined);
  child.stdin.end(input ?? "");
  return child;
}

/** Starts a program, and reads where it listens. */
function serves(program, words) {
  const child = run(program, words);
  return new Promise((done, failed) => {
    let said = "";
    child.on("error", failed);
    child.on("exit", (code) => failed(new Error(`${program} ended with ${code}`)));
    child.stdout.on("data", (data) => {
      said += data;
      const url = /^listening on (\S+)$/m.exec(said)?.[1];
      if (url) done(url);
    });
  });
}

async function ends(program, words, input) {
  const child = run(program, words, input);
  child.stdout.resume();
  const code = await new Promise((done, failed) => child.on("exit", done).on("error", failed));
  assert.equal(code, 0, `${program} ${words.join(" ")}`);
}

async function post(url, body, headers = {}) {
  const answer = await fetch(url, { method: "POST", headers: { "content-type": "application/json", ...headers }, body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${url}: ${answer.status} ${text}`);
  return text ? JSON.parse(text) : null;
}

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** A customer, who writes now and then. */
async function customer(hub, at) {
  const letter = LETTERS[at];
  const name = `Customer ${at + 1}`;
  const { token } = await post(`${hub}/chat/v1/sessions`, { brand: "northwind", name, language: "en" });
  const says = (text) => post(`${hub}/chat/v1/messages`, { id: randomUUID(), text }, { authorization: `Bearer ${token}` });
  await says("Hello?");
  return { name, letter, says };
}

/** Opens and closes conversations' own windows, as the shell does. */
async function sync(person) {
  const { apart } = await post(`${person.desk}/rpc/app.state`, {});
  for (const [id, page] of person.apart) {
    if (apart.some((one) => one.id === id)) continue;
    person.apart.delete(id);
    await page.close();
  }
  for (const { id } of apart) if (!person.apart.has(id)) person.apart.set(id, await person.opens(`&apart=${id}`));
}

/** One person's day. */
async function works(person, plan, customers, until) {
  const act = handsOf(person, plan, customers, sync);
  while (Date.now() < until) {
    try {
      await act();
    } catch (error) {
      // What was clicked has gone meanwhile.
      if (!/Timeout|detached|not attached|intercepts/.test(error.message)) throw new Error(person.name, { cause: error });
    }
    await pause(plan.below(250));
  }
}

/** All words that people wrote into the conversations, as this desk has them, and their drafts there. */
async function written({ desk, name: owner }) {
  const found = [];
  for (const section of ["all", "my", "help", "left"]) {
    const { rows } = await post(`${desk}/rpc/conversations.list`, { section, offset: 0, limit: 100 });
    for (const { id, name } of rows) {
      const { entries } = await post(`${desk}/rpc/conversation.entries`, { id, limit: 500 });
      for (const { by, body, conversation, time } of entries) {
        if (by.kind === "agent" && conversation === id) found.push({ name, text: JSON.stringify(body), by: by.name, time });
      }
      const { drafts } = await post(`${desk}/rpc/conversation.open`, { id });
      found.push({ name, text: `${drafts.reply} ${drafts.note}`, by: owner, time: null });
    }
  }
  return found;
}

const { base, browser, close } = await stage();
try {
  const data = join(folder, "hub");
  mkdirSync(data);
  await ends("tandem-hub", ["brand", "add", "--id", "northwind", "--name", "Northwind Travel", "--domain", "*", "--data", data]);
  const hub = await serves("tandem-hub", ["serve", "--listen", "127.0.0.1:0", "--data", data]);
  for (const [email, name, role] of STAFF) await ends("tandem-hub", ["user", "add", "--email", email, "--name", name, "--role", role, "--password-stdin", "--data", data], PASSWORD);
  const broken = [];
  const people = [];
  for (const [email, name, role] of STAFF) {
    const own = join(folder, email);
    const asks = [];
    mkdirSync(own);
    const desk = await serves("tandem-desk-headless", ["--token", "tests", "--data", own]);
    await post(`${desk}/rpc/session.signIn`, { hub, email, password: PASSWORD, plain: false });
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 }, locale: "en" });
    const opens = async (more) => {
      const page = await context.newPage();
      page.on("pageerror", (error) => broken.push(`${name}: ${error.message}`));
      page.on("request", (asked) => {
        const act = /rpc\/(conversation\.(?:draft|send|note)|outbox\..*|library\.insert)$/.exec(asked.url())?.[1];
        if (act) asks.push({ since: Date.now(), act, page: more ? "own" : "main", asked: asked.postData() });
      });
      await page.goto(`${base}?host=${encodeURIComponent(desk)}${more}`);
      await page.locator("[data-focus]").first().waitFor({ timeout: 30_000 });
      return page;
    };
    people.push({ name, desk, opens, supervises: role === "supervisor", apart: new Map(), did: new Map(), typed: 0, trace: [], acts: [], asks, page: await opens("") });
  }
  const reply = { shortcut: "hold", title: "Hold on", texts: { en: "I will have a look." }, scope: { type: "mine" } };
  for (const { desk } of people) await post(`${desk}/rpc/library.saveReply`, { id: randomUUID(), ...reply });
  const customers = [];
  for (const at of LETTERS.keys()) customers.push(await customer(hub, at));

  console.log(`seed ${SEED}, ${SECONDS} s`);
  const until = Date.now() + SECONDS * 1000;
  const writing = async () => {
    const plan = dice(SEED);
    while (Date.now() < until) {
      await plan.one(customers).says(plan.one(["And now?", "Are you there?", "Thank you", "I want a person"]));
      await pause(500 + plan.below(2500));
    }
  };
  await Promise.all([writing(), ...people.map((person, at) => works(person, dice(SEED * 10 + at + 1), customers, until))]);
  // Whatever was held back is on its way.
  await pause(8_000);

  const said = await Promise.all(people.map(written));
  const all = said.flat();
  const strangers = all.filter(({ name, text }) => customers.some((one) => one.name !== name && text.includes(one.letter)));
  const shown = new Set();
  for (const { name: to, text, by, time } of strangers) {
    const { trace, acts } = people.find(({ name }) => name === by) ?? { trace: [], acts: [] };
    // A draft has no time: each time that such a letter was typed may be meant.
    const isMeant = ({ name, since }) => (time === null ? name !== to && text.includes(customers.find((one) => one.name === name)?.letter) : Math.abs(Date.parse(time) - since) < 15_000);
    const moments = time === null ? trace.filter(isMeant).map(({ since }) => since) : [Date.parse(time)];
    console.error(`${time === null ? "draft" : time} of ${by} for ${to}: ${text}`);
    for (const one of acts.filter(({ since }) => moments.some((moment) => since - moment < 6_000 && moment - since < 15_000))) {
      if (!shown.has(one)) console.error(`  ${JSON.stringify(one)}`);
      shown.add(one);
    }
  }
  if (strangers.length > 0) {
    if (process.env.RECORD) writeFileSync(process.env.RECORD, JSON.stringify(people.map(({ name, acts, asks }) => ({ name, did: [...acts, ...asks].sort((one, other) => one.since - other.since) })), null, 1));
    const isCut = ({ before, after }) => before.name !== after.name || before.place !== after.place;
    for (const { name, trace } of people) for (const one of trace.filter(isCut)) console.error(`cut off: ${name} ${JSON.stringify(one)}`);
  }
  for (const { name, did, typed, all } of people) {
    const never = all.filter((act) => !did.has(act));
    console.log(`${name}: ${[...did.values()].reduce((sum, times) => sum + times, 0)} acts, ${typed} times typed${never.length > 0 ? `, never: ${never.join("; ")}` : ""}`);
  }
  console.log(`${said.at(-1).length} entries by people`);
  assert.deepEqual(strangers, [], "words stand where they were not typed for");
  assert.deepEqual(broken, [], "a page failed");
  assert.ok(people.every(({ typed }) => typed > 0) && all.some(({ name, text }) => text.includes(customers.find((one) => one.name === name)?.letter ?? "–")), "nobody wrote anything");
} catch (error) {
  console.error(`FAILED with seed ${SEED}`);
  throw error;
} finally {
  await close();
  running.forEach((child) => child.kill());
  rmSync(folder, { recursive: true, force: true });
}
