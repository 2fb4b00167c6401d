// What stands below the search field while an operator is typed.
import { render, screen } from "@testing-library/svelte";
import { expect, it } from "vitest";
import Hints from "./Hints.svelte";

const insert = (): void => undefined;

it("an operator without its value is offered its values, and is not wrong yet", () => {
  const { unmount } = render(Hints, { query: "refund is:", hint: "is: needs open, completed, waiting or help.", insert });
  expect(screen.getAllByRole("button").map(({ textContent }) => textContent)).toEqual(["is:open", "is:completed", "is:waiting", "is:help"]);
  expect(screen.queryByRole("status")).toBeNull();
  unmount();
  render(Hints, { query: "refund is:late", hint: "is: needs open, completed, waiting or help.", insert });
  expect(screen.getByRole("status").textContent).toContain("is: needs open");
});
