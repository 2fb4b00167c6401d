// What the hands of the shift do: the acts of docs/keyboard.md, by keys and clicks. Whatever they type goes to one customer,
// who is seen when it begins, and carries that customer's letter.

const pause = (ms) => new Promise((done) => setTimeout(done, ms));

/** Nobody sees and acts faster than this. */
const QUICK_MS = 150;

/** What is in front of the user: whose conversation, and where letters go. */
const looks = (page) =>
  page.evaluate(() => {
    const label = document.querySelector("[data-testid=transcript]")?.getAttribute("aria-label") ?? "";
    return { name: /Customer \d+/.exec(label)?.[0] ?? null, place: document.activeElement?.getAttribute("data-focus") ?? null, dialog: document.querySelector("dialog[open]") !== null };
  });

/** Words with the customer's letter, between letters that are commands outside of a field. */
const words = (letter, plan) => Array.from({ length: 1 + plan.below(3) }, () => `n${letter}o${letter}e${letter} `).join("");

/** `person`: their main window, and their conversations' own windows by id (`apart`). `sync` opens and closes those as the shell does. */
export function handsOf(person, plan, customers, sync) {
  const letterOf = (name) => customers.find((one) => one.name === name).letter;
  const delay = () => plan.below(40);
  const settle = (most = 300) => pause(plan.below(most));
  let page = person.page;
  const press = (key) => page.keyboard.press(key);

  async function toList() {
    for (let tries = 0; tries < 4; tries++) {
      const { place, dialog } = await looks(page);
      if (place === "list" && !dialog) return true;
      await press("Escape");
    }
    return (await looks(page)).place === "list";
  }

  /** How it looks, if this customer is still seen. A look that takes long is none: eyes are faster than a busy machine. */
  async function sees(name) {
    for (let tries = 0; tries < 5; tries++) {
      const from = Date.now();
      const seen = await looks(page);
      if (seen.name !== name) return null;
      if (Date.now() - from < QUICK_MS) return seen;
    }
    return null;
  }

  /** Writes for this customer, and remembers how it looked before and after. */
  async function writes(name, text = words(letterOf(name), plan)) {
    const before = await sees(name);
    if (before === null) return;
    const since = Date.now();
    await page.keyboard.type(text, { delay: delay() });
    person.typed++;
    const typed = { since, act: person.act, page: page === person.page ? "main" : "own", name, text, before, after: await looks(page) };
    person.trace.push(typed);
    person.acts.push(typed);
  }

  /** Types for whoever is seen, if a field has the focus. */
  async function types(endings = ["Enter", "Enter", "Enter", "Control+Enter", "Escape", "undo", null]) {
    const { name, place, dialog } = await looks(page);
    if (name === null || dialog || place !== "message") return;
    await writes(name);
    const ending = plan.one(endings);
    if (ending === "undo") {
      await press("Enter");
      await settle(1_500);
      await press("Control+z");
    } else if (ending) await press(ending);
  }

  /** Looks for something, if the field for that has come: a name that is typed elsewhere would be a name's end. */
  async function asks(query) {
    const isThere = await page.evaluate(() => /^(combobox|searchbox)$/.test(document.activeElement?.getAttribute("role") ?? document.activeElement?.type ?? ""));
    if (isThere) await page.keyboard.type(query, { delay: delay() });
    return isThere;
  }

  const fromList = (key) => async () => {
    if (await toList()) await press(key);
  };
  const thenTypes = (key) => async () => {
    await fromList(key)();
    await settle();
    await types();
  };
  /** A dialog about the selected conversation, with words in its first field. */
  const dialog = (key, ending) => async () => {
    if (!(await toList())) return;
    const { name } = await looks(page);
    await press(key);
    await settle(200);
    const now = await looks(page);
    if (name !== null && now.dialog && now.name === name && plan.chance(0.5)) {
      // Only a text field takes words; letters choose among radio buttons nothing.
      await writes(name);
    }
    await press(plan.one([ending, ending, "Escape"]));
  };
  const looksAt = (key, ...then) => async () => {
    await press(key);
    await settle(200);
    for (const next of then) await press(next);
    await press("Escape");
  };
  const click = async (locator) => {
    const count = await locator.count();
    if (count > 0) await locator.nth(plan.below(count)).click({ timeout: 2_000 });
  };
  const choose = (query) => async () => {
    await press("Control+k");
    await settle(150);
    if (!(await asks(query))) return;
    await press(plan.one(["Enter", "Enter", "Escape"]));
    await settle();
    await types();
  };
  const library = async () => {
    const { name, place, dialog } = await looks(page);
    if (name === null || dialog || place !== "message") return;
    await page.keyboard.type(plan.one(["/", "/hol", " /"]), { delay: delay() });
    await settle(300);
    await press(plan.one(["Enter", "Tab", "Escape"]));
    await types();
  };
  const anyone = () => plan.one(customers).name;

  /** By name: what is done, and how often among the others. */
  const acts = {
    "write a reply": [4, thenTypes("r")],
    "write a note": [3, thenTypes("m")],
    "answer the next call": [4, thenTypes("n")],
    "join the selected, or accept": [3, thenTypes("a")],
    "write on": [6, types],
    "quote": [1, thenTypes("q")],
    "type beside the field": [3, async () => {
      const { name } = await looks(page);
      const field = page.locator("[data-focus=message]");
      if (name === null || (await field.count()) === 0) return;
      await page.getByTestId("transcript").click({ position: { x: 5, y: 5 }, timeout: 2_000 });
      const now = await looks(page);
      if (now.name !== name || now.dialog || (await field.count()) === 0) return;
      await writes(name, letterOf(name).repeat(3));
    }],
    "read the next": [6, fromList("j")],
    "read the one before": [3, fromList("k")],
    "another section": [2, async () => press(plan.one(["Alt+1", "Alt+2", "Alt+3", "Alt+4"]))],
    "the next or previous of mine": [3, async () => { await press(plan.one(["Alt+ArrowDown", "Alt+ArrowUp"])); await settle(); await types(); }],
    "take back": [2, async () => { await press("Control+z"); await settle(); await types(); }],
    "back to the list": [2, () => press("Escape")],
    "complete": [1, dialog("e", "Control+Enter")],
    "leave": [1, dialog("l", "Control+Enter")],
    "ask for help": [1, dialog("h", "Control+Enter")],
    "invite": [1, dialog("i", "Control+Enter")],
    "transfer": [1, dialog("o", "Control+Enter")],
    "invite a partner": [1, looksAt("p")],
    "decline": [1, fromList("d")],
    "take over": [1, fromList("t")],
    "snooze": [2, dialog("s", "Enter")],
    // Without words it would choose a tag in use, which another customer's words may be.
    "tag": [1, async () => { await fromList("g")(); await settle(200); if (await asks("parcel")) await press("Enter"); }],
    "edit the customer": [1, async () => { await fromList("u")(); await press("Escape"); }],
    "copy link or transcript": [1, async () => fromList(plan.one(["c", "x"]))()],
    "search, and open": [2, async () => {
      if (!(await toList())) return;
      await press("/");
      await settle(150);
      if (!(await asks(plan.one([anyone(), "and now", "is:open"])))) return;
      await settle(400);
      await press(plan.one(["Enter", "Escape"]));
      await settle();
      await types();
    }],
    "search here": [1, looksAt("Control+Shift+F")],
    "filter": [1, async () => {
      await fromList("f")();
      if (!(await asks(plan.one(["customer", anyone(), "zzz"])))) return;
      await press(plan.one(["Enter", "Escape"]));
      await settle();
      await press("Escape");
    }],
    "arrange": [1, async () => { await fromList("v")(); await settle(150); await press("Escape"); }],
    "for you, not sent": [1, async () => looksAt(plan.one(["Alt+6", "Alt+5"]))()],
    "open what is for me": [1, async () => { await press("Alt+6"); await settle(200); await press("Enter"); await settle(); await types(); }],
    "settings": [1, looksAt("Control+,", "ArrowDown")],
    "keys": [1, async () => { await fromList("?")(); await press("Escape"); }],
    "availability": [1, async () => { await press("Control+Shift+A"); await settle(150); if (await asks(plan.one(["busy", "available"]))) await press("Enter"); }],
    "larger and normal text": [1, async () => { await press("Control+="); await press("Control+0"); }],
    "quick reply": [2, async () => { await thenTypes("r")(); await library(); }],
    "quick reply by key": [1, async () => { await press("Control+/"); await settle(200); await press(plan.one(["Enter", "Escape"])); await types(); }],
    "improve": [1, async () => { await press("Control+i"); await settle(200); await types(); }],
    "rate the handover": [1, () => press("Alt+h")],
    "command: note": [1, choose("note")],
    "command: reply": [1, choose("reply")],
    "command: next": [1, choose("answer next")],
    "command: a customer": [2, async () => choose(anyone())()],
    "click a row": [3, async () => { await click(page.getByTestId("row")); await settle(); await types(); }],
    "click a button of the header": [1, async () => { await click(page.getByRole("group", { name: "Actions" }).getByRole("button")); await settle(200); await press("Escape"); }],
    "click reply or note": [1, async () => { await click(page.getByTestId("composer").getByRole("button", { name: /^(Reply|Note)$/ })); await types(); }],
    "click send": [1, () => click(page.getByTestId("composer").getByRole("button", { name: /^Send/ }))],
    "click undo": [1, async () => { await click(page.getByRole("button", { name: /^Undo/ })); await settle(); await types(); }],
    "own window, from the list": [1, async () => { if (person.apart.size < 3) await fromList("Shift+Enter")(); await sync(person); }],
    "own window, from the field": [1, async () => { if (person.apart.size < 3) await press("Control+Shift+O"); await sync(person); }],
  };
  /** The board leads into conversations, too. */
  const board = {
    "board: look in": [2, async () => { await press("Alt+0"); await settle(400); await press(plan.one(["j", "k", "ArrowDown"])); await press("Enter"); await settle(); }],
    "board: whisper": [2, async () => { await press("Alt+0"); await settle(400); await press("j"); await press("Enter"); await settle(400); await press("m"); await settle(400); await types(["Enter", "Escape"]); }],
    "board: a figure": [1, async () => { await press("Alt+0"); await settle(300); await press(plan.one(["1", "2", "3", "4"])); await settle(200); await press("Escape"); }],
    "board: several": [1, async () => { await press("Alt+0"); await settle(300); for (const key of ["Space", "Shift+ArrowDown", "Escape"]) await press(key); }],
    "report": [1, looksAt("Alt+r")],
  };
  /** In a conversation's own window. */
  const own = {
    "own window: write": [6, async () => { await settle(); await types(); }],
    "own window: by letters": [2, async () => { await press("Escape"); await press(plan.one(["r", "m"])); await settle(); await types(); }],
    "own window: keys that lead away": [1, async () => { await press("Escape"); await press(plan.one(["n", "j", "Alt+2", "Alt+ArrowDown"])); await settle(); await types(); }],
    "own window: on top": [1, () => press("Control+Shift+T")],
    "own window: take back": [1, async () => { await press("Control+z"); await settle(); await types(); }],
    "own window: close": [2, () => press("Control+w")],
    "own window: bring back": [1, () => press("Control+Shift+O")],
  };

  const weighted = (table) => Object.entries(table).flatMap(([name, [weight, act]]) => Array.from({ length: weight }, () => [name, act]));
  const inMain = weighted(person.supervises ? { ...acts, ...board } : acts);
  const inOwn = weighted(own);
  person.all = [...new Set([...inMain, ...inOwn].map(([name]) => name))];

  return async () => {
    const windows = [...person.apart.values()];
    const isOwn = windows.length > 0 && plan.chance(0.25);
    page = isOwn ? plan.one(windows) : person.page;
    const [name, act] = plan.one(isOwn ? inOwn : inMain);
    person.act = name;
    person.acts.push({ since: Date.now(), act: name, page: isOwn ? "own" : "main", before: await looks(page) });
    await act();
    person.did.set(name, (person.did.get(name) ?? 0) + 1);
    if (isOwn) await sync(person);
  };
}
