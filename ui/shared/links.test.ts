// The one table of what is a link in desk, web chat and guest page.
import { expect, test } from "vitest";
import { pieces } from "./links";

const links = (text: string): string[] => pieces(text).flatMap(({ text: shown, href }) => (href === null ? [] : [shown]));

const CASES: [text: string, ...links: string[]][] = [
  ["See https://tandem.example/a?b=c, or (http://x.example).", "https://tandem.example/a?b=c", "http://x.example"],
  ["https://en.wikipedia.org/wiki/Rust_(programming_language)", "https://en.wikipedia.org/wiki/Rust_(programming_language)"],
  ["(https://en.wikipedia.org/wiki/Rust_(programming_language))", "https://en.wikipedia.org/wiki/Rust_(programming_language)"],
  ["[https://a.example/x[1]]", "https://a.example/x[1]"],
  ["[words](https://a.example/x)", "https://a.example/x"],
  ["请看https://example.com/a，谢谢", "https://example.com/a"],
  ["请看https://example.com谢谢", "https://example.com"],
  ["見て：https://example.jp/東京。", "https://example.jp/東京"],
  ["「https://example.jp/a」", "https://example.jp/a"],
  ["**https://example.com/x**", "https://example.com/x"],
  ["**https://example.com/x**more", "https://example.com/x"],
  ["*https://example.com/x*, _https://example.com/y_ ~~https://example.com/z~~", "https://example.com/x", "https://example.com/y", "https://example.com/z"],
  ["'https://a.example','https://b.example'", "https://a.example", "https://b.example"],
  ["“https://a.example” «https://b.example» ‹https://c.example› „https://d.example“", "https://a.example", "https://b.example", "https://c.example", "https://d.example"],
  ["`https://a.example/x` <https://b.example/y>", "https://a.example/x", "https://b.example/y"],
  ["هل https://a.example/x؟ نعم، https://b.example/y،", "https://a.example/x", "https://b.example/y"],
  ["https://a.example/x। https://b.example/y։ https://c.example/z።", "https://a.example/x", "https://b.example/y", "https://c.example/z"],
  ["https://a.example/x?! https://b.example/y... https://c.example/z…", "https://a.example/x", "https://b.example/y", "https://c.example/z"],
  ["https://a.example/path/ https://a.example/#top https://a.example/x-", "https://a.example/path/", "https://a.example/#top", "https://a.example/x-"],
  ["https://a.example:8443/x http://localhost:3000 http://192.168.1.1/", "https://a.example:8443/x", "http://localhost:3000", "http://192.168.1.1/"],
  ["https://a.example/l'avion", "https://a.example/l'avion"],
  ["a HTTP://B.example, c", "HTTP://B.example"],
  ["www.example.com, and WWW.example.org/x.", "www.example.com", "WWW.example.org/x"],
  ["www. www.. awww.example.com x@www.example.com", "x@www.example.com"],
  ["URL:https://a.example/x", "https://a.example/x"],
  ["Write to carmen.menzel+ferry@example.co.uk.", "carmen.menzel+ferry@example.co.uk"],
  ["请写给carmen@example.com谢谢", "carmen@example.com"],
  ["@maya a@b a@b. @ user@-x.example"],
  // What misleads about its host is no link, or shows the host that is asked.
  ["https://paypal.com@evil.example/"],
  ["https://paypal.com:443@evil.example/ https://@evil.example/ https://paypal.com%40@evil.example"],
  ["https://good.example\\@evil.example/", "https://good.example"],
  ["https://bücher.example/a", "https://bücher.example/a"],
  ["https://例え.jp/", "https://例え.jp/"],
  ["https://пример.рф/", "https://пример.рф/"],
  ["https://pаypal.com/x", "https://xn--pypal-4ve.com/x"],
  ["https://аррӏе.com/", "https://xn--80ak6aa92e.com/"],
  ["https://ｅxample.com/", "https://example.com/"],
  ["https://3232235777/", "https://192.168.1.1/"],
  ["https://%65vil.example/", "https://evil.example/"],
  // Nothing but the web and mail.
  ["javascript:alert(1) data:text/html,x vbscript:x file:///etc/passwd ftp://a.example tandem://conversation/1"],
  ["javascript:https://a.example data:https://a.example"],
  ["http:// https://[ https://. foohttps://a.example"],
  ["<img src=x onerror=alert(1)> [x](javascript:alert(1))"],
  // What turns the direction, or cannot be seen, ends an address.
  ["https://a.example/\u202egnp.exe", "https://a.example/"],
  ["https://a.example\u200b/x \u2067https://b.example\u2069", "https://a.example", "https://b.example"],
];

test.each(CASES)("%s", (text, ...expected) => {
  expect(links(text)).toEqual(expected);
});

test("only http, https and mailto are ever led to, and to what is written", () => {
  const all = CASES.flatMap(([text]) => pieces(text)).flatMap(({ href }) => (href === null ? [] : [href]));
  for (const href of all) expect(["http:", "https:", "mailto:"]).toContain(new URL(href).protocol);
  expect(pieces("www.example.com")[0]?.href).toBe("https://www.example.com/");
  expect(pieces("a@example.com")[0]?.href).toBe("mailto:a@example.com");
});

test("no letter is lost", () => {
  for (const [text] of CASES.filter(([text]) => !/pаyp|аррӏе|ｅx|3232|%65/.test(text))) {
    expect(pieces(text).map((piece) => piece.text).join("")).toBe(text);
  }
});

test("ten thousand characters of anything take no longer than their length asks", () => {
  const long = ["a", "https://", "https://a.example/", "(", "https://a.example/((((", "a@", "a.", "www.", "**https://a.b/**", "％", "https://a@"];
  for (const part of long) {
    const text = part.repeat(Math.ceil(10_000 / part.length));
    const began = performance.now();
    pieces(text);
    pieces(`https://a.example/${text}`);
    expect(performance.now() - began, part).toBeLessThan(200);
  }
  expect(links(`https://a.example/${"x".repeat(3_000)}`)).toEqual([]);
});
