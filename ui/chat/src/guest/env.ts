// The page's access to the world: the web chat's, but stored data ends with the tab.
import { browserEnv, type Env } from "../env";

export function guestEnv(): Env {
  const env = browserEnv();
  return { ...env, store: env.tab };
}
