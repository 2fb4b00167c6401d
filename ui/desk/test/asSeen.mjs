// States of a conversation that is looked at as its participants saw it.
import { show } from "./steps.mjs";

const look = async (page) => {
  await show("Carmen Menzel")(page);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("as seen");
  await page.keyboard.press("Enter");
};

const scrub = async (page) => {
  await look(page);
  await page.getByTestId("as-seen-slider").waitFor();
  await page.getByTestId("as-seen-slider").focus();
};

/** Back by events until this stands below one. */
const backTo = (words) => async (page) => {
  await scrub(page);
  for (let event = 0; event < 12; event++) {
    if (await page.getByText(words, { exact: true }).count()) return;
    await page.keyboard.press("ArrowLeft");
    await page.waitForTimeout(60);
  }
  throw new Error(`it is never ${words}`);
};

export const AS_SEEN = [
  ["as seen by", "", scrub],
  ["as seen by, unread", "", backTo("Unread")],
  ["as seen by, not delivered", "", backTo("Not delivered yet")],
  ["as seen by an agent", "", async (page) => {
    await scrub(page);
    await page.getByRole("combobox", { name: "As seen by" }).selectOption("Maya Ortiz");
    await page.getByText("Maya Ortiz took part since").waitFor();
  }],
  ["as seen by, not there yet", "", async (page) => {
    await scrub(page);
    await page.keyboard.press("Home");
    await page.getByRole("combobox", { name: "As seen by" }).selectOption("Maya Ortiz");
    await page.getByText("was not in the conversation").waitFor();
  }],
  ["as seen by, offline", "offline", async (page) => {
    await look(page);
    await page.getByText("Only the hub knows what was on their screens").waitFor();
  }],
];
