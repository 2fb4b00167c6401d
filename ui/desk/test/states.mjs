// Every state of the desk that is looked at, with sample data.
import { APART } from "./apart.mjs";
import { AS_SEEN } from "./asSeen.mjs";
import { BOARD } from "./board.mjs";
import { LACKING } from "./lacking.mjs";
import { MANAGED } from "./managed.mjs";
import { improve, invitePartner, manage, press, search, section, show, told } from "./steps.mjs";

export const STATES = [
  ["opening takes long", "opening", (page) => page.getByText("longer than usual").waitFor()],
  ["list", "", async () => {}],
  ...BOARD,
  ["conversation", "", show("Carmen Menzel")],
  ...APART,
  ...AS_SEEN,
  ["pictures", "", show("+44 7700 900142")],
  ["files", "files", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByTestId("draft-files").waitFor();
    await page.getByText(/uploading/).waitFor();
  }],
  ["files in a note", "files", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByRole("button", { name: "Note", exact: true }).click();
    await page.getByText("They stay here").waitFor();
  }],
  ["unsent files", "files", async (page) => {
    await show("Aiko Tanabe")(page);
    await page.getByText("Files: ").waitFor();
  }],
  ["file that could run", "files", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByRole("button", { name: "Open booking confirmation.html" }).click();
    await page.getByRole("dialog", { name: "This file can only be saved" }).waitFor();
  }],
  ["file too large", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByTestId("file-input").setInputFiles({ name: "film.mp4", mimeType: "video/mp4", buffer: Buffer.alloc(10_485_761) });
    await page.getByText("The file film.mp4 is too large").waitFor();
  }],
  ["drop here", "", async (page) => {
    await show("Carmen Menzel")(page);
    const carried = await page.evaluateHandle(() => {
      const data = new DataTransfer();
      data.items.add(new File(["x"], "a.txt"));
      return data;
    });
    await page.getByTestId("transcript").dispatchEvent("dragenter", { dataTransfer: carried });
    await page.getByTestId("drop-here").waitFor();
  }],
  ["large picture", "", async (page) => {
    await show("+44 7700 900142")(page);
    await page.getByRole("button", { name: "Enlarge suitcase.jpg" }).click();
    await page.getByRole("dialog", { name: "suitcase.jpg" }).waitFor();
    await page.keyboard.press("+");
    await page.getByText("150 %").waitFor();
  }],
  ["password", "", async (page) => {
    await page.getByRole("button", { name: /Maya Ortiz/ }).click();
    await page.getByRole("menuitem", { name: "Change password" }).click();
    await page.getByLabel("Current password", { exact: true }).fill("wrong-wrong");
    await page.getByLabel("New password", { exact: true }).fill("battery staple");
    await page.getByLabel("Repeat new password", { exact: true }).fill("battery staple");
    await page.keyboard.press("Enter");
    await page.getByText("The current password is wrong.").waitFor();
  }],
  ["password, offline", "offline", async (page) => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("password");
    await page.keyboard.press("Enter");
    await page.getByText("You are offline. The password").waitFor();
  }],
  ["just sent", "undo", async (page) => {
    await show("Jonas Keller")(page);
    await page.getByRole("textbox", { name: "Message" }).fill("It is on its way.");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Undo send" }).waitFor();
    await page.getByRole("button", { name: "Note", exact: true }).click();
    await page.keyboard.type("Call the bank");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Undo send" }).nth(1).waitFor();
  }],
  ["quote", "", async (page) => {
    await show("Jonas Keller")(page);
    await page.getByRole("button", { name: "Quote", exact: true }).last().click();
    await page.getByRole("group", { name: "Quoted message" }).waitFor();
  }],
  ["reaction", "", async (page) => {
    await show("Jonas Keller")(page);
    await page.getByRole("button", { name: "React", exact: true }).last().click();
    await page.getByRole("option", { name: /🎉/ }).waitFor();
  }],
  ["template", "", async (page) => {
    await show("Jonas Keller")(page);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("send a template");
    await page.keyboard.press("Enter");
    await page.getByLabel("Value for 1").fill("Jonas");
    await page.getByText("Guten Tag Jonas").waitFor();
  }],
  ["contact card", "", async (page) => {
    await show("Jonas Keller")(page);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("send a contact card");
    await page.keyboard.press("Enter");
    await page.getByLabel("Name", { exact: true }).fill("Lena Vogt");
    await page.getByLabel("Phone").fill("+34 600 123 457");
  }],
  ["other contact", "", async (page) => {
    await show("Jonas Keller")(page);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("use another contact");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Open: Web chat, in progress" }).waitFor();
  }],
  ["write first", "", async (page) => {
    await page.keyboard.press("Alt+n");
    await page.getByLabel("Phone number, with its country").fill("+49 151 5550 1122");
    await page.getByLabel("From").selectOption("+49 30 5550 100");
    await page.getByText("does not send at the moment").waitFor();
  }],
  ["snooze", "", async (page) => {
    await show("Jonas Keller")(page);
    await page.keyboard.press("Escape");
    await page.keyboard.press("s");
    await page.getByRole("dialog", { name: "Snooze Jonas Keller" }).waitFor();
    await page.getByRole("radio", { name: "At another time" }).click();
    await page.getByLabel("Date and time").waitFor();
  }],
  ["snoozed, with a reminder", "snoozed", async (page) => {
    await show("Jonas Keller")(page);
    await page.getByText("You snoozed it until").waitFor();
    await page.getByText("Reminder").first().waitFor();
  }],
  ["tags", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.keyboard.press("Escape");
    await page.keyboard.press("g");
    await page.getByRole("dialog", { name: "Tags of Carmen Menzel" }).waitFor();
    await page.keyboard.type("par");
    await page.getByRole("option", { name: /parcel/ }).waitFor();
  }],
  ["edit the customer", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.keyboard.press("Escape");
    await page.keyboard.press("u");
    await page.getByRole("dialog", { name: "Edit Carmen Menzel" }).waitFor();
    await page.getByRole("textbox", { name: "E-mail" }).fill("carmen");
    await page.keyboard.press("Enter");
    await page.getByText("not an e-mail address").waitFor();
  }],
  ["settings, sending", "", async (page) => {
    await page.getByRole("button", { name: /Maya Ortiz/ }).click();
    await page.getByRole("menuitem", { name: "Settings" }).click();
    await page.getByRole("tab", { name: "Sending" }).click();
    await page.getByRole("spinbutton", { name: /Undo send/ }).waitFor();
  }],
  ["settings, sounds", "", async (page) => {
    await section(page, "Sounds");
    await page.getByRole("radio", { name: "Bell" }).click();
    await page.getByText("70 %").waitFor();
  }],
  ["settings, sounds of the system", "no_chimes", (page) => section(page, "Sounds")],
  ["settings, appearance", "", (page) => section(page, "Appearance")],
  ["settings, languages", "", (page) => section(page, "Languages")],
  ["settings, start", "", async (page) => {
    await section(page, "Start");
    await page.getByRole("switch", { name: "Start at login" }).waitFor();
  }],
  ["settings, about", "exposed", async (page) => {
    await section(page, "About");
    await page.getByText("Not encrypted").waitFor();
  }],
  ["setting found by its words", "", async (page) => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("quiet");
    await page.getByRole("option", { name: /Quiet hours/ }).waitFor();
  }],
  ["compact, more contrast", "", async (page) => {
    await section(page, "Appearance");
    await page.getByRole("radio", { name: "Compact" }).click();
    await page.getByRole("radio", { name: "More" }).click();
    await page.getByRole("button", { name: "Close" }).click();
    await show("Carmen Menzel")(page);
    // They are kept for the next page.
    await page.evaluate(() => localStorage.clear());
  }],
  ["first day", "empty,first_day", async (page) => {
    await page.getByRole("group", { name: "Notifications" }).waitFor();
  }],
  ["failed message", "", show("Jonas Keller")],
  ["invited", "", show("Aiko Tanabe")],
  ["help needed", "", async (page) => {
    await page.getByRole("link", { name: "Help Needed" }).click();
    await show("Luís Carvalho")(page);
  }],
  ["the hub inside the program has ended", "hub_ended", async (page) => {
    await page.getByText("The hub on this machine has stopped").waitFor();
  }],
  ["call taken by a colleague", "taken", async (page) => {
    await page.getByRole("link", { name: "Help Needed" }).click();
    await page.getByRole("option", { name: "Luís Carvalho" }).click();
    await page.getByText("Priya Nair took the call for help from Luís Carvalho.").waitFor();
  }],
  ["life cycle", "", async (page) => {
    await show("Jonas Keller")(page);
    await page.getByRole("button", { name: /not delivered/ }).click();
    await page.getByRole("dialog").waitFor();
  }],
  ["completed", "", async (page) => {
    await page.getByRole("link", { name: "Recently Left" }).click();
    await show("Sofia Lindgren")(page);
    await page.getByRole("button", { name: "Reopen" }).waitFor();
  }],
  ["availability", "", async (page) => {
    await page.keyboard.press("Control+Shift+A");
    await page.getByRole("option", { name: /Set me to busy/ }).waitFor();
  }],
  ["away with a reason", "", async (page) => {
    await page.keyboard.press("Control+Shift+A");
    await page.keyboard.type("lunch");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Away" }).waitFor();
  }],
  ["at lunch", "lunch", async (page) => page.getByText(/Lunch, back/).waitFor()],
  ["late from lunch", "late", async (page) => page.getByText(/Lunch, due back/).waitFor()],
  ["for you", "mentioned", async (page) => {
    await page.keyboard.press("Alt+6");
    await page.getByRole("dialog", { name: "For you" }).getByText(/Priya Nair transfers/).waitFor();
  }],
  ["search in a conversation", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.keyboard.press("Control+Shift+F");
    await page.getByText("Only in the conversation with Carmen Menzel").waitFor();
    await page.keyboard.type("window");
  }],
  ["search operators", "", async (page) => {
    await search("is:")(page);
    await page.getByText("is:waiting").first().waitFor();
  }],
  ["arranged list", "arranged", async (page) => page.getByText("Newest first · By state").waitFor()],
  ["arranging", "", async (page) => {
    await page.getByRole("listbox").focus();
    await page.keyboard.press("v");
    await page.getByRole("dialog", { name: /Arrange/ }).waitFor();
  }],
  ["signing out", "offline", async (page) => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("sign out");
    await page.keyboard.press("Enter");
    await page.getByText("not sent yet").waitFor();
  }],
  ["signing out with customers", "", async (page) => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("sign out");
    await page.keyboard.press("Enter");
    await page.getByText("customers are with you").waitFor();
  }],
  ["help not needed", "", async (page) => {
    await page.getByRole("link", { name: "Help Needed" }).click();
    await show("Luís Carvalho")(page);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("help not");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog", { name: "Help not needed" }).waitFor();
  }],
  ["help not needed, undo", "", async (page) => {
    await page.getByRole("link", { name: "Help Needed" }).click();
    await show("Luís Carvalho")(page);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("help not");
    await page.keyboard.press("Enter");
    await page.getByRole("textbox", { name: "Reason" }).fill("It was a test");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("button", { name: "Undo", exact: true }).waitFor();
  }],
  ["call lost, the next offered", "", async (page) => {
    await page.getByRole("listbox").focus();
    await page.evaluate(() => window.__fake.refuse.set("conversation.join", { code: "conversation.call_taken", message: "Priya Nair took the call for help from Luís Carvalho." }));
    await page.keyboard.press("n");
    await page.getByTestId("next-call").waitFor();
  }],
  ["joined, no reply", "", show("+44 7700 900142")],
  ["none of mine left", "", async (page) => {
    await page.evaluate(() => {
      const { samples } = window.__fake;
      samples.splice(0, samples.length, ...samples.filter(({ view }) => view.row.id === "jonas" || view.row.help));
      window.__fake.tell({ type: "everything" });
    });
    await show("Jonas Keller")(page);
    await page.keyboard.press("Escape");
    await page.keyboard.press("e");
    await page.keyboard.press("Control+Enter");
    await page.getByRole("heading", { name: "You have no conversations" }).waitFor();
  }],
  ["quick replies", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByRole("textbox", { name: "Message" }).fill("");
    await page.getByRole("textbox", { name: "Message" }).press("/");
    await page.getByRole("listbox", { name: "Quick replies and questions" }).waitFor();
  }],
  ["quick reply with a gap", "", async (page) => {
    await show("Carmen Menzel")(page);
    const field = page.getByRole("textbox", { name: "Message" });
    await field.fill("");
    await field.pressSequentially("/booking");
    await page.getByRole("option", { name: /Booking is safe/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.waitForFunction(() => document.querySelector("textarea").value.includes("\u27e6"));
    await page.keyboard.press("Enter");
    await page.getByText("Fill in or delete").waitFor();
  }],
  ["question to send", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByRole("textbox", { name: "Message" }).pressSequentially("/which");
    await page.getByRole("option", { name: /Which day/ }).waitFor();
    await page.keyboard.press("Enter");
    await page.getByRole("group", { name: "Question to send" }).waitFor();
  }],
  ["library, list", "administrator", async (page) => {
    await manage(page);
    await page.getByRole("button", { name: "Edit When the refund comes" }).waitFor();
  }],
  ["library, quick reply", "administrator", async (page) => {
    await manage(page);
    await page.getByRole("button", { name: "Edit When the refund comes" }).click();
    await page.getByRole("button", { name: "Versions" }).click();
    await page.getByText("The refund is on its way.").waitFor();
    await page.getByRole("group", { name: "Preview" }).waitFor();
  }],
  ["library, question", "administrator", async (page) => {
    await manage(page);
    await page.getByRole("button", { name: "Edit Which day" }).click();
    await page.getByText("moves to the description").waitFor();
  }],
  ["library, offline", "offline", async (page) => {
    await manage(page);
    await page.getByText("You are offline. The library").waitFor();
  }],
  ...MANAGED,
  ["number ill", "administrator,ill", (page) => page.getByTestId("ill-numbers").waitFor()],
  ["ask for the phone number", "unnumbered", async (page) => {
    await show("Jonas Keller")(page);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("ask for the phone");
    await page.keyboard.press("Enter");
    await page.getByLabel("What the customer reads").waitFor();
  }],
  ["note", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByRole("button", { name: "Note", exact: true }).click();
  }],
  ["mention", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByRole("button", { name: "Note", exact: true }).click();
    await page.getByRole("textbox", { name: "Note" }).pressSequentially("@Priya Nair has the papers");
    await page.getByRole("textbox", { name: "Note" }).press("Enter");
    await page.locator("strong", { hasText: "@Priya Nair" }).waitFor();
    await page.getByRole("textbox", { name: "Note" }).pressSequentially("Ask @");
    await page.getByRole("listbox", { name: "Colleagues to mention" }).waitFor();
  }],
  ["emoji", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByRole("textbox", { name: "Message" }).pressSequentially(" :he");
    await page.getByRole("listbox", { name: "Emoji" }).waitFor();
  }],
  ["formatted words", "", async (page) => {
    await show("Jonas Keller")(page);
    await page.evaluate(() => window.__fake.add("jonas", { by: { kind: "customer" }, body: { type: "text", turn: "marks", text: "I *really* need _both_, ~not one~:\n- the `refund` of 120 €, and the *second*, which is longer than a line of this bubble can ever be\n- a receipt\n> It takes three days\nSee https://northwind.example/refunds_and_returns", silent: false } }));
    await page.getByText("really", { exact: true }).waitFor();
  }],
  ["colleague away", "", async (page) => {
    await page.getByRole("link", { name: "All Live Conversations" }).click();
    await show("Grace Okafor")(page);
    await page.getByText(/Lunch, back/).first().waitFor();
  }],
  ["panes, resized", "", async (page) => {
    await show("Carmen Menzel")(page);
    for (const pane of ["list", "context"]) {
      await page.getByRole("separator", { name: `Width of the ${pane}` }).focus();
      await page.keyboard.press("End");
    }
    // They are kept for the next page.
    await page.evaluate(() => localStorage.clear());
  }],
  ["moved on", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.evaluate(() => window.__fake.refuse.set("conversation.send", { code: "conversation.moved_on", message: "" }));
    await page.getByRole("textbox", { name: "Message" }).press("Enter");
    await page.getByRole("button", { name: "Send anyway" }).waitFor();
  }],
  ["completed meanwhile", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.evaluate(() => window.__fake.refuse.set("conversation.send", { code: "conversation.completed", message: "" }));
    await page.getByRole("textbox", { name: "Message" }).press("Enter");
    await page.getByRole("button", { name: "Reopen and send" }).waitFor();
  }],
  ["words cut off by a notification", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByRole("textbox", { name: "Message" }).pressSequentially("Half a sen");
    await page.evaluate(() => window.__fake.tell({ type: "open", id: "jonas" }));
    await page.getByText("Your words for Carmen Menzel").waitFor();
  }],
  ["toasts and typing", "", async (page) => {
    await show("Carmen Menzel")(page);
    const until = new Date(Date.now() + 60_000).toISOString();
    await page.evaluate((until) => window.__fake.tell(
      { type: "toast", tone: "bad", text: "Priya Nair took this call for help" },
      { type: "toast", tone: "good", text: "Luís Carvalho is in your conversations now" },
      { type: "typing", id: "carmen", by: { kind: "customer" }, until },
    ), until);
    await page.getByText("is writing").waitFor();
  }],
  ["buttons, one pressed", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("press: refund");
    await page.keyboard.press("Enter");
    await page.getByText("Refund: pressed.").waitFor();
  }],
  ["buttons, refused", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.evaluate(() => window.__fake.refuse.set("conversation.pressButton", { code: "conversation.no_button", message: "This button is not offered any more, or not to you." }));
    await page.keyboard.press("Control+k");
    await page.keyboard.type("press: refund");
    await page.keyboard.press("Enter");
    await page.getByText("not offered any more").waitFor();
  }],
  ["buttons, queued", "offline", async (page) => {
    await show("Carmen Menzel")(page);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("press: refund");
    await page.keyboard.press("Enter");
    await page.getByText("waits until the hub").waitFor();
  }],
  ["complete", "", press("Complete")],
  ["complete, the customer has written since", "", async (page) => {
    await press("Complete")(page);
    await page.evaluate(() => globalThis.__fake.add("carmen", { by: { kind: "customer" }, body: { type: "text", turn: "since", text: "Wait, one more question please", silent: false } }));
    await page.getByTestId("since").waitFor();
    await page.keyboard.press("Control+Enter");
    await page.getByRole("button", { name: "Complete conversation anyway" }).waitFor();
  }],
  ["leave", "", press("Leave")],
  ["ask for help", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.keyboard.press("Escape");
    await page.keyboard.press("h");
    await page.getByRole("dialog", { name: "Ask for help" }).waitFor();
  }],
  ["invite", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("invite");
    await page.keyboard.press("Enter");
    await page.getByRole("radio", { name: /Priya/ }).waitFor();
  }],
  ["graded", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.keyboard.press("Alt+i");
    // In a narrow window the packet is hidden.
    await page.waitForFunction(() => window.__fake.calls.some((call) => call.name === "conversation.gradeHandover"));
  }],
  ["better words", "", async (page) => {
    await improve(page);
    await page.getByRole("button", { name: /Use this wording/ }).waitFor();
  }],
  ["better words taken", "", async (page) => {
    await improve(page);
    await page.getByRole("button", { name: /Use this wording/ }).click();
    await page.getByRole("button", { name: "Back to mine" }).waitFor();
  }],
  ["translation offered", "foreign", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByText("Carmen Menzel writes Portuguese.").waitFor();
  }],
  ["read in translation", "foreign", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByText("Carmen Menzel writes Portuguese.").waitFor();
    await page.keyboard.press("Alt+t");
    await page.getByText("Would that work?").waitFor();
  }],
  ["translation, as written", "foreign,translated", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByText("Would that work?").waitFor();
    await page.keyboard.press("Alt+o");
    await page.getByText("Shown as written").waitFor();
  }],
  ["translation, offline", "foreign,translated,offline", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByText("Translates when back online").first().waitFor();
  }],
  ["translation that failed", "foreign", async (page) => {
    await show("Carmen Menzel")(page);
    await page.evaluate(() => window.__fake.refuse.set("conversation.translate", { code: "translate.failed", message: "The writing model cannot be reached." }));
    await page.keyboard.press("Alt+t");
    await page.getByRole("button", { name: "Ask again" }).waitFor();
  }],
  ["translation of a reply", "foreign,translated", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByRole("textbox", { name: "Message" }).focus();
    await page.keyboard.press("Control+t");
    await page.getByRole("button", { name: /Use this translation/ }).waitFor();
  }],
  ["translation of a reply, taken", "foreign,translated", async (page) => {
    await show("Carmen Menzel")(page);
    await page.getByRole("textbox", { name: "Message" }).focus();
    await page.keyboard.press("Control+t");
    await page.getByRole("button", { name: /Use this translation/ }).click();
    await page.getByRole("button", { name: "Back to mine" }).waitFor();
  }],
  ["handing back", "", async (page) => {
    await show("Jonas Keller")(page);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("hand to");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Say it myself" }).waitFor();
  }],
  ["transfer", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.keyboard.press("Control+k");
    await page.keyboard.type("transfer");
    await page.keyboard.press("Enter");
    await page.getByRole("radio", { name: /Priya/ }).waitFor();
  }],
  ["partner invited", "", async (page) => {
    await invitePartner(page);
    await page.getByRole("textbox", { name: /^Name/ }).fill("Nordwind");
    await page.getByRole("textbox", { name: /^E-mail/ }).fill("ops@nordwind.example");
  }],
  ["partner's link", "", async (page) => {
    await invitePartner(page);
    await page.getByRole("textbox", { name: /^Name/ }).fill("Nordwind");
    await page.getByRole("button", { name: /Create link/ }).click();
    await page.getByRole("button", { name: "Copy link" }).click();
    await page.getByText("Copied").waitFor();
  }],
  ["partner revoked", "", async (page) => {
    await show("Carmen Menzel")(page);
    const context = page.getByRole("button", { name: "Context", exact: true });
    if (await context.isVisible()) await context.click();
    await page.getByRole("button", { name: "Revoke the link of Aerolinx" }).click();
    await page.getByText("Revoke now").waitFor();
  }],
  ["palette", "", async (page) => {
    await page.keyboard.press("Control+k");
    await page.keyboard.type("c");
    await page.getByRole("option", { name: /Carmen Menzel/ }).last().waitFor();
  }],
  ["shortcuts", "", (page) => page.keyboard.press("?")],
  ["settings, notifications", "", async (page) => {
    await page.keyboard.press("Control+,");
    await page.getByRole("switch", { name: "Quiet hours" }).click();
    await page.getByLabel("From", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Send a test notification" }).click();
    await page.getByRole("button", { name: "No", exact: true }).click();
    await page.getByText("dunstctl").waitFor();
  }],
  ["settings, notifications failing", "failing", async (page) => {
    await page.evaluate(() => window.__fake.refuse.set("settings.set", { code: "cache.full", message: "the disk is full" }));
    await page.keyboard.press("Control+,");
    await page.getByRole("radiogroup", { name: "Invited" }).getByText("Off").click();
    await page.getByText("The disk is full").waitFor();
    await page.getByRole("button", { name: "Send a test notification" }).click();
    await page.getByRole("dialog").getByText("No notification service").waitFor();
  }],
  ["who was told", "", async (page) => {
    await page.getByRole("link", { name: "Help Needed" }).click();
    await show("Luís Carvalho")(page);
    await told(page);
    await page.getByText("not confirmed").waitFor();
  }],
  ["who was told, over", "", async (page) => {
    await show("Carmen Menzel")(page);
    await told(page);
    await page.getByText("No one was called").waitFor();
  }],
  ["who was told, offline", "offline", async (page) => {
    await show("Carmen Menzel")(page);
    await told(page);
    await page.getByText("You are offline.").last().waitFor();
  }],
  ["who was told, refused", "", async (page) => {
    await show("Carmen Menzel")(page);
    await page.evaluate(() => window.__fake.refuse.set("conversation.alerts", { code: "hub.failed", message: "the hub does not say who was told" }));
    await told(page);
    await page.getByRole("dialog").getByRole("alert").waitFor();
  }],
  ["menu", "", async (page) => {
    await page.getByRole("button", { name: /Maya Ortiz/ }).click();
    await page.getByRole("menu").waitFor();
  }],
  ...LACKING,
];
