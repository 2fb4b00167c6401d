// Builds the window's page into `ui/dist`, which the desktop shell embeds.
import { defineConfig } from "vite";
import { alias, here, plugins } from "./vite.base.ts";

export default defineConfig({
  root: here("."),
  base: "./",
  publicDir: false,
  plugins,
  resolve: { alias },
  build: {
    outDir: here("../dist"),
    emptyOutDir: true,
    target: "es2022",
    // The window's content security policy allows fonts and scripts from files only.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: { host: "127.0.0.1" },
});
