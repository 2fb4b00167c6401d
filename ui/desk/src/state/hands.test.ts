// One pair of hands and several windows: words that are typed on land in the window that they were begun for, or nowhere.
import { beforeEach, describe, expect, it } from "vitest";
import { Hands, MAIN } from "./hands";

let now = 0;
let kept: Map<string, string>;

function hands(window: string | null): Hands {
  const storage = { getItem: (name: string) => kept.get(name) ?? null, setItem: (name: string, value: string) => void kept.set(name, value), removeItem: (name: string) => void kept.delete(name) };
  return new Hands(window, storage, () => now);
}

/** Types at this pace; returns what arrived. */
function type(into: Hands, words: string, paceMs = 80): string {
  return [...words].filter((key) => {
    now += paceMs;
    return !into.swallows(new KeyboardEvent("keydown", { key: key === "\n" ? "Enter" : key }));
  }).join("");
}

const press = (at: Hands, key: string, init: KeyboardEventInit = {}): boolean => at.swallows(new KeyboardEvent("keydown", { key, ...init }));

beforeEach(() => {
  now = 1_000_000;
  kept = new Map();
});

describe("the rest of a sentence", () => {
  it("does not go to a window that a notification or a closed window brought", () => {
    const [kari, pia, main] = [hands("kari"), hands("pia"), hands(null)];
    expect(type(kari, "Dear Kari, ")).toBe("Dear Kari, ");
    for (const other of [pia, main]) {
      other.came();
      expect(type(other, "good day to you\n")).toBe("");
      expect(press(other, "Enter", { ctrlKey: true })).toBe(true);
      expect(press(other, "Backspace")).toBe(true);
    }
  });

  it("does not go there either when no keys bring it: letters of other keyboards, dictation, input methods", () => {
    const [kari, pia] = [hands("kari"), hands("pia")];
    const brings = (inputType: string): boolean => pia.swallows(new InputEvent("beforeinput", { inputType, data: "ø" }));
    type(kari, "Dear Kari, ");
    pia.came();
    for (const inputType of ["insertText", "insertCompositionText", "insertReplacementText", "deleteContentBackward"]) expect(brings(inputType), inputType).toBe(true);
    expect(brings("insertFromPaste"), "an act of its own").toBe(false);
    now += 700;
    expect(brings("insertText"), "the hands have rested").toBe(false);
  });

  it("is over when the hands have rested, and at Tab, Esc or a press with the pointer", () => {
    const go: ((pia: Hands) => unknown)[] = [() => (now += 700), (pia) => press(pia, "Tab"), (pia) => press(pia, "Escape"), (pia) => pia.chose()];
    for (const act of go) {
      const [kari, pia] = [hands("kari"), hands("pia")];
      type(kari, "Dear Kari");
      pia.came();
      expect(type(pia, "x")).toBe("");
      act(pia);
      expect(type(pia, "Dear Pia")).toBe("Dear Pia");
    }
  });

  it("goes on where the user went with it", () => {
    const [main, kari] = [hands(null), hands("kari")];
    type(main, "r");
    main.goTo("kari");
    kari.came();
    expect(type(kari, "Nice to hear from you")).toBe("Nice to hear from you");
    kari.goTo(MAIN);
    main.came();
    expect(type(main, "jj")).toBe("jj");
  });

  it("is not expected after a window was chosen with Alt Tab", () => {
    const [kari, pia] = [hands("kari"), hands("pia")];
    type(kari, "Dear Kari");
    expect(press(kari, "Alt")).toBe(false);
    pia.came();
    expect(type(pia, "Dear Pia")).toBe("Dear Pia");
  });

  it("is only looked for right after the words, and not in the same window", () => {
    const [kari, pia] = [hands("kari"), hands("pia")];
    type(kari, "Dear Kari");
    kari.came();
    expect(type(kari, "!")).toBe("!");
    now += 4_000;
    pia.came();
    expect(type(pia, "Dear Pia")).toBe("Dear Pia");
  });
});
