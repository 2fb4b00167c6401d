// How high entries are likely to be, before any is measured: what is drawn first is then what stays on screen.
import type { EntryView } from "$shared/types";
import { inOneGo } from "../words/grouping";

/** About as many as a window shows. */
const A_SCREEN = 12;
const LINE_REM = 1.25;
/** In a window of usual width. */
const LETTERS_OF_A_LINE = 60;
const SYSTEM_REM = 1.75;
/** The edges of a bubble, and of the entry. */
const AROUND_REM = 1.125;
const NAME_REM = 1.625;
const LIFE_CYCLE_REM = 1.25;
const PICTURE_REM = 12;
const FILE_REM = 3;

/** The mean height of the last entries, in rem. Empty journeys have one, too. */
export function likelyHeight(entries: readonly EntryView[]): number {
  const last = entries.slice(-A_SCREEN);
  const heights = last.map((entry, at) => heightOf(entry, last[at - 1], last[at + 1]));
  return heights.length === 0 ? SYSTEM_REM : heights.reduce((sum, height) => sum + height) / heights.length;
}

function heightOf(entry: EntryView, before: EntryView | undefined, after: EntryView | undefined): number {
  const { body } = entry;
  if (body.type === "system" || body.type === "seam") return SYSTEM_REM;
  const words = "text" in body ? (body.text ?? "") : "";
  const lines = words.split("\n").reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / LETTERS_OF_A_LINE)), 0);
  const file = body.type !== "attachment" ? 0 : body.media.contentType.startsWith("image/") ? PICTURE_REM : FILE_REM;
  const name = before && inOneGo(before, entry) ? 0 : NAME_REM;
  const lifeCycle = after && inOneGo(entry, after) ? 0 : LIFE_CYCLE_REM;
  return AROUND_REM + lines * LINE_REM + file + name + lifeCycle;
}
