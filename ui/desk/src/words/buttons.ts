// What custom buttons do, in words.
import type { ButtonView, ConnectionView } from "$shared/types";

/** For users who cannot see the icons. */
export function kinds({ acts, copies, opens }: ButtonView): string {
  const all = [acts && "Notifies Your Logic.", copies && "Copies a text.", opens && "Opens a page in the browser."];
  return all.filter(Boolean).join(" ");
}

/** The result of a press. */
export function pressed({ title, acts, copies, opens }: ButtonView, connection: ConnectionView["state"] | undefined): string {
  const all = [
    acts && waits(connection),
    copies && "text copied",
    opens && "page opened in the browser",
  ];
  return `${title}: ${all.filter(Boolean).join(", ")}.`;
}

function waits(connection: ConnectionView["state"] | undefined): string {
  if (connection === "live") return "pressed";
  return connection === "outdated" ? "stays on this machine until the update" : "waits until the hub can be reached";
}
