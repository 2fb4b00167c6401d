// States of the supervisors' board.

const board = async (page) => {
  await page.keyboard.press("Alt+0");
  await page.getByTestId("board-row").first().waitFor();
  await page.getByTestId("day-person_wait").waitFor();
};

const choose = async (page) => {
  await board(page);
  await page.keyboard.press(" ");
  await page.keyboard.press("Shift+ArrowDown");
  await page.getByText("2 selected").waitFor();
};

const bulk = (key, name) => async (page) => {
  await choose(page);
  await page.keyboard.press(key);
  await page.getByRole("dialog", { name }).waitFor();
};

export const BOARD = [
  ["board", "", board],
  ["board in groups", "", async (page) => {
    await board(page);
    await page.getByLabel("Group by").selectOption("handler");
    await page.getByTestId("figure-unanswered").click();
    await page.getByText("shown").waitFor();
  }],
  ["board on the wall", "", async (page) => {
    await board(page);
    await page.getByRole("button", { name: "Wall display" }).click();
    await page.getByTestId("figure-wanted").waitFor();
  }],
  ["board, offline", "offline", async (page) => {
    await page.keyboard.press("Alt+0");
    await page.getByTestId("board-row").first().waitFor();
  }],
  ["board with a conversation beside it", "", async (page) => {
    await board(page);
    await page.keyboard.press("Enter");
    await page.getByTestId("transcript").waitFor();
  }],
  ["board with a note beside it", "", async (page) => {
    await board(page);
    await page.keyboard.press("m");
    await page.getByRole("textbox", { name: "Note" }).waitFor();
  }],
  ["board, selected", "", choose],
  ["board, assign several", "", bulk("o", "Assign 2 conversations")],
  ["board, note in several", "", bulk("m", "Write a note in 2 conversations")],
  ["board, call more people", "", bulk("+", "Call more people to 2 conversations")],
  ["board, availability of a colleague", "", async (page) => {
    await board(page);
    await page.getByRole("button", { name: "Set availability of Priya Nair" }).click();
    await page.getByRole("menu").waitFor();
  }],
  ["board, rows of the day", "", async (page) => {
    await board(page);
    await page.getByTestId("day-person_wait").click();
    await page.getByRole("dialog", { name: /today/ }).getByRole("row").first().waitFor();
  }],
  ["board, curves as a table", "", async (page) => {
    await board(page);
    await page.getByRole("button", { name: "24 h" }).click();
    await page.getByText("As a table").click();
    await page.getByRole("columnheader", { name: "Available agents" }).waitFor();
  }],
  ["limits of the board", "", async (page) => {
    await page.keyboard.press("Control+,");
    await page.getByRole("tab", { name: "Live board" }).click();
    await page.getByLabel("Unanswered longer than (seconds)").waitFor();
  }],
];
