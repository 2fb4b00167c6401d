// What custom buttons do, in words.
import type { ButtonView, ConnectionView } from "$shared/types";
import { t } from "./catalogue.svelte";

/** For users who cannot see the icons. */
export function kinds({ acts, copies, opens }: ButtonView): string {
  const all = [acts && t("button-acts"), copies && t("button-copies"), opens && t("button-opens")];
  return all.filter(Boolean).join(" ");
}

/** The result of a press. */
export function pressed({ title, acts, copies, opens }: ButtonView, connection: ConnectionView["state"] | undefined): string {
  const all = [acts && waits(connection), copies && t("button-copied"), opens && t("button-opened")];
  return t("button-done", { title, what: all.filter(Boolean).join(", ") });
}

function waits(connection: ConnectionView["state"] | undefined): string {
  if (connection === "live") return t("button-pressed");
  return t(connection === "outdated" ? "button-waits-for-update" : "button-waits");
}
