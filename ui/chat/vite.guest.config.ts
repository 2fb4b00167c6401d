// Bundles the external agents' page into one module, `ui/dist-chat/guest.js`, which the hub embeds and serves.
import { mergeConfig } from "vite";
import chat, { here } from "./vite.config.ts";

export default mergeConfig(chat, {
  build: { emptyOutDir: false, lib: { entry: here("./src/guest/index.ts"), formats: ["es"], fileName: () => "guest.js" } },
});
