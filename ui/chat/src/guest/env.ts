// The page's doors to the world: the web chat's, but what is kept goes with the tab.
import { browserEnv, guardedStore, type Env } from "../env";

export function guestEnv(): Env {
  return { ...browserEnv(), store: guardedStore(tabStore()) };
}

function tabStore(): Storage | null {
  try {
    return window.sessionStorage;
  } catch {
    return null;
  }
}
