// Builds the catalogue into the page: an `.ftl` file is a module whose default export is its text. Comments and indents are
// for translators and stay behind.
import { readFileSync } from "node:fs";
import type { Plugin } from "vite";

export const catalogue: Plugin = {
  name: "catalogue",
  load(id) {
    const [file = ""] = id.split("?");
    if (!file.endsWith(".ftl")) return null;
    this.addWatchFile(file);
    const text = readFileSync(file, "utf8").replace(/^#.*\n/gm, "").replace(/\n{2,}/g, "\n").replace(/^ +/gm, " ");
    return { code: `export default ${JSON.stringify(text)};`, map: null, moduleType: "js" };
  },
};
