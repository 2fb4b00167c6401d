// Bundles the web chat element into one self-contained module, `ui/dist-chat/chat.js`, which the hub embeds and serves.
import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

export const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  root: here("."),
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
