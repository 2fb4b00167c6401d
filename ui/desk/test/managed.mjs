// States of what administrators look after, and of reviews.
import { fileReview, numbers, ownReviews, plans, reviews } from "./steps.mjs";

export const MANAGED = [
  ["numbers, list", "administrator,ill", async (page) => {
    await numbers(page);
    await page.getByText("Token not valid").waitFor();
  }],
  ["numbers, one", "administrator,ill", async (page) => {
    await numbers(page);
    await page.getByRole("button", { name: "Open +34600123456" }).click();
    await page.getByText("812 of 1,000 free replies").waitFor();
    await page.getByRole("button", { name: "Check" }).click();
    await page.getByText("Nothing. Messages can come and go.").waitFor();
  }],
  ["numbers, new", "administrator", async (page) => {
    await numbers(page);
    await page.getByRole("button", { name: "New number" }).click();
    await page.getByLabel("Access token").fill("token");
  }],
  ["reviews, low", "administrator", async (page) => {
    await reviews(page);
    await page.getByText("Priya Nair disagrees").waitFor();
  }],
  ["reviews, all", "administrator", async (page) => {
    await reviews(page);
    await page.getByRole("button", { name: "All" }).click();
    await page.getByRole("button", { name: "Show more" }).click();
    await page.getByText("not asked, because").waitFor();
  }],
  ["reviews, disagree", "", async (page) => {
    await ownReviews(page);
    await page.getByRole("button", { name: /^Disagree/ }).first().click();
    await page.getByLabel("Why do you disagree?").fill("It was a holiday.");
  }],
  ["reviews, file", "administrator", async (page) => {
    await fileReview(page);
    await page.getByLabel("2 of 5").check();
    await page.getByLabel("Comment (optional)").fill("She asked twice for the number.");
  }],
  ["reviews, offline", "offline", async (page) => {
    await ownReviews(page);
    await page.getByText("You are offline. Reviews").waitFor();
  }],
  ["plans, list", "administrator", async (page) => {
    await plans(page);
    await page.getByText("Nobody is asked").waitFor();
  }],
  ["plans, one", "administrator", async (page) => {
    await plans(page);
    await page.getByRole("button", { name: "Change how Northwind asks" }).click();
    await page.getByLabel("Question in German").waitFor();
  }],
];
