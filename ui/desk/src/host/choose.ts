// Chooses the page's host: the shell, a loopback address named by a test, or in development the fake.
import type { Host } from "./host";
import { httpHost } from "./http";
import { tauriHost, type TauriWindow } from "./tauri";

declare global {
  interface Window {
    __TAURI__?: TauriWindow;
  }
}

export async function chooseHost(page: Window = window): Promise<Host | null> {
  if (page.__TAURI__) return tauriHost(page.__TAURI__);
  const query = new URLSearchParams(page.location.search);
  const named = query.get("host");
  if (named && (import.meta.env.DEV || page.location.hostname === "127.0.0.1") && isLoopback(named)) {
    return httpHost(named.replace(/\/$/, ""));
  }
  // The tests build in mode "stage"; a production build drops the branch.
  if (import.meta.env.DEV || import.meta.env.MODE === "stage") {
    const { fakeHost } = await import("./fake");
    const fake = fakeHost(query.get("fake") ?? "");
    // For scripts that stage a scene.
    const { speak } = await import("../words/catalogue.svelte");
    Object.assign(page, { __fake: fake, __speak: speak });
    return fake;
  }
  return null;
}

function isLoopback(address: string): boolean {
  try {
    const { protocol, hostname } = new URL(address);
    return protocol === "http:" && (hostname === "127.0.0.1" || hostname === "localhost");
  } catch {
    return false;
  }
}
