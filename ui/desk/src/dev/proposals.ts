// What Your Logic proposes in the sample.
import type { ImprovedView, PieceView, PreviewView } from "$shared/types";

export const PREVIEW: PreviewView = {
  lines: [
    { says: true, text: "Thursday 09:40 it is. Shall I send the new itinerary to carmen@menzel.example?", choices: ["Yes", "Another address"] },
    { says: false, text: "Changes tags: rebooked", choices: [] },
  ],
};

export function improved(text: string): ImprovedView {
  const pieces: PieceView[] = [
    { kind: "same", text: "Good news, Carmen: " },
    { kind: "gone", text: text.slice("Good news, Carmen: ".length) },
    { kind: "new", text: "the 09:40 on Thursday still has a window seat." },
  ];
  return {
    text: "Good news, Carmen: the 09:40 on Thursday still has a window seat.",
    by: "logic",
    pieces: pieces.filter((piece) => piece.text !== ""),
  };
}
