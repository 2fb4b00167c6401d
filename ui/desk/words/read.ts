// Reads the catalogue for the tests: its messages by language, and the arguments that each of them takes.
import { readdirSync, readFileSync } from "node:fs";
import { parse, type Message, type Pattern, type SelectExpression } from "@fluent/syntax";

/** `number`: plural forms depend on it. `key`: it chooses among other forms. */
export type Argument = "number" | "key" | "text";

export interface Word {
  /** Where it stands: `composer.ftl`; `core/transcript.ftl` is said by the core. */
  file: string;
  pattern: Pattern;
  args: Map<string, Argument>;
}

export type Catalogue = Map<string, Word>;

/** What only the core says. */
export const CORE = "core/";

const PLURALS: readonly string[] = ["zero", "one", "two", "few", "many"];

export function languages(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort();
}

export function filesOf(folder: string, language: string): string[] {
  return readdirSync(`${folder}/${language}`, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ftl"))
    .sort();
}

/** Every message by its id; an attribute has the id `message.attribute`. Throws on text that is not Fluent, and on repeats. */
export function read(folder: string, language: string): Catalogue {
  const words: Catalogue = new Map();
  for (const file of filesOf(folder, language)) {
    for (const entry of parse(readFileSync(`${folder}/${language}/${file}`, "utf8"), {}).body) {
      if (entry.type === "Junk") throw new Error(`${language}/${file} is not Fluent: ${String(entry.content).slice(0, 200)}`);
      if (entry.type !== "Message") continue;
      for (const [id, pattern] of patternsOf(entry)) {
        if (words.has(id)) throw new Error(`${language}/${file} says ${id} again; it stands in ${words.get(id)?.file}`);
        words.set(id, { file, pattern, args: argsOf(pattern) });
      }
    }
  }
  return words;
}

function patternsOf({ id, value, attributes }: Message): [string, Pattern][] {
  const own: [string, Pattern][] = value ? [[id.name, value]] : [];
  return [...own, ...attributes.map((attribute): [string, Pattern] => [`${id.name}.${attribute.id.name}`, attribute.value])];
}

function argsOf(pattern: Pattern): Map<string, Argument> {
  const args = new Map<string, Argument>();
  visit(pattern, (node) => {
    const [name, argument] = argumentOf(node) ?? [];
    if (name !== undefined && argument !== undefined) args.set(name, joined(args.get(name), argument));
  });
  return args;
}

function argumentOf(node: Node): [string, Argument] | null {
  if (node.type === "VariableReference") return [nameOf(node), "text"];
  if (node.type !== "SelectExpression") return null;
  const { selector, variants } = node as unknown as SelectExpression;
  if (selector.type !== "VariableReference") return null;
  const keys = variants.map(({ key }) => (key.type === "Identifier" ? key.name : key.value));
  const counts = keys.some((key) => PLURALS.includes(key) || /^\d/.test(key));
  return [selector.id.name, counts ? "number" : "key"];
}

const nameOf = (node: Node): string => (node as unknown as { id: { name: string } }).id.name;

/** What is said of one argument in two places. */
export function joined(one: Argument | undefined, other: Argument): Argument {
  const kinds = [one, other];
  return kinds.includes("number") ? "number" : kinds.includes("key") ? "key" : "text";
}

export type Node = { type: string } & Record<string, unknown>;

/** Every node below, in order; nothing below a node for which `see` returns false. */
export function visit(root: unknown, see: (node: Node) => unknown): void {
  if (Array.isArray(root)) root.forEach((one) => visit(one, see));
  if (typeof root !== "object" || root === null || Array.isArray(root)) return;
  const node = root as Node;
  if (typeof node.type === "string" && see(node) === false) return;
  for (const [key, value] of Object.entries(node)) if (key !== "parent" && key !== "metadata") visit(value, see);
}

/** The types of all messages that the page may say, as `src/words/messages.ts` has them. */
export function typesOf(catalogues: readonly Catalogue[]): string {
  const all = new Map<string, Map<string, Argument>>();
  for (const catalogue of catalogues) {
    for (const [id, { file, args }] of catalogue) {
      if (file.startsWith(CORE)) continue;
      const known = all.get(id) ?? new Map<string, Argument>();
      for (const [name, argument] of args) known.set(name, joined(known.get(name), argument));
      all.set(id, known);
    }
  }
  const lines = [...all].sort(([one], [other]) => (one < other ? -1 : 1)).map(([id, args]) => `  "${id}": ${typeOf(args)};`);
  return `// Made from desk/words by \`npm run words\`: every message, and its arguments.\n\nexport interface Messages {\n${lines.join("\n")}\n}\n`;
}

const TYPES: Record<Argument, string> = { number: "number", key: "string", text: "string | number" };

function typeOf(args: ReadonlyMap<string, Argument>): string {
  if (args.size === 0) return "null";
  const fields = [...args].sort().map(([name, argument]) => `${name}: ${TYPES[argument]}`);
  return `{ ${fields.join("; ")} }`;
}
