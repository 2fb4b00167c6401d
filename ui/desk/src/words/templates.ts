// Templates as the customer reads them, while they are filled. The core fills what is sent.
import type { Template, TemplateSlot, TemplateValue } from "$shared/types";

/** A slot among the slots of its template. */
export function slotKey({ part, key }: TemplateSlot): string {
  return `${part} ${key}`;
}

/** What the slots were filled with, as the hub takes it. */
export function valuesOf(slots: readonly TemplateSlot[], filled: Readonly<Record<string, string>>): TemplateValue[] {
  return slots.map((slot) => ({ ...slot, value: (filled[slotKey(slot)] ?? "").trim() }));
}

/** The first slot without a value. */
export function missing(slots: readonly TemplateSlot[], filled: Readonly<Record<string, string>>): TemplateSlot | null {
  return slots.find((slot) => (filled[slotKey(slot)] ?? "").trim() === "") ?? null;
}

/** The paragraphs of a template; a slot without a value stays in its braces. */
export function preview({ header = "", body, footer = "" }: Template, values: readonly TemplateValue[]): string[] {
  const fill = (part: TemplateSlot["part"], text: string): string =>
    values.filter((one) => one.part === part && one.value !== "").reduce((filled, { key, value }) => filled.replaceAll(`{{${key}}}`, () => value), text);
  return [fill("header", header), fill("body", body), footer].filter((text) => text.trim() !== "");
}
