// The catalogue is whole, in every language; the page asks only for what is there, and says nothing of its own.
import { FluentBundle, FluentResource } from "@fluent/bundle";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { CORE, filesOf, languages, read, typesOf, visit, type Catalogue, type Node } from "./read";
import { callsOf, coreStrings, ownWords, sources, stringsOf } from "./sources";

const HERE = import.meta.dirname;
const SOURCE = `${HERE}/../src`;
const LANGUAGES = languages(HERE);
const catalogues = new Map(LANGUAGES.map((language): [string, Catalogue] => [language, read(HERE, language)]));
const english = catalogues.get("en") ?? new Map();
const pages = sources(SOURCE);
const isCores = (id: string): boolean => english.get(id)?.file.startsWith(CORE) ?? false;
/** Among others, the codes of refusals that the hub makes at its doors. */
const hubs = new Set(coreStrings([`${HERE}/../../../crates/hub/src`]));
const core = new Set(coreStrings(["desk", "conversation"].map((crate) => `${HERE}/../../../crates/${crate}/src`).concat(`${HERE}/../../../src-tauri/src`)));

/** The literal text of a message, without what is filled in. */
function textOf(pattern: unknown): string {
  const parts: string[] = [];
  visit(pattern, (node: Node) => {
    if (node.type === "TextElement") parts.push(String(node.value));
  });
  return parts.join(" ");
}

describe("the catalogue", () => {
  it("has English and German", () => {
    expect(LANGUAGES).toEqual(["de", "en"]);
  });

  it.each(LANGUAGES)("has every word in the same room, with the same arguments: %s", (language) => {
    const own = catalogues.get(language) ?? new Map();
    const lacks = [...english.keys()].filter((id) => !own.has(id));
    const more = [...own.keys()].filter((id) => !english.has(id));
    expect({ lacks, more }).toEqual({ lacks: [], more: [] });
    for (const [id, word] of own) {
      const known = english.get(id);
      expect(word.file, id).toBe(known?.file);
      expect([...word.args.keys()].sort(), id).toEqual([...(known?.args.keys() ?? [])].sort());
    }
  });

  it.each(LANGUAGES)("can be said with any number: %s", (language) => {
    const bundle = new FluentBundle(language, { useIsolating: false });
    for (const file of filesOf(HERE, language)) bundle.addResource(new FluentResource(readFileSync(`${HERE}/${language}/${file}`, "utf8")));
    for (const [id, { args }] of catalogues.get(language) ?? []) {
      const [name = "", attribute] = id.split(".");
      const message = bundle.getMessage(name);
      const pattern = attribute === undefined ? message?.value : message?.attributes[attribute];
      for (const count of [0, 1, 2, 5, 1000]) {
        const problems: Error[] = [];
        const given = Object.fromEntries([...args].map(([arg, kind]) => [arg, kind === "number" ? count : `(${arg})`]));
        const said = pattern ? bundle.formatPattern(pattern, given, problems) : "";
        expect(problems, id).toEqual([]);
        expect(said.trim(), id).not.toBe("");
        expect(said, id).not.toMatch(/\{|\}/);
      }
    }
  });

  it("is typed as it is: otherwise run `npm run words`", async () => {
    await expect(typesOf([...catalogues.values()])).toMatchFileSnapshot(`${SOURCE}/words/messages.ts`);
  });

  it.each(LANGUAGES)("has the quotation marks, dots and dashes of print: %s", (language) => {
    for (const [id, { pattern }] of catalogues.get(language) ?? []) {
      const text = textOf(pattern);
      expect(text, id).not.toMatch(/\.\.\.| - |—/);
      if (id !== "operator-phrase.shown") expect(text, id).not.toContain('"');
      expect(text, id).not.toMatch(language === "de" ? /[“”](?=\p{L})|‚|»|«/u : /[„«»]/);
    }
  });

  it("says Sie in German, and no English where there is German", () => {
    for (const [id, { pattern }] of catalogues.get("de") ?? []) {
      expect(textOf(pattern), id).not.toMatch(/\b(du|dich|dir|dein\w*|euch|euer)\b/i);
      if (!id.includes("also")) expect(textOf(pattern), id).not.toMatch(/\b(Desk|Hub|Call|Tags|Draft|Reply|Outbox|Snooze|Login|User|Agent|Agents|Kollegen)\b/);
    }
  });
});

describe("the page", () => {
  const strings = pages.map(stringsOf);
  const whole = new Set(strings.flatMap((one) => one.whole));
  const parts = strings.flatMap((one) => one.parts);

  it("asks for no word that is not there, and gives what it takes", () => {
    for (const { path, id, args } of pages.flatMap(callsOf)) {
      const word = english.get(id);
      expect(word, `${path}: ${id}`).toBeDefined();
      expect(isCores(id), `${path}: ${id} is the core's`).toBe(false);
      if (args !== null) expect([...args].sort(), `${path}: ${id}`).toEqual([...(word?.args.keys() ?? [])].sort());
    }
  });

  it("uses every word", () => {
    const unused = [...english.keys()].filter((id) => !isCores(id) && !whole.has(id) && !parts.some((part) => part.test(id)));
    expect(unused).toEqual([]);
  });

  it.each(pages.map((page) => [page.path, page] as const))("has no words of its own: %s", (_, page) => {
    expect(ownWords(page)).toEqual([]);
  });
});

describe("the core", () => {
  it("says only what is there, and all of it", () => {
    const cores = [...english.keys()].filter(isCores);
    // Refusals are found by their code: error-conversation-completed is conversation.completed. `less` is said without names.
    const inSource = (id: string): string => id.replace(/^error-(\w+)-(\w+)(\.less)?$/, "$1.$2");
    const isHubs = (id: string): boolean => id.startsWith("error-") && hubs.has(inSource(id));
    // What the hub did not do has other words without a connection, which are said by the same name (`asking.rs`).
    const isOffline = (id: string): boolean => /^failed-.+\.offline$/.test(id) && core.has(id.replace(".offline", ""));
    expect(cores.filter((id) => !core.has(inSource(id)) && !isHubs(id) && !isOffline(id))).toEqual([]);
    const families = new Set(cores.map((id) => id.split("-")[0]));
    const meant = [...core].filter((one) => one.includes("-") && families.has(one.split("-")[0]));
    expect(meant.filter((id) => !english.has(id))).toEqual([]);
  });
});
