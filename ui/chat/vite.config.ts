// Bundles the web chat element into one self-contained module, `ui/dist-chat/chat.js`, which the hub embeds and serves.
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { minify } from "terser";
import { defineConfig, type Plugin } from "vite";

export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Private members that the sources name nowhere but behind `this`: nothing can tell how they are called. */
function privateNames(): RegExp {
  const files = readdirSync(here("./src"), { recursive: true, encoding: "utf8" }).filter((file) => file.endsWith(".ts"));
  const source = files.map((file) => readFileSync(here(`./src/${file}`), "utf8")).join("\n");
  const declared = new Set([...source.matchAll(/\bprivate (?:readonly |async |static )*(\w+)/g)].map(([, name]) => name ?? ""));
  const isHidden = (name: string): boolean => {
    const all = source.match(new RegExp(`\\b${name}\\b`, "g"))?.length ?? 0;
    const own = source.match(new RegExp(`(?:\\bthis\\.|\\bprivate (?:readonly |async )*)${name}\\b`, "g"))?.length ?? 0;
    return name.length > 3 && all === own;
  };
  return new RegExp(`^(?:${[...declared].filter(isHidden).join("|")})$`);
}

// Names that terser chooses compress better: half a kilobyte less for each visitor.
const small: Plugin = {
  name: "small",
  async generateBundle(_, bundle) {
    const properties = { regex: privateNames() };
    for (const chunk of Object.values(bundle)) {
      if (chunk.type !== "chunk") continue;
      const { code } = await minify(chunk.code, { module: true, ecma: 2020, compress: { passes: 3, unsafe_arrows: true, pure_getters: true, hoist_funs: true, keep_fargs: false }, mangle: { properties } });
      chunk.code = code ?? chunk.code;
    }
  },
};

export default defineConfig({
  root: here("."),
  plugins: [small],
  publicDir: false,
  build: {
    outDir: here("../dist-chat"),
    emptyOutDir: true,
    target: "es2022",
    cssTarget: "es2022",
    lib: { entry: here("./src/index.ts"), formats: ["es"], fileName: () => "chat.js" },
    // Vite keeps the white space of ES libraries for later bundlers; this file goes straight to browsers.
    rolldownOptions: { output: { codeSplitting: false, minify: { compress: true, mangle: true, codegen: true } } },
    reportCompressedSize: true,
  },
});
