// Maya signs in for the first time: what is right stays in its field, and what is wrong gets the focus.
import { render, screen } from "@testing-library/svelte";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import type { SignIn as Request } from "$shared/types";
import App from "../App.svelte";
import { fakeHost, type FakeHost } from "../host/fake";
import { Desk } from "../state/desk.svelte";

const user = userEvent.setup();
const field = (name: string): HTMLInputElement => screen.getByLabelText(name, { exact: true });
const tries = (host: FakeHost): Request[] => host.calls.filter((call) => call.name === "session.signIn").map((call) => call.request as Request);

async function start(scene = "signed_out,first_day"): Promise<FakeHost> {
  const host = fakeHost(scene);
  render(App, { desk: new Desk(host) });
  await screen.findByRole("button", { name: "Sign in" });
  return host;
}

async function enter(hub: string, password = "battery staple"): Promise<void> {
  for (const [name, text] of [["Hub address", hub], ["E-mail", "maya@northwind.example"], ["Password", password]] as const) {
    await user.clear(field(name));
    await user.type(field(name), text);
  }
  await user.keyboard("{Enter}");
}

describe("signing in", () => {
  it("begins with the first thing that is not known", async () => {
    await start();
    await vi.waitFor(() => expect(document.activeElement).toBe(field("Hub address")));
  });

  it("offers hub and e-mail again, and begins with the password", async () => {
    await start("signed_out");
    expect(field("Hub address").value).toBe("https://hub.northwind.example");
    expect(field("E-mail").value).toBe("maya@northwind.example");
    await vi.waitFor(() => expect(document.activeElement).toBe(field("Password")));
  });

  it("keeps the password if the address is at fault, and leads to the address", async () => {
    await start();
    await enter("page.example.com");
    expect((await screen.findByRole("alert")).textContent).toContain("There is no Tandem hub at page.example.com.");
    expect(field("Password").value).toBe("battery staple");
    await vi.waitFor(() => expect(document.activeElement).toBe(field("Hub address")));
    expect(field("Hub address").getAttribute("aria-invalid")).toBe("true");
  });

  it("leaves out what nobody sees", async () => {
    const host = await start();
    await user.type(field("Hub address"), "\u200b hub.example.com/\u200b\u00a0");
    await user.type(field("E-mail"), "\ufeffmaya@northwind.example\u2060\u00a0");
    await user.type(field("Password"), "battery staple{Enter}");
    await vi.waitFor(() => expect(tries(host).at(-1)).toMatchObject({ hub: "hub.example.com/", email: "maya@northwind.example" }));
  });

  it("empties only a wrong password", async () => {
    await start();
    await enter("hub.example.com", "wrong");
    expect((await screen.findByRole("alert")).textContent).toContain("Wrong e-mail or password.");
    expect([field("Hub address").value, field("E-mail").value, field("Password").value]).toEqual(["hub.example.com", "maya@northwind.example", ""]);
    await vi.waitFor(() => expect(document.activeElement).toBe(field("Password")));
  });

  it("keeps everything, and the focus, when nobody here is at fault", async () => {
    const host = await start();
    host.refuse.set("session.signIn", { code: "session.down", message: "Something answers at hub.example.com, but the hub behind it is down (502)." });
    await enter("hub.example.com");
    await screen.findByText(/is down/);
    expect(field("Password").value).toBe("battery staple");
  });

  it("goes without encryption only if one says so, once more and for this address", async () => {
    const host = await start();
    await enter("plain.northwind.lan");
    const agree = await screen.findByRole("button", { name: "Sign in without encryption" });
    await vi.waitFor(() => expect(document.activeElement).toBe(agree));
    expect(screen.getByRole("alert").textContent).toContain("could read your password");
    expect(tries(host).map(({ plain }) => plain)).toEqual([false]);
    await user.type(field("Hub address"), "x");
    expect(screen.queryByRole("button", { name: "Sign in without encryption" })).toBeNull();
    await user.keyboard("{Enter}");
    await user.click(await screen.findByRole("button", { name: "Sign in without encryption" }));
    await screen.findByRole("listbox");
    expect(tries(host).map(({ plain }) => plain)).toEqual([false, false, true]);
  });

  it("shows the password on request", async () => {
    await start();
    expect(field("Password").type).toBe("password");
    await user.click(screen.getByRole("button", { name: "Show the password" }));
    expect(field("Password").type).toBe("text");
  });
});
