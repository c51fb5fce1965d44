// The operator's console, beside the customers it acts upon; over a server that knows an operator's tokens.
import { expect, signIn, sizes } from "../people.mjs";

export const needs = ["CLOUDDAV_CONSOLE_TOKEN", "CLOUDDAV_CONSOLE_TOKEN_READ"];

const root = "/operator/console";

async function enter(page, token) {
  await page.goto(root);
  await page.locator("#token").fill(token);
  await page.locator("main form:has(#token) button").click();
  await page.locator("#signInName").waitFor();
}

async function find(page, name) {
  await page.goto(root);
  await page.locator("#signInName").fill(name);
  await page.locator("main form:has(#signInName) button").click();
  await page.getByRole("heading", { level: 1, name: /Account \d+/ }).waitFor();
}

const form = (page, title) => page.locator("section").filter({ has: page.getByRole("heading", { name: title, exact: true }) });

async function sent(page, button) {
  await button.click();
  await page.getByRole("status").getByText("It is done, and recorded.").waitFor();
}

export const walks = [
  [
    "a member of staff suspends sharing, and the customer sees it and then that it is lifted, without script",
    { viewport: sizes.desktop, javaScriptEnabled: false },
    async (page, { browser, base }) => {
      const customer = await (await browser.newContext({ baseURL: base, locale: "en", javaScriptEnabled: false, viewport: sizes.phone })).newPage();
      await signIn(customer, "carol", "/account");
      await customer.getByText("Everything that your option includes works.").waitFor();

      await enter(page, process.env.CLOUDDAV_CONSOLE_TOKEN);
      await find(page, "carol");
      await page.getByText("demo-carol").waitFor();
      const suspend = form(page, "Suspend");
      await suspend.getByLabel("Uploading").check();
      await suspend.getByLabel("Code of the reason").fill("unpaid");
      await suspend.getByLabel("en", { exact: true }).fill("The bill of May is open. Call us.");
      await sent(page, suspend.getByRole("button", { name: "Suspend" }));
      await page.getByText("unpaid").first().waitFor();

      await customer.reload();
      await customer.getByText("The bill of May is open. Call us.").first().waitFor();
      await customer.getByText("Partly suspended").waitFor();

      await sent(page, page.getByRole("button", { name: /^Lift:/ }));
      await customer.reload();
      await customer.getByText("Everything that your option includes works.").waitFor();
      await customer.context().close();
    },
  ],
  [
    "a member of staff makes everything read-only, and normal again",
    { viewport: sizes.phone },
    async (page, { browser, base }) => {
      await enter(page, process.env.CLOUDDAV_CONSOLE_TOKEN);
      await page.getByRole("link", { name: "Platform" }).click();
      const mode = form(page, "Set the mode");
      await mode.getByLabel("Read-only").check();
      await mode.getByLabel("en", { exact: true }).fill("We move to another building until six.");
      await sent(page, mode.getByRole("button", { name: "Set the mode" }));

      const customer = await (await browser.newContext({ baseURL: base, locale: "en" })).newPage();
      await signIn(customer, "alice");
      await customer.getByText("We move to another building until six.").first().waitFor();
      await customer.context().close();

      await page.goto(`${root}/platform`);
      await mode.getByLabel("Normal").check();
      await sent(page, mode.getByRole("button", { name: "Set the mode" }));
    },
  ],
  [
    "a token that may only read does nothing, and one that is none does not come in",
    { viewport: sizes.desktop },
    async (page) => {
      await page.goto(root);
      await page.locator("#token").fill("nonsense");
      await page.locator("main form:has(#token) button").click();
      await page.getByRole("alert").getByText("This token is not valid here, or no longer.").waitFor();

      await enter(page, process.env.CLOUDDAV_CONSOLE_TOKEN_READ);
      await find(page, "bob");
      const suspend = form(page, "Suspend");
      await suspend.getByLabel("The whole service").check();
      await suspend.getByLabel("Code of the reason").fill("unpaid");
      await suspend.getByRole("button", { name: "Suspend" }).click();
      await page.getByRole("alert").getByText("Your token is not for this.").waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.locator("#token").waitFor();
      expect(await page.locator("#signInName").count(), 0, "the search of somebody who has signed out");
    },
  ],
  ...["en", "nl", "fr", "de"].flatMap((locale) =>
    ["light", "dark"].map((colorScheme) => [
      `every page of the console can be read by everybody, ${locale}, ${colorScheme}`,
      { bypassCSP: true, locale, colorScheme },
      async (page, { check }) => {
        await page.goto(root);
        await check(page, `${root}/sign-in`, "desktop");
        await enter(page, process.env.CLOUDDAV_CONSOLE_TOKEN);
        for (const path of ["", "/accounts?signInName=sven", "/accounts?signInName=nobody", "/platform", "/destructions", "/queue"]) {
          await page.goto(root + path);
          for (const size of ["desktop", "phone"]) await check(page, root + path, size);
        }
      },
    ]),
  ),
];
