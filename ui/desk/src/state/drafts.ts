// Two parties write into one draft: the agent here, and the core, which returns unsent text.

/** Combines the core's draft with the agent's changes since `base`, losing no word of either. */
export function merged(base: string, core: string, mine: string): string {
  if (core.trim() === base.trim()) return mine;
  if (mine === base) return core;
  if (mine.includes(core)) return mine;
  // Returned text is above what both know.
  if (base !== "" && core.endsWith(`\n\n${base}`)) return core.slice(0, core.length - base.length) + mine;
  return `${core}\n\n${mine}`;
}
