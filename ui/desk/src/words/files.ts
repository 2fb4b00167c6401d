// Names of file types, and progress.
import type { FileView, LimitsView } from "$shared/types";
import { t } from "./catalogue.svelte";

/** Types with a name of their own in every language. */
const NAMED: Record<string, string> = { "application/pdf": "PDF", "text/csv": "CSV", "application/zip": "ZIP" };
const PICTURES: Record<string, string> = { "image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WebP" };
const ROUGHLY = { image: "picture", audio: "audio", video: "video", text: "text" } as const;

/** The file type in a word: a known kind, or else the ending. */
export function fileKind(contentType: string, name: string): string {
  const bare = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  const picture = PICTURES[bare];
  if (picture) return t("file-kind-picture-of", { kind: picture });
  const exact = NAMED[bare];
  if (exact) return exact;
  const rough = Object.entries(ROUGHLY).find(([part]) => bare.startsWith(`${part}/`) || bare === part)?.[1] ?? null;
  const ending = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1];
  if (ending && (rough === null || rough === "text")) return ending.toUpperCase();
  return t(`file-kind-${rough ?? "other"}`);
}

/** Whole percent; 100 only when everything was sent. */
export function percent(sent: number, bytes: number): number {
  return bytes <= 0 ? 0 : Math.min(100, Math.floor((sent * 100) / bytes));
}

/** A picture, a film or a sound that the channel does not take as one: it travels as a document. */
export function isHiddenFile({ contentType, bytes }: Pick<FileView, "contentType" | "bytes">, limits: LimitsView | null): boolean {
  const type = contentType.split(";")[0]?.trim() ?? "";
  return limits !== null && /^(image|video|audio)\//.test(type) && !limits.shown.some((shown) => shown.types.includes(type) && bytes <= shown.bytes);
}
