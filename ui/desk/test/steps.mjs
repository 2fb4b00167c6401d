// Steps that several states are reached by.

export const show = (name) => (page) => page.getByRole("option", { name }).click().then(() => page.getByTestId("transcript").waitFor());
export const press = (button) => async (page) => {
  await show("Carmen Menzel")(page);
  await page.getByRole("button", { name: button, exact: true }).click();
  await page.getByRole("dialog").waitFor();
};

export const improve = async (page) => {
  await show("Carmen Menzel")(page);
  await page.getByRole("textbox", { name: "Message" }).fill("Good news, Carmen: 940 thursday has window seat");
  await page.keyboard.press("Control+i");
};

export const manage = async (page) => {
  await page.keyboard.press("Control+k");
  await page.keyboard.type("quick rep");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Quick replies and questions" }).waitFor();
};

export const numbers = async (page) => {
  await page.keyboard.press("Control+k");
  await page.keyboard.type("whatsapp numbers");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "WhatsApp numbers" }).waitFor();
};

const fromPalette = (words, title) => async (page) => {
  await page.keyboard.press("Control+k");
  await page.keyboard.type(words);
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: title }).waitFor();
};

export const reviews = fromPalette("reviews ratings", "Reviews");
export const ownReviews = fromPalette("reviews of my work", "Reviews of my work");
export const fileReview = async (page) => {
  await show("Carmen Menzel")(page);
  await fromPalette("review this", "Review of the conversation with Carmen Menzel")(page);
};
export const plans = fromPalette("asking for reviews", "Asking for reviews");

export const invitePartner = async (page) => {
  await show("Carmen Menzel")(page);
  await page.keyboard.press("Control+k");
  await page.keyboard.type("partner");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog", { name: "Invite a partner" }).waitFor();
};

export const search = (query) => async (page) => {
  await page.keyboard.press("/");
  await page.getByRole("dialog", { name: "Search everything" }).waitFor();
  await page.keyboard.type(query);
};

/** A press while the transcript is still settling may be lost; repeat it, as people do. */
export const told = async (page) => {
  for (let attempt = 0; attempt < 5; attempt++) {
    await page.getByRole("button", { name: "Who was notified" }).last().click();
    if (await page.getByRole("dialog").waitFor({ timeout: 3_000 }).then(() => true, () => false)) return;
  }
  throw new Error("the dialog does not open");
};

export const section = async (page, name) => {
  await page.keyboard.press("Control+,");
  await page.getByRole("tab", { name }).click();
};

/** Name, scene of the fake host, and how to get there. */
