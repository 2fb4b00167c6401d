// What every key does in every place, as a table; and that the sheet, docs/keyboard.md and the keys agree.
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { decide, keyOf, SHEET, type Outcome, type Place, type Press, type Standing } from "./keys";
import { t } from "../words/catalogue.svelte";
import { inOrder } from "../words/keys";

const ANSWERED = ["with a conversation that I may answer", true] as const;
const READ = ["with none that I may answer", false] as const;

/** A key as a browser reports it: "Ctrl Shift a". */
function press(keys: string): Press {
  const parts = keys.split(" ");
  const key = parts.at(-1) === "Space" ? " " : (parts.at(-1) ?? "");
  const has = (name: string): boolean => parts.slice(0, -1).includes(name);
  const code = /^\d$/.test(key) ? `Digit${key}` : `Key${key.toUpperCase()}`;
  return { key, code, ctrlKey: has("Ctrl"), metaKey: has("Meta"), altKey: has("Alt"), shiftKey: has("Shift"), isComposing: has("Composing"), keyCode: has("229") ? 229 : 0 };
}

const standing = (place: Place, answers: boolean, coming = false): Standing => ({ place, answers, coming });
const LETTERS = [..."abcdefghijklmnopqrstuvwxyzNRF1?/äß好"];

describe("printable keys", () => {
  for (const place of ["elsewhere", "nowhere", "lost"] as const) {
    it(`reach the message field from ${place}, ${ANSWERED[0]}`, () => {
      for (const key of [...LETTERS, "Dead", "Ctrl Alt q"]) expect(decide(standing(place, true), press(key)), key).toBe("field");
    });
  }

  for (const place of ["elsewhere", "lost"] as const) {
    it(`reach nothing from ${place}, ${READ[0]}`, () => {
      for (const key of LETTERS) expect(decide(standing(place, false), press(key)), key).toBe("nothing");
    });
  }

  for (const place of ["message", "input", "dialog"] as const) {
    it(`stay where they are in a ${place}`, () => {
      for (const answers of [true, false]) {
        for (const key of [...LETTERS, "Enter", "Space"]) expect(decide(standing(place, answers), press(key)), key).toBe("own");
      }
    });
  }

  it("are no commands while a message field is on its way", () => {
    for (const place of ["list", "nowhere", "elsewhere"] as const) {
      for (const key of [...LETTERS, "Enter"]) expect(decide(standing(place, false, true), press(key)), key).toBe("nothing");
    }
  });

  it("are nobody's while N looks for its call, also in a message field, which is another conversation's", () => {
    for (const place of ["list", "nowhere", "elsewhere", "lost", "message"] as const) {
      for (const answers of [true, false]) {
        for (const key of [...LETTERS, "Enter"]) expect(decide({ ...standing(place, answers), leads: true }, press(key)), `${place} ${key}`).toBe("nothing");
      }
    }
    for (const place of ["input", "dialog"] as const) {
      for (const key of [...LETTERS, "Enter"]) expect(decide({ ...standing(place, true), leads: true }, press(key)), `${place} ${key}`).toBe("own");
    }
  });

  it("never answer another customer from inside a conversation", () => {
    for (const place of ["message", "elsewhere", "nowhere", "lost", "input", "dialog"] as const) {
      for (const key of ["n", "N", "Shift N"]) expect(decide(standing(place, true), press(key))).not.toMatchObject({ is: "next" });
    }
    for (const place of ["elsewhere", "lost"] as const) expect(decide(standing(place, false), press("n"))).toBe("nothing");
  });

  it("leave Space and Enter to buttons and the transcript", () => {
    for (const [, answers] of [ANSWERED, READ]) {
      for (const key of ["Space", "Enter", "Tab", "End", "PageDown", "ArrowUp"]) expect(decide(standing("elsewhere", answers), press(key)), key).toBe("own");
    }
  });
});

