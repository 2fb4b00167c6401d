// Reads the page's sources for the tests of the catalogue: which words they ask for, and words of their own.
import { readdirSync, readFileSync } from "node:fs";
import { parse } from "svelte/compiler";
import { visit, type Node } from "./read";

export interface Source {
  path: string;
  root: Node;
}

/** What a person reads or hears of an element, and the same properties of our own components. */
const SAID = /^(aria-(label|description|valuetext|roledescription|placeholder)|title|placeholder|alt|label|lead|hint|name|shows|words|summary)$/;
/** The same in every language: names, addresses, keys, and examples of ids and language tags. */
const NAMES = /^(Tandem|https?:\/\/.*|tandem:\/\/.*|hub\.example\.com|which-day|on-its-way|de|(Ctrl |Alt |Shift )*(Page Up|Page Down|Enter|\S))$/;
/** Elements whose text is no language. */
const MUTE = ["code", "style", "script"];

/** Everything that is built into the page. */
export function sources(folder: string): Source[] {
  return readdirSync(folder, { recursive: true, encoding: "utf8" })
    .filter((path) => /\.(svelte|ts)$/.test(path) && !/\.(test|d)\.ts$|^dev\/|^host\/fake\.ts$|^words\/messages\.ts$/.test(path))
    .sort()
    .map((path) => {
      const text = readFileSync(`${folder}/${path}`, "utf8");
      // One parser for both: a component with nothing but a script.
      const component = path.endsWith(".svelte") ? text : `<script lang="ts">\n${text}\n</script>`;
      return { path, root: parse(component, { modern: true, filename: path }) as unknown as Node };
    });
}

/** The strings of the core's own sources. */
export function coreStrings(folders: readonly string[]): string[] {
  return folders.flatMap((folder) =>
    readdirSync(folder, { recursive: true, encoding: "utf8" })
      .filter((path) => path.endsWith(".rs"))
      .flatMap((path) => [...readFileSync(`${folder}/${path}`, "utf8").matchAll(/"([a-z][a-z0-9_-]*(?:\.[a-z_-]+)?)"/g)].map(([, id = ""]) => id)),
  );
}

export interface Call {
  path: string;
  id: string;
  /** The names of the arguments; none if they are not written out. */
  args: readonly string[] | null;
}

/** Every `t(…)` whose id is written out. */
export function callsOf({ path, root }: Source): Call[] {
  const calls: Call[] = [];
  visit(root, (node) => {
    if (node.type !== "CallExpression" || (node.callee as Node & { name?: string }).name !== "t") return;
    const [id, args] = node.arguments as Node[];
    for (const one of id ? idsOf(id) : []) calls.push({ path, id: one, args: argsOf(args) });
  });
  return calls;
}

function idsOf(node: Node): string[] {
  if (node.type === "Literal") return [String(node.value)];
  if (node.type === "ConditionalExpression") return [...idsOf(node.consequent as Node), ...idsOf(node.alternate as Node)];
  return [];
}

function argsOf(node: Node | undefined): readonly string[] | null {
  if (node === undefined) return [];
  if (node.type !== "ObjectExpression") return null;
  const properties = node.properties as (Node & { key?: { name?: string } })[];
  return properties.some(({ type }) => type === "SpreadElement") ? null : properties.map(({ key }) => key?.name ?? "");
}

/** Strings as they are written, and those with a gap, as expressions. */
export function stringsOf({ root }: Source): { whole: string[]; parts: RegExp[] } {
  const whole: string[] = [];
  const parts: RegExp[] = [];
  visit(root, (node) => {
    if (node.type.startsWith("TSType") || node.type === "TSInterfaceDeclaration") return false;
    if (node.type === "Literal" && typeof node.value === "string") whole.push(node.value);
    if (node.type !== "TemplateLiteral") return true;
    const pieces = (node.quasis as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
    // Anything would match a gap alone.
    if (pieces.join("").length > 3) parts.push(new RegExp(`^${pieces.map((piece) => piece.replace(/[^\w-]/g, "\\$&")).join(".+")}$`));
    return true;
  });
  return { whole, parts };
}

/** Words that stand in the source instead of the catalogue. */
export function ownWords({ root }: Source): string[] {
  const found: string[] = [];
  look(root, false, found);
  return found;
}

function look(value: unknown, said: boolean, found: string[]): void {
  if (Array.isArray(value)) value.forEach((one) => look(one, said, found));
  if (typeof value !== "object" || value === null || Array.isArray(value)) return;
  const node = value as Node & { name?: unknown };
  switch (node.type) {
    case "Comment":
    case "StyleSheet":
    case "StyleDirective":
    case "ImportDeclaration":
      return;
    case "RegularElement":
      // Keys have names, too.
      if (node.name === "kbd") return ownNames(node, found);
      if (MUTE.includes(String(node.name))) return;
      break;
    case "Text":
      if (said && /\p{L}{2}/u.test(String(node.data)) && !NAMES.test(String(node.data).trim())) found.push(String(node.data).trim());
      return;
    case "Attribute":
      look(node.value, SAID.test(String(node.name)) && !isName(node), found);
      return;
    case "Fragment":
      look(node.nodes, true, found);
      return;
    case "ExpressionTag":
      look(node.expression, said, found);
      return;
    case "Literal":
      if (typeof node.value === "string" && isProse(node.value, said)) found.push(node.value);
      return;
    case "TemplateElement": {
      const words = (node.value as { cooked: string }).cooked;
      if (isProse(words, said)) found.push(words);
      return;
    }
    case "CallExpression": {
      const { name } = node.callee as { name?: string };
      // The catalogue's ids, and what selects elements.
      if (name === "t") return look((node.arguments as Node[])[1], false, found);
      look(node.callee, false, found);
      look(node.arguments, false, found);
      return;
    }
    case "BinaryExpression":
      look(node.left, false, found);
      look(node.right, false, found);
      return;
    case "TSLiteralType":
    case "TSTypeAnnotation":
      return;
  }
  for (const [key, child] of Object.entries(node)) {
    if (key === "test" || key === "parent" || key === "metadata" || key === "name_loc" || key === "css" || key === "comments") continue;
    look(child, said && key !== "script", found);
  }
}

function ownNames(node: Node, found: string[]): void {
  visit(node, ({ type, data }) => {
    if (type === "Text" && /Ctrl|Shift|Enter|Home|End|Page/.test(String(data))) found.push(String(data));
  });
}

/** The name of a form's field is nobody's to read. */
function isName({ name, value }: Node): boolean {
  return name === "name" && Array.isArray(value);
}

/** Said on the screen, any word is one. Elsewhere it takes what only sentences have. */
function isProse(text: string, said: boolean): boolean {
  const words = text.trim();
  if (NAMES.test(words)) return false;
  if (said) return /\p{L}{2}/u.test(words);
  return /^\p{Lu}\p{Ll}+( \p{L}+)+/u.test(words) || /\p{L}{2,} \p{L}{2,}.*[.!?…]$/u.test(words);
}
