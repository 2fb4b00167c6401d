// When the hub was last heard, where it is not heard now.
import type { ConnectionView } from "$shared/types";

export function lastHeard(connection: ConnectionView): number | null {
  return connection.state === "silent" || connection.state === "offline" || connection.state === "outdated" ? Date.parse(connection.since) : null;
}
