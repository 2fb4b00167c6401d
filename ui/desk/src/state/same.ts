// What the core says again as it was stays the object that it is, so that nothing on screen is rendered anew for it.

/** `before` if it says the same, otherwise `now`. */
export function same<T>(before: T | null | undefined, now: T): T {
  return before !== null && before !== undefined && JSON.stringify(before) === JSON.stringify(now) ? before : now;
}

/** `now`, with what was there before and says the same. */
export function sameEach<T, K>(before: readonly (T | null)[], now: readonly T[], key: (one: T) => K): T[] {
  const known = new Map(before.flatMap((one) => (one === null ? [] : [[key(one), one] as const])));
  return now.map((one) => same(known.get(key(one)), one));
}

/** `now`, with its parts that say what they said before; `before` itself if all of them do. */
export function sameParts<T extends object>(before: T | null, now: T): T {
  if (!before) return now;
  const parts = Object.entries(now).map(([name, part]) => [name, same(before[name as keyof T], part as T[keyof T])] as const);
  const isSame = parts.length === Object.keys(before).length && parts.every(([name, part]) => before[name as keyof T] === part);
  return isSame ? before : (Object.fromEntries(parts) as T);
}
