// Formatting is shown where the channel has it, and never changes what was written.
import { describe, expect, it } from "vitest";
import { hasFormats, lines, type Line } from "./format";

const joined = (found: readonly Line[]): string => found.map(({ bits }) => bits.map(({ text }) => text).join("")).join("\n");
/** Each bit as `look:text`; marks and plain words as they are. */
const seen = (text: string): string[] => lines(text, true).flatMap(({ bits }) => bits.map((bit) => [...bit.looks, bit.code ?? "", bit.href ? "link" : "", bit.mark ? "mark" : ""].filter(Boolean).concat(bit.text).join(":")));

describe("formatting", () => {
  it("is WhatsApp's alone", () => {
    expect([hasFormats("whatsapp"), hasFormats("web_chat"), hasFormats("imported"), hasFormats(null)]).toEqual([true, false, false, false]);
    expect(lines("*no* _format_\n- here", false)).toEqual([{ is: "plain", bits: [{ text: "*no* _format_\n- here", looks: [], mark: false }] }]);
  });

  it.each([
    ["a *b* c", ["a ", "mark:*", "bold:b", "mark:*", " c"]],
    ["_*both*_", ["mark:_", "mark:*", "italic:bold:both", "mark:*", "mark:_"]],
    ["~old~ price", ["mark:~", "strike:old", "mark:~", " price"]],
    ["*use `a*b` now*", ["mark:*", "bold:use ", "bold:word:`a*b`", "bold: now", "mark:*"]],
    ["*see https://a.example/x_y_*", ["mark:*", "bold:see ", "bold:link:https://a.example/x_y_", "mark:*"]],
  ])("shows %s", (text, bits) => {
    expect(seen(text)).toEqual(bits);
  });

  it.each(["2 * 3 * 4", "snake_case_name", "**twice**", "* lone", "*open", "a*b*c", "__init__", "~/bin and ~/lib", "*one\ntwo*"])("leaves %s alone", (text) => {
    expect(seen(text).some((bit) => bit.includes("bold") || bit.includes("italic") || bit.includes("strike"))).toBe(false);
  });

  it("knows items and quotes by the start of their line", () => {
    const kinds = (text: string): string[] => lines(text, true).map(({ is }) => is);
    expect(kinds("Bring:\n- passport\n* ticket\n12. visa\n> you said\n-no\n- \n1.5 kg")).toEqual(["plain", "item", "item", "item", "quote", "plain", "plain", "plain"]);
  });

  it("keeps every character", () => {
    for (const text of ["", "\n\n", "- *a*\n> _b_ `c`\n```\n*d*\n```\n1) ~e~ f", "*a* *b* _c"]) {
      for (const formats of [true, false]) expect(joined(lines(text, formats))).toBe(text);
    }
  });

  it("sets mentions apart inside of it", () => {
    const [line] = lines("*@Priya Nair* look", true, [{ user: "priya", name: "Priya Nair" }]);
    expect(line?.bits.map(({ text, user, looks }) => [text, user, looks.length])).toEqual([["*", undefined, 0], ["@Priya Nair", "priya", 1], ["*", undefined, 0], [" look", undefined, 0]]);
  });

  it("takes no time for a text of marks", () => {
    for (const text of ["*a ".repeat(5_000), "*a* ".repeat(5_000)]) expect(joined(lines(text, true))).toBe(text);
  });
});
