// Signing in with an operator's identity provider, which is another site, where the person is signed in already.
import { expect, sizes } from "../people.mjs";

export const needs = ["CLOUDDAV_PROVIDER"];

export const walks = [
  [
    "a person signs in with their provider, proves it anew and signs out, without script",
    { viewport: sizes.phone, javaScriptEnabled: false },
    async (page, { base }) => {
      const provider = `Sign in with ${process.env.CLOUDDAV_PROVIDER}`;
      await page.goto("/devices");
      await page.getByRole("link", { name: provider }).click();
      await page.waitForURL(`${base}/devices`);
      await page.getByText("No program or device is connected yet.").waitFor();
      await page.goto("/files");
      await page.getByLabel("New folder").fill("Letters");
      await page.getByRole("button", { name: "Create" }).click();
      await page.getByRole("link", { name: "Letters", exact: true }).waitFor();
      for (const cookie of await page.context().cookies(base)) expect([cookie.name, cookie.httpOnly].join(), `${cookie.name},true`, "a cookie");

      // What cannot be undone wants to be proved anew, to the provider, which asks for it.
      await page.goto("/trash/purge");
      await page.getByText("Show that it is you").first().waitFor();
      await page.getByRole("link", { name: provider }).or(page.getByRole("button", { name: provider })).first().click();
      await page.getByText("This cannot be undone.").waitFor();

      await page.getByRole("button", { name: "Sign out", exact: true }).click();
      await page.goto("/files");
      await page.getByRole("link", { name: provider }).waitFor();
    },
  ],
];
