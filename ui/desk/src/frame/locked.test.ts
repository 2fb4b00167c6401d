// Without a keychain the first thing a user sees is what to do, and no error.
import { render, screen } from "@testing-library/svelte";
import { expect, it } from "vitest";
import App from "../App.svelte";
import { fakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";

it("a machine without a keychain asks for a passphrase calmly", async () => {
  render(App, { desk: new Desk(fakeHost("choose_passphrase")) });
  expect((await screen.findByRole("heading", { name: "Choose a passphrase" })).closest("main")?.textContent).toContain("Your system's keychain is not available.");
  expect(screen.queryByRole("alert")).toBeNull();
});
