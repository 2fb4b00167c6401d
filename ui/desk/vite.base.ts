// Shared by the build, the development server and the tests.
import { fileURLToPath } from "node:url";
import { svelte } from "@sveltejs/vite-plugin-svelte";
import icons from "unplugin-icons/vite";
import { emoji } from "./emoji.ts";
import { catalogue } from "./words/plugin.ts";

export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export const plugins = [
  // bits-ui is compiled by its own rules; runes are forced for our files only.
  svelte({
    configFile: false,
    dynamicCompileOptions: ({ filename }) => (filename.includes("node_modules") ? {} : { runes: true }),
  }),
  icons({ compiler: "svelte", scale: 1 }),
  catalogue,
  emoji,
];

export const alias = { $shared: here("../shared") };
