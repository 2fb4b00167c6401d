// When what was rendered is on the screen.

/** A window that is not shown paints nothing. */
const AT_LATEST_MS = 1_000;

let isMarked = false;

/** Calls back when what was just rendered is painted: the first frame commits it, the second comes after. */
export function painted(then: () => void): void {
  let isOver = false;
  const over = (): void => {
    if (isOver) return;
    isOver = true;
    then();
  };
  requestAnimationFrame(() => requestAnimationFrame(over));
  setTimeout(over, AT_LATEST_MS);
}

/** Marks when the first list is on screen, for the start benchmark. */
export function markFirstList(): void {
  if (isMarked) return;
  isMarked = true;
  painted(() => {
    performance.mark("tandem:first-list");
    document.documentElement.dataset.ready = "list";
  });
}
