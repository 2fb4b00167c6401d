// Finds the hub from the element's attributes, or says what the page's developers must write instead.

/** The hub's origin, or a sentence for the console. `script` is this module's address. */
export function hubOf(attribute: string | null, script: string): { hub: string } | { problem: string } {
  const wished = (attribute ?? "").trim();
  const address = wished === "" ? script : wished;
  let url: URL;
  try {
    url = new URL(address);
  } catch {
    return { problem: `hub="${wished}" is no address. Write its origin: hub="https://${wished.replace(/^\/+/, "").split("/")[0] ?? ""}".` };
  }
  if (url.protocol !== "https:" && url.protocol !== "http:") {
    const where = wished === "" ? `This script was loaded from ${url.protocol} and cannot tell where the hub is.` : `hub="${wished}" is no web address.`;
    return { problem: `${where} Write hub="https://" and the hub's host.` };
  }
  const isBare = wished === "" || (url.pathname === "/" && url.search === "" && url.hash === "" && url.username === "");
  return isBare ? { hub: url.origin } : { problem: `hub="${wished}" has more than an origin. Write hub="${url.origin}".` };
}

/** Advice for developers about a refusal. */
export function adviceOn(code: string, detail: string): string {
  if (code === "chat.domain" && self.origin === "null") {
    return `${detail} This page has no origin: a sandboxed frame needs allow-same-origin.`;
  }
  if (code === "chat.domain") return `${detail} Add ${location.hostname} to the brand's domains.`;
  if (code === "chat.brand_unknown") return `${detail} Check the attribute brand.`;
  return `${detail} (${code})`;
}
