// What a list has several of: a row names its own only there.
import type { RowView } from "$shared/types";

export interface Several {
  channel: boolean;
}

export function several(rows: readonly (RowView | null | undefined)[]): Several {
  const kinds = (of: (row: RowView) => string | null): boolean => new Set(rows.flatMap((row) => (row && of(row)) ?? [])).size > 1;
  return { channel: kinds((row) => row.channel) };
}
