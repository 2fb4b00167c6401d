// Two people may write into one draft: the agent here, and the core, which gives back words that could not be sent.

/** Both what the core has now and what the agent wrote since `base`; no word of either is lost. */
export function merged(base: string, core: string, mine: string): string {
  if (core.trim() === base.trim()) return mine;
  if (mine === base) return core;
  if (mine.includes(core)) return mine;
  // What came back stands above what both know.
  if (base !== "" && core.endsWith(`\n\n${base}`)) return core.slice(0, core.length - base.length) + mine;
  return `${core}\n\n${mine}`;
}
