// The window's appearance on this machine. The core stores the choice; the page keeps a copy for the time before the core's
// data is open, and knows the window's size.
import type { AppearanceSettings, Contrast, Density, Theme } from "$shared/types";
import { read, write } from "./kept";

const THEMES: readonly Theme[] = ["system", "light", "dark"];
const DENSITIES: readonly Density[] = ["comfortable", "compact"];
const CONTRASTS: readonly Contrast[] = ["system", "more"];
/** Sizes of text, in percent. */
export const SIZES = [80, 90, 100, 110, 125, 150, 175, 200] as const;
const NARROW_PX = 1100;
const COMPACT_PX = 960;
const SINGLE_PX = 720;
const LOW_PX = 600;

export class Appearance {
  chosen = $state.raw<AppearanceSettings>({
    theme: known(THEMES, read("theme"), "system"),
    density: known(DENSITIES, read("density"), "comfortable"),
    contrast: known(CONTRASTS, read("contrast"), "system"),
    textPercent: known(SIZES, Number(read("text")), 100),
  });
  #width = $state(window.innerWidth);
  #height = $state(window.innerHeight);
  #systemDark = $state(false);
  #systemContrast = $state(false);
  #alone = $state(false);
  readonly dark = $derived(this.chosen.theme === "system" ? this.#systemDark : this.chosen.theme === "dark");
  readonly contrast = $derived(this.chosen.contrast === "more" || this.#systemContrast);
  readonly zoom = $derived(this.chosen.textPercent / 100);
  /** The window's width, in rem. */
  readonly wide = $derived(this.#width / this.zoom / 16);
  /** Too narrow to show the context beside the conversation. */
  readonly narrow = $derived(this.#alone || this.#width / this.zoom < NARROW_PX);
  /** Too narrow for words in the rail: icons stand for them. */
  readonly compact = $derived(!this.#alone && this.#width / this.zoom < COMPACT_PX);
  /** Too narrow for a list and a conversation: one of them is shown. */
  readonly single = $derived(!this.#alone && this.#width / this.zoom < SINGLE_PX);
  /** Too low for a rail that stands at ease. */
  readonly low = $derived(this.#height / this.zoom < LOW_PX);

  /** `keep` stores a choice in the core. `alone`: one conversation has the window for itself, without rail and list. */
  constructor(
    private readonly keep: (chosen: AppearanceSettings) => void = () => undefined,
    alone = false,
  ) {
    this.#alone = alone;
    follow("(prefers-color-scheme: dark)", (dark) => (this.#systemDark = dark));
    follow("(prefers-contrast: more)", (more) => (this.#systemContrast = more));
    window.addEventListener("resize", () => {
      this.#width = window.innerWidth;
      this.#height = window.innerHeight;
    });
  }

  /** Call inside an effect: applies the choices to the page. */
  apply(): void {
    const { dataset, style } = document.documentElement;
    dataset.theme = this.dark ? "dark" : "light";
    dataset.contrast = this.contrast ? "more" : "normal";
    dataset.density = this.chosen.density;
    style.setProperty("--zoom", String(this.zoom));
  }

  /** What the core has stored. */
  take(stored: AppearanceSettings): void {
    this.chosen = stored;
    this.#copy();
  }

  choose(change: Partial<AppearanceSettings>): void {
    this.chosen = { ...this.chosen, ...change };
    this.#copy();
    this.keep(this.chosen);
  }

  /** One step larger or smaller, or back to normal. */
  zoomBy(step: 1 | -1 | 0): void {
    const at = SIZES.findIndex((size) => size >= this.chosen.textPercent);
    const next = step === 0 ? 100 : (SIZES[Math.min(Math.max(at + step, 0), SIZES.length - 1)] ?? 100);
    if (next !== this.chosen.textPercent) this.choose({ textPercent: next });
  }

  #copy(): void {
    const { theme, density, contrast, textPercent } = this.chosen;
    for (const [name, value] of Object.entries({ theme, density, contrast, text: String(textPercent) })) write(name, value);
  }
}

function known<T>(all: readonly T[], value: unknown, otherwise: T): T {
  return all.find((one) => one === value) ?? otherwise;
}

function follow(query: string, tell: (on: boolean) => void): void {
  const media = window.matchMedia(query);
  tell(media.matches);
  media.addEventListener("change", () => tell(media.matches));
}
