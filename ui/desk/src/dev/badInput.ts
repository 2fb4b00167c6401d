// Strings that break programs: markup, queries, formats, paths, directions, invisible and composed characters, tables. Tests
// only; where TANDEM_SHARED_DATA points, others' collections of them are read, too.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

const OWN: readonly string[] = [
  "<script>alert(1)</script>",
  "<img src=x onerror=alert(1)>",
  "<svg/onload=alert(1)>",
  "</textarea><iframe src=javascript:alert(1)>",
  "\"'><b onmouseover=alert(1)>x",
  "[click](javascript:alert(1)) javascript:alert(1) data:text/html,<b>x</b>",
  "https://good.example/\"onmouseover=\"alert(1) <https://x.example/<script>>",
  "&lt;b&gt; &amp; &#x27;",
  "'; DROP TABLE events; --",
  "%s%n {0} ${HOME} $(id) `id` %00",
  "{{constructor.constructor('alert(1)')()}} {@html x} {customer.name}",
  "../../etc/passwd",
  "invoice\u202efdp.exe",
  "\ufeffmark \u200bzero\u200dwidth\u00ad",
  "Z\u0300\u0301\u0302\u0303\u0304\u0305\u0306",
  "👩\u200d👩\u200d👧\u200d👦 🏳\ufe0f\u200d🌈 🇩🇪",
  "مرحبا, שלום, hello (3) مرحبا",
  "one\ntwo\n\n\nseven",
  "Article\tAmount\nBag\t2\n=SUM(A1:A2)\t",
  "   spaces   around   and   inside   ",
  "\u2028line\u2029paragraph\u0085next",
  "*bold _both* ~strike `code ```block > quote",
  "^(a+)+$ [a-z]{2,} \\ * ? . | (",
  "\\",
  "null",
  "undefined",
  "__proto__",
  "constructor",
  "NaN",
  "0",
  "\ud800 half",
  "/",
  "@",
  ":smile:",
  " ",
  "",
];

export function badInput(): string[] {
  const folder = process.env.TANDEM_SHARED_DATA ?? join(import.meta.dirname, "../../../../../shared/data");
  const theirs = join(folder, "torture/blns/blns.json");
  if (!existsSync(theirs)) {
    process.stdout.write("skipped: no shared data; only the project's own strings are tried\n");
    return [...OWN];
  }
  return [...OWN, ...(JSON.parse(readFileSync(theirs, "utf8")) as string[])];
}
