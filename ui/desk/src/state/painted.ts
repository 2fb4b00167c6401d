// When what was rendered is on the screen.

/** A window that is not shown paints nothing. */
const AT_LATEST_MS = 1_000;

let isMarked = false;

/** Calls back once when what was just rendered is painted. */
export function painted(then: () => void): void {
  let isOver = false;
  const over = (): void => {
    if (isOver) return;
    isOver = true;
    then();
  };
  twoFrames(over);
  setTimeout(over, AT_LATEST_MS);
}

/** The first frame commits what was rendered, the second comes after painting. */
function twoFrames(then: () => void): void {
  requestAnimationFrame(() => requestAnimationFrame(then));
}

/** Marks when the first list is on screen, for the start benchmark. */
export function markFirstList(): void {
  if (isMarked) return;
  isMarked = true;
  twoFrames(() => {
    performance.mark("tandem:first-list");
    document.documentElement.dataset.ready = "list";
  });
}
