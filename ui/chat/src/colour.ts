// Brands choose any accent; these functions keep text readable (WCAG 2 AA) on it and in it.

type Rgb = readonly [number, number, number];

export function parseHex(text: string): Rgb | null {
  const match = /^#([0-9a-f]{3}|[0-9a-f]{6})$/i.exec(text.trim());
  if (!match?.[1]) return null;
  const digits = match[1].length === 3 ? [...match[1]].map((digit) => digit + digit).join("") : match[1];
  const part = (at: number): number => parseInt(digits.slice(at, at + 2), 16);
  return [part(0), part(2), part(4)];
}

export function contrast(one: Rgb, other: Rgb): number {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b) as [number, number];
  return (light + 0.05) / (dark + 0.05);
}

/** White or near-black, whichever reads better on `accent`. */
export function inkOn(accent: Rgb): string {
  return contrast(accent, WHITE) >= contrast(accent, NIGHT) ? "#ffffff" : hex(NIGHT);
}

/** `accent` itself, or the nearest mix towards black or white that is readable on `ground`. */
export function readableOn(accent: Rgb, ground: Rgb, wanted = 4.5): string {
  const towards = luminance(ground) > 0.4 ? BLACK : WHITE;
  for (let share = 0; share < 1; share += 0.05) {
    const mixed = accent.map((part, at) => Math.round(part + ((towards[at] ?? 0) - part) * share)) as unknown as Rgb;
    if (contrast(mixed, ground) >= wanted) return hex(mixed);
  }
  return hex(towards);
}

const WHITE: Rgb = [255, 255, 255];
const BLACK: Rgb = [0, 0, 0];
const NIGHT: Rgb = [12, 16, 32];

function luminance(colour: Rgb): number {
  const [red, green, blue] = colour.map((part) => {
    const share = part / 255;
    return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function hex(colour: Rgb): string {
  return `#${colour.map((part) => part.toString(16).padStart(2, "0")).join("")}`;
}