const LIST: [key: string, does: Outcome][] = [
  ["j", { is: "move", by: 1 }],
  ["J", { is: "move", by: 1 }],
  ["ArrowDown", { is: "move", by: 1 }],
  ["k", { is: "move", by: -1 }],
  ["ArrowUp", { is: "move", by: -1 }],
  ["PageDown", { is: "move", by: 8 }],
  ["PageUp", { is: "move", by: -8 }],
  ["Home", { is: "move", by: -Infinity }],
  ["End", { is: "move", by: Infinity }],
  ["Enter", { is: "open" }],
  ["Shift Enter", { is: "popOut" }],
  ["r", { is: "reply" }],
  ["m", { is: "note" }],
  ["a", { is: "join" }],
  ["n", { is: "next" }],
  ["Shift N", { is: "next" }],
  ["e", { is: "complete" }],
  ["l", { is: "leave" }],
  ["h", { is: "askForHelp" }],
  ["i", { is: "invite" }],
  ["o", { is: "transfer" }],
  ["p", { is: "inviteExternal" }],
  ["y", { is: "delegate" }],
  ["t", { is: "takeOver" }],
  ["d", { is: "decline" }],
  ["s", { is: "snooze" }],
  ["g", { is: "tags" }],
  ["u", { is: "editCustomer" }],
  ["b", { is: "buttons" }],
  ["c", { is: "copyLink" }],
  ["x", { is: "copyTranscript" }],
  ["w", { is: "told" }],
  ["v", { is: "arrange" }],
  ["f", { is: "filter" }],
  ["/", { is: "search" }],
  ["Shift ?", { is: "sheet" }],
  ["q", { is: "quote" }],
  ["z", { is: "react" }],
  ["+", { is: "widen" }],
  ["ß", "nothing"],
  ["1", "nothing"],
  ["Ctrl Enter", "own"],
  ["Ctrl a", "nothing"],
  ["Ctrl c", "own"],
  ["Ctrl n", "own"],
  ["Tab", "own"],
  ["Space", "own"],
];

describe("with the focus in the list", () => {
  it.each(LIST)("%s", (key, does) => {
    for (const answers of [true, false]) expect(decide(standing("list", answers), press(key))).toEqual(does);
  });

  it("and with no focus at all it is the same, unless a conversation can be answered", () => {
    for (const [key, does] of LIST) expect(decide(standing("nowhere", false), press(key)), key).toEqual(does);
  });
});

const BOARD: [key: string, does: Outcome][] = [
  ["Space", { is: "choose" }],
  ["Shift ArrowDown", { is: "chooseMore", by: 1 }],
  ["Shift ArrowUp", { is: "chooseMore", by: -1 }],
  ["Ctrl a", { is: "chooseAll" }],
  ["1", { is: "figure", at: 0 }],
  ["8", { is: "figure", at: 7 }],
  ["9", "nothing"],
  ["Ctrl 1", { is: "savedView", at: 0 }],
  ["ArrowDown", { is: "move", by: 1 }],
  ["Enter", { is: "open" }],
  ["m", { is: "note" }],
];

describe("with the focus in the board's rows", () => {
  it.each(BOARD)("%s", (key, does) => {
    for (const answers of [true, false]) expect(decide({ ...standing("list", answers), board: true }, press(key))).toEqual(does);
  });

  it("outside of them they are nobody's", () => {
    for (const place of ["message", "input", "dialog", "elsewhere"] as const) {
      for (const key of ["Space", "Ctrl a", "Ctrl 1"]) expect(decide({ ...standing(place, true), board: true }, press(key)), `${place} ${key}`).toBe("own");
    }
  });
});

const ANYWHERE: [key: string, does: Outcome][] = [
  ["Ctrl k", { is: "palette" }],
  ["Meta k", { is: "palette" }],
  ["Ctrl f", { is: "search" }],
  ["Alt 1", { is: "section", at: 0 }],
  ["Alt 4", { is: "section", at: 3 }],
  ["Alt 5", { is: "notSent" }],
  ["Alt 6", { is: "inbox" }],
  ["Alt r", { is: "report" }],
  ["Alt t", { is: "translate" }],
  ["Alt o", { is: "originals" }],
  ["Alt ArrowDown", { is: "step", by: 1 }],
  ["Alt ArrowUp", { is: "step", by: -1 }],
  ["Ctrl Shift A", { is: "availability" }],
  ["Ctrl Shift F", { is: "searchHere" }],
  ["Ctrl Shift O", { is: "popOutHere" }],
  ["Ctrl Shift T", { is: "keepOnTop" }],
  ["Ctrl w", { is: "closeWindow" }],
  ["Ctrl ,", { is: "settings" }],
  ["Ctrl +", { is: "zoom", by: 1 }],
  ["Ctrl Shift +", { is: "zoom", by: 1 }],
  ["Ctrl =", { is: "zoom", by: 1 }],
  ["Ctrl -", { is: "zoom", by: -1 }],
  ["Ctrl 0", { is: "zoom", by: 0 }],
  ["Alt h", { is: "grade", key: "H" }],
  ["Alt w", { is: "grade", key: "W" }],
];

