// Marks the moment at which the first list stands on the screen; the start benchmark reads it.

let done = false;

export function painted(): void {
  if (done) return;
  done = true;
  // Two frames: the first commits what was just rendered, the second comes after it was painted.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      performance.mark("tandem:first-list");
      document.documentElement.dataset.ready = "list";
    }),
  );
}
