// States of conversations with a window of their own.
import { show } from "./steps.mjs";

export const APART = [
  ["elsewhere", "apart", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByTestId("elsewhere").waitFor();
  }],
  ["own window", "apart&apart=carmen", async (page) => {
    await page.setViewportSize({ width: 760, height: 840 });
    await page.getByRole("textbox", { name: "Message" }).waitFor();
  }],
  ["own window, with its context", "apart&apart=carmen", async (page) => {
    await page.setViewportSize({ width: 760, height: 840 });
    await page.getByRole("button", { name: "Context" }).click();
    await page.getByRole("complementary").waitFor();
  }],
  ["small own window, completed", "apart&apart=jonas", async (page) => {
    await page.setViewportSize({ width: 360, height: 480 });
    await page.getByRole("textbox", { name: "Message" }).waitFor();
    await page.evaluate(() => window.__fake.rpc("conversation.complete", { id: "jonas", text: "Paid back." }));
    await page.getByTestId("over").waitFor();
  }],
  ["small own window", "apart&apart=carmen", async (page) => {
    await page.setViewportSize({ width: 360, height: 480 });
    await page.getByRole("textbox", { name: "Message" }).waitFor();
  }],
];