describe("Ctrl Z", () => {
  const z = press("Ctrl z");

  it("takes back what was sent, unless the field has text of its own to undo", () => {
    for (const place of ["list", "elsewhere", "nowhere", "lost"] as const) {
      for (const answers of [true, false]) expect(decide(standing(place, answers), z), place).toEqual({ is: "takeBack" });
    }
    expect(decide({ ...standing("message", true), empty: true }, z)).toEqual({ is: "takeBack" });
    expect(decide({ ...standing("message", true), empty: false }, z)).toBe("own");
  });

  it("belongs to other fields and to dialogs", () => {
    for (const place of ["input", "dialog"] as const) {
      for (const empty of [true, false]) expect(decide({ ...standing(place, true), empty }, z), place).toBe("own");
    }
  });

  it("with Shift it is redo", () => {
    expect(decide({ ...standing("message", true), empty: true }, press("Ctrl Shift Z"))).toBe("own");
  });
});

describe("everywhere but in dialogs", () => {
  it.each(ANYWHERE)("%s", (key, does) => {
    for (const place of ["list", "message", "input", "elsewhere", "nowhere", "lost"] as const) {
      for (const answers of [true, false]) expect(decide(standing(place, answers), press(key)), place).toEqual(does);
    }
    expect(decide(standing("dialog", true), press(key))).toEqual(/^(Ctrl|Ctrl Shift) [-+=0]$/.test(key) ? does : "own");
  });

  it("Esc leads to the list, except from what needs it itself", () => {
    for (const place of ["list", "elsewhere", "nowhere", "lost"] as const) expect(decide(standing(place, true), press("Escape"))).toEqual({ is: "list" });
    for (const place of ["message", "input", "dialog"] as const) expect(decide(standing(place, true), press("Escape"))).toBe("own");
  });

  it("Ctrl Enter means nothing outside the message field and dialogs", () => {
    for (const place of ["list", "elsewhere", "nowhere", "lost", "message", "input", "dialog"] as const) {
      expect(decide(standing(place, true), press("Ctrl Enter")), place).toBe("own");
    }
  });

  it("a key of an input method is nobody's", () => {
    for (const place of ["list", "elsewhere", "nowhere"] as const) {
      expect(decide(standing(place, true), press("Composing j"))).toBe("own");
      expect(decide(standing(place, true), press("229 j"))).toBe("own");
    }
  });
});

describe("the list of keys", () => {
  it("gives every key one meaning in its part", () => {
    for (const { rows } of SHEET) {
      const keys = rows.flatMap((row) => row.keys);
      expect(new Set(keys).size).toBe(keys.length);
    }
  });

  it("is the same in the window and in docs/keyboard.md", () => {
    const page = readFileSync(`${import.meta.dirname}/../../../../docs/keyboard.md`, "utf8");
    const cell = (keys: readonly string[]): string => inOrder(keys).map((key) => `\`${key}\``).join(" ");
    const want = SHEET.map(({ title, rows }) => [`### ${t(title)}`, "", t(`${title}.where`), "", "| Key | What it does |", "|---|---|", ...rows.map(({ keys, what }) => `| ${cell(keys)} | ${t(what)} |`), ""].join("\n"));
    for (const part of want) expect(page).toContain(part);
    expect(page.match(/^\| `/gm)?.length).toBe(SHEET.flatMap(({ rows }) => rows).length);
  });

  it("names the key of every act beside its label", () => {
    expect(["join", "note", "leave", "invite", "askForHelp", "delegate", "complete", "copyLink", "availability", "step", "buttons", "next", "reply"].map(keyOf)).toEqual(["A", "M", "L", "I", "H", "Y", "E", "C", "Ctrl Shift A", "Alt ↓", "B", "N", "R"]);
  });
});
