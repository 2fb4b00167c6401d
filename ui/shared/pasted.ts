// Whether a paste is files or text: clipboards often offer both.

/** The pasted files. Text that comes with a picture of itself, as from a spreadsheet, counts as text. */
export function pastedFiles(data: DataTransfer | null): File[] {
  const files = [...(data?.files ?? [])];
  const words = data?.getData("text/plain").trim() ?? "";
  // File managers also offer the names or addresses of the files as text.
  return words === "" || files.every(({ name }) => words.split(/[\r\n]+/).some((line) => lastPart(line) === name)) ? files : [];
}

/**
 * Whether a paste may be of files that the page did not receive. Some webviews keep files and pictures to themselves, or
 * pass only the paths.
 */
export function mayBeFiles(data: DataTransfer | null): boolean {
  const words = data?.getData("text/plain").trim() ?? "";
  if (words === "") return !data?.types.some((type) => type.startsWith("text/") && type !== "text/uri-list");
  return words.split(/[\r\n]+/).every((line) => /^(\/|file:\/\/)/.test(line));
}

function lastPart(line: string): string {
  const last = line.trim().split(/[/\\]/).at(-1) ?? "";
  try {
    return line.startsWith("file:") ? decodeURIComponent(last) : last;
  } catch {
    return last;
  }
}
