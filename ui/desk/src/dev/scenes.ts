// What a scene changes in the samples. Development and tests only.
import { filesScene } from "./files";
import type { Sample } from "./sample";
import { snoozedScene } from "./snoozed";
import { foreignScene } from "./translations";

export function setScene(scene: ReadonlySet<string>, samples: Sample[], now: number): void {
  if (scene.has("snoozed")) snoozedScene(samples, now);
  if (scene.has("foreign")) foreignScene(samples, scene.has("translated"), !scene.has("offline"));
  if (scene.has("files")) filesScene(samples, now);
  if (scene.has("unnumbered")) for (const { view } of samples) view.customer = [];
}
