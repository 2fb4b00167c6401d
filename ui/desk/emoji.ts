// Builds the emoji into the page: `virtual:emoji/en` is a module with all of them, by their names in that language. It
// is a file of its own, which the page reads when somebody types the first one.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Plugin } from "vite";

interface Known {
  hexcode: string;
  label: string;
  tags?: string[];
  emoji: string;
  group?: number;
  order?: number;
  version: number;
}

const ASKED = "virtual:emoji/";
/** Newer ones are boxes in the fonts of common systems. */
const NEWEST = 15;
/** Hair and skin alone. */
const COMPONENTS = 2;

const { resolve } = createRequire(import.meta.url);
const read = <T>(file: string): T => JSON.parse(readFileSync(resolve(`emojibase-data/${file}.json`), "utf8")) as T;

/** `[emoji, names after a colon, label, other words]`, as they stand in the standard's order. */
function all(language: string): [string, string, string, string][] {
  const names = read<Record<string, string | string[]>>("en/shortcodes/github");
  return read<Known[]>(`${language}/data`)
    .filter(({ group, version }) => group !== undefined && group !== COMPONENTS && version <= NEWEST)
    .toSorted((a, b) => (a.order ?? 0) - (b.order ?? 0))
    .map(({ hexcode, emoji, label, tags = [] }) => {
      const named = [names[hexcode] ?? label.replaceAll(/[^\p{L}\p{N}]+/gu, "_").toLowerCase()].flat();
      // Where it is a picture anyhow, nothing needs to ask for one.
      return [emoji.replaceAll(/(\p{Emoji_Presentation})\uFE0F/gu, "$1"), named.join(" "), label, tags.join(" ")];
    });
}

export const emoji: Plugin = {
  name: "emoji",
  resolveId: (id) => (id.startsWith(ASKED) ? `\0${id}` : null),
  load(id) {
    if (!id.startsWith(`\0${ASKED}`)) return null;
    return { code: `export default ${JSON.stringify(all(id.slice(ASKED.length + 1)))};`, map: null, moduleType: "js" };
  },
};
