/** Copies words that are still being read. Web views allow the clipboard only at once after a press, so it gets a promise. */
export async function copyLater(words: Promise<string>): Promise<void> {
  if (typeof ClipboardItem === "undefined") return navigator.clipboard.writeText(await words);
  const item = new ClipboardItem({ "text/plain": words.then((text) => new Blob([text], { type: "text/plain" })) });
  await navigator.clipboard.write([item]);
}
