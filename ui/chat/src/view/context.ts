// Shared by all parts of the view.
import type { I18n } from "../i18n";
import type { Session } from "../session";
import type { From } from "../wire";

export interface ViewContext {
  session: Session;
  i18n: I18n;
  /** Shown above the first turn instead of the brand's greeting. */
  intro?: HTMLElement;
}

/** A participant's name for the viewer. */
export function nameOf(i18n: I18n, from: From, name: string | null, isOwn = false): string {
  if (isOwn) return i18n.t("you");
  if (name !== null && name.trim() !== "") return name;
  if (from === "logic") return i18n.t("assistant");
  return i18n.t(from === "external_agent" ? "partner" : "agent");
}

export function initials(name: string): string {
  const words = name.trim().split(/\s+/);
  const letters = [words[0], words.length > 1 ? words.at(-1) : ""].map((word) => [...(word ?? "")][0] ?? "");
  return letters.join("").toUpperCase();
}
