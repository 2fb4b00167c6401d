// What custom buttons do, in words.
import type { ButtonView } from "$shared/types";

/** For users who cannot see the icons. */
export function kinds({ acts, copies, opens }: ButtonView): string {
  const all = [acts && "Notifies Your Logic.", copies && "Copies a text.", opens && "Opens a page in the browser."];
  return all.filter(Boolean).join(" ");
}

/** The result of a press. */
export function pressed({ title, acts, copies, opens }: ButtonView, live: boolean): string {
  const all = [
    acts && (live ? "pressed" : "waits until the hub can be reached"),
    copies && "text copied",
    opens && "page opened in the browser",
  ];
  return `${title}: ${all.filter(Boolean).join(", ")}.`;
}
