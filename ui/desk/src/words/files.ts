// Names of file types, and progress.

const KINDS: Record<string, string> = {
  "application/pdf": "PDF",
  "text/plain": "Text",
  "text/csv": "CSV",
  "application/zip": "ZIP",
  "image/jpeg": "JPEG picture",
  "image/png": "PNG picture",
  "image/gif": "GIF picture",
  "image/webp": "WebP picture",
};
const ROUGHLY: Record<string, string> = { image: "Picture", audio: "Audio", video: "Video", text: "Text" };

/** The file type in a word: a known kind, or else the ending. */
export function fileKind(contentType: string, name: string): string {
  const bare = contentType.split(";")[0]?.trim().toLowerCase() ?? "";
  const ending = /\.([a-z0-9]{1,8})$/i.exec(name)?.[1];
  const exact = KINDS[bare];
  if (exact && bare !== "text/plain") return exact;
  if (ending && (bare.startsWith("text/") || !ROUGHLY[bare.split("/")[0] ?? ""])) return ending.toUpperCase();
  return exact ?? ROUGHLY[bare.split("/")[0] ?? ""] ?? "File";
}

/** Whole percent; 100 only when everything was sent. */
export function percent(sent: number, bytes: number): number {
  return bytes <= 0 ? 0 : Math.min(100, Math.floor((sent * 100) / bytes));
}
