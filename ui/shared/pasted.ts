// Whether a paste is files or text: clipboards often offer both.

/** The pasted files. Text that comes with a picture of itself, as from a spreadsheet, counts as text. */
export function pastedFiles(data: DataTransfer | null): File[] {
  const files = [...(data?.files ?? [])];
  const words = data?.getData("text/plain").trim() ?? "";
  // File managers also offer the names or addresses of the files as text.
  return words === "" || files.every(({ name }) => words.split(/[\r\n]+/).some((line) => lastPart(line) === name)) ? files : [];
}

function lastPart(line: string): string {
  const last = line.trim().split(/[/\\]/).at(-1) ?? "";
  try {
    return line.startsWith("file:") ? decodeURIComponent(last) : last;
  } catch {
    return last;
  }
}
