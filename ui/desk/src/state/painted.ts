// Marks when the first list is on screen, for the start benchmark.

let done = false;

export function painted(): void {
  if (done) return;
  done = true;
  // Two frames: the first commits what was rendered, the second comes after painting.
  requestAnimationFrame(() =>
    requestAnimationFrame(() => {
      performance.mark("tandem:first-list");
      document.documentElement.dataset.ready = "list";
    }),
  );
}
