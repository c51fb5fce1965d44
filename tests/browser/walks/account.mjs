// The account, its standing and its privacy; who stands how, and reads what, is in scenarios.md.
import { expect, signIn, sizes } from "../people.mjs";

export const walks = [
  [
    "a person takes everything back, and their data with it, without script",
    { viewport: sizes.desktop, javaScriptEnabled: false },
    async (page) => {
      await signIn(page, "tess", "/account");
      await page.locator("section").getByRole("link", { name: "Take everything back" }).click();
      await page.getByText("in 1 file or folder").waitFor();
      const [archive] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download everything" }).click()]);
      expect(archive.suggestedFilename(), "tess.zip", "the archive");
      await page.getByRole("link", { name: "Privacy" }).click();
      const [data] = await Promise.all([page.waitForEvent("download"), page.getByRole("link", { name: "Download the data" }).click()]);
      expect(data.suggestedFilename(), "account.json", "the data");
    },
  ],
];

export const addresses = [
  ["/account", "alice"],
  ["/account/terms", "alice"],
  ["/account/access", "alice"],
  ["/account/privacy", "alice"],
  ["/account", "tess"],
  ["/account/archive", "tess"],
];
