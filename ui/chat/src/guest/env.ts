// The page's doors to the world: the web chat's, but what is kept goes with the tab.
import { browserEnv, type Env } from "../env";

export function guestEnv(): Env {
  const env = browserEnv();
  return { ...env, store: env.tab };
}
