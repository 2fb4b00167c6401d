// The customer named by a page's token. Only the hub can verify it; here it separates the data of different people at
// one browser.

/** The customer id in a token; empty for no one. */
export function subjectOf(jwt: string | null): string {
  try {
    const payload = (jwt ?? "").split(".")[1] ?? "";
    const bytes = Uint8Array.from(atob(payload.replaceAll("-", "+").replaceAll("_", "/")), (char) => char.charCodeAt(0));
    const claims = JSON.parse(new TextDecoder().decode(bytes)) as { sub?: unknown } | null;
    return typeof claims?.sub === "string" ? claims.sub : "";
  } catch {
    return "";
  }
}
