// Signing in with an operator's identity provider, which is another site, where the person is signed in already.
import { expect, sizes } from "../people.mjs";

export const needs = ["CLOUDDAV_PROVIDER"];

export const walks = [true, false].map((javaScriptEnabled) => [
  `a person signs in with their provider and out again, ${javaScriptEnabled ? "with" : "without"} script`,
  { viewport: sizes.phone, javaScriptEnabled },
  async (page, { base }) => {
    const provider = `Sign in with ${process.env.CLOUDDAV_PROVIDER}`;
    await page.goto("/devices");
    await page.getByRole("link", { name: provider }).click();
    await page.waitForURL(`${base}/devices`);
    await page.getByText("No program or device is connected yet.").waitFor();
    await page.goto("/files");
    await page.getByLabel("New folder").fill(`Letters ${javaScriptEnabled}`);
    await page.getByRole("button", { name: "Create" }).click();
    await page.getByRole("link", { name: `Letters ${javaScriptEnabled}`, exact: true }).waitFor();
    for (const cookie of await page.context().cookies(base)) expect([cookie.name, cookie.httpOnly].join(), `${cookie.name},true`, "a cookie");

    await page.goto("/security");
    await page.getByText(process.env.CLOUDDAV_PROVIDER).first().waitFor();
    // What cannot be undone wants to be proved anew, which the provider asks for.
    await page.goto("/security/again");
    await page.getByRole("link", { name: provider }).or(page.getByRole("button", { name: provider })).first().click();
    await page.waitForURL((url) => url.origin === base && !url.pathname.startsWith("/sign-in"));
  },
]);
