// Theme and accent of one element, set as custom properties from script, so that no inline style must be allowed.
import { inkOn, parseHex, readableOn } from "./colour";

const DEFAULT_ACCENT = { light: "#2f5bea", dark: "#7c9bff" };
const GROUND = { light: [255, 255, 255], dark: [21, 26, 33] } as const;

export type Theme = "light" | "dark";

export function themeOf(wished: string | null, prefersDark: boolean): Theme {
  if (wished === "light" || wished === "dark") return wished;
  return prefersDark ? "dark" : "light";
}

export function applyLook(root: HTMLElement, theme: Theme, accents: readonly (string | null | undefined)[]): void {
  root.dataset.theme = theme;
  const chosen = accents.find((text) => text && parseHex(text)) ?? DEFAULT_ACCENT[theme];
  const accent = parseHex(chosen);
  if (!accent) return;
  // A deep brand colour would vanish on a dark background, so its readable mix is used.
  const ground = theme === "dark" ? readableOn(accent, GROUND.dark, 3) : chosen;
  root.style.setProperty("--accent", ground);
  root.style.setProperty("--accent-ink", inkOn(parseHex(ground) ?? accent));
  root.style.setProperty("--accent-text", readableOn(accent, GROUND[theme], 5.2));
}
