import js from "@eslint/js";
import svelte from "eslint-plugin-svelte";
import globals from "globals";
import ts from "typescript-eslint";
import svelteConfig from "./svelte.config.js";

export default ts.config(
  { ignores: ["dist/**", "dist-chat/**", "node_modules/**", "shared/types.ts", "**/*.d.ts"] },
  js.configs.recommended,
  ...ts.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser } } },
  {
    rules: {
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_", destructuredArrayIgnorePattern: "^_" }],
    },
  },
  { files: ["**/*.mjs", "**/*.config.{js,ts}"], languageOptions: { globals: { ...globals.node } } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: ts.parser, extraFileExtensions: [".svelte"], svelteConfig } },
  },
  {
    // The Enter that ends a Japanese, Chinese or Korean word must send and open nothing.
    files: ["desk/src/**", "chat/src/**"],
    rules: {
      "no-restricted-syntax": [
        "error",
        { selector: "BinaryExpression > Literal[value='Enter']", message: "Ask isEnter of shared/keys.ts: it knows what belongs to a composition." },
        { selector: "SwitchCase > Literal[value='Enter']", message: "Ask isEnter of shared/keys.ts: it knows what belongs to a composition." },
        { selector: "MemberExpression[property.name='isComposing']", message: "Ask composes of shared/keys.ts: isComposing alone is wrong in WebKit." },
      ],
    },
  },
  {
    files: ["desk/**"],
    rules: {
      eqeqeq: "error",
      "no-console": "error",
      "svelte/no-at-html-tags": "error",
      "no-undef": "off",
      // The generated host is the interface's only access to the outside.
      "no-restricted-imports": ["error", { patterns: ["@tauri-apps/*"] }],
      "no-restricted-globals": ["error", "fetch", "EventSource", "WebSocket"],
    },
  },
  { files: ["desk/src/host/http.ts", "desk/test/**"], rules: { "no-restricted-globals": "off", "no-console": "off" } },
);
