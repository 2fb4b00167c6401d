// Bundles the card for reviews into one module, `ui/dist-chat/review.js`, which the web chat fetches when it is needed.
import { mergeConfig } from "vite";
import chat, { here } from "./vite.config.ts";

export default mergeConfig(chat, {
  build: { emptyOutDir: false, lib: { entry: here("./src/review/index.ts"), formats: ["es"], fileName: () => "review.js" } },
});
