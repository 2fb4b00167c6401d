// Two people may write into one draft: the agent here, and the core, which gives back words that could not be sent.

/** Both what the core has now and what the agent wrote since `base`; no word of either is lost. */
export function merged(base: string, core: string, mine: string): string {
  if (mine === base || mine === core) return core;
  if (core === base) return mine;
  // What came back was put before or after what both know.
  if (base !== "" && core.endsWith(base)) return core.slice(0, core.length - base.length) + mine;
  if (base !== "" && core.startsWith(base)) return mine + core.slice(base.length);
  return core === "" ? mine : `${core}\n\n${mine}`;
}
