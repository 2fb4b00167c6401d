// The window's appearance on this machine: theme, zoom and width. The only state that lives in the page.

export type Theme = "system" | "light" | "dark";

const THEMES: readonly Theme[] = ["system", "light", "dark"];
const ZOOMS = [0.8, 0.9, 1, 1.1, 1.25, 1.5, 1.75, 2] as const;
const NARROW_PX = 1100;
const COMPACT_PX = 960;
const SINGLE_PX = 720;

export class Appearance {
  theme = $state<Theme>("system");
  zoom = $state(1);
  #width = $state(window.innerWidth);
  #systemDark = $state(false);
  readonly dark = $derived(this.theme === "system" ? this.#systemDark : this.theme === "dark");
  /** Too narrow to show the context beside the conversation. */
  readonly narrow = $derived(this.#width / this.zoom < NARROW_PX);
  /** Too narrow for words in the rail: icons stand for them. */
  readonly compact = $derived(this.#width / this.zoom < COMPACT_PX);
  /** Too narrow for a list and a conversation: one of them is shown. */
  readonly single = $derived(this.#width / this.zoom < SINGLE_PX);

  constructor() {
    const theme = read("theme");
    if (THEMES.some((known) => known === theme)) this.theme = theme as Theme;
    const zoom = Number(read("zoom"));
    if (ZOOMS.some((known) => known === zoom)) this.zoom = zoom;
    const query = window.matchMedia("(prefers-color-scheme: dark)");
    this.#systemDark = query.matches;
    query.addEventListener("change", () => (this.#systemDark = query.matches));
    window.addEventListener("resize", () => (this.#width = window.innerWidth));
  }

  /** Call inside an effect: applies the choices to the page. */
  apply(): void {
    document.documentElement.dataset.theme = this.dark ? "dark" : "light";
    document.documentElement.style.setProperty("--zoom", String(this.zoom));
  }

  choose(theme: Theme): void {
    this.theme = theme;
    keep("theme", theme);
  }

  cycle(): void {
    this.choose(THEMES[(THEMES.indexOf(this.theme) + 1) % THEMES.length] ?? "system");
  }

  /** One step larger or smaller, or back to normal. */
  zoomBy(step: 1 | -1 | 0): void {
    const at = ZOOMS.findIndex((known) => known === this.zoom);
    const next = step === 0 ? 1 : (ZOOMS[Math.min(Math.max(at + step, 0), ZOOMS.length - 1)] ?? 1);
    this.zoom = next;
    keep("zoom", String(next));
  }
}

function read(name: string): string | null {
  try {
    return localStorage.getItem(`tandem.${name}`);
  } catch {
    return null;
  }
}

function keep(name: string, value: string): void {
  try {
    localStorage.setItem(`tandem.${name}`, value);
  } catch {
    // Without storage the choice is forgotten; nothing else depends on it.
  }
}
