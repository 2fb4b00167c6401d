// Component tests of the desk and the web chat, in happy-dom.
import { defineConfig } from "vitest/config";
import { alias, plugins } from "./desk/vite.base.ts";

export default defineConfig({
  plugins,
  resolve: { alias, conditions: ["browser"] },
  test: {
    // A busy machine is no fault. What passes only when tried again is named by the reporter.
    testTimeout: 30_000,
    retry: 1,
    // By itself it leaves one core idle, which is half of a small machine.
    maxWorkers: "100%",
    environment: "happy-dom",
    include: ["desk/**/*.test.ts", "chat/**/*.test.ts", "shared/**/*.test.ts"],
    setupFiles: ["desk/test/setup.ts"],
    restoreMocks: true,
  },
});
