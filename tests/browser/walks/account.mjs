// The account, its standing and its privacy.
import { expect, signIn, sizes } from "../people.mjs";

const strip = (page) => page.getByRole("complementary", { name: "About your account" });

// Who stands how, what the strip above each page says, and what the page of the account does.
const standings = [
  ["alice", null, "Everything that your option includes works."],
  ["bob", null, "Household of"],
  ["olivia", "You use more than your option holds: 1.5 MiB of 1 MiB.", "as soon as 512 KiB less is used"],
  ["mia", null, "Nothing more fits into your cloud; everything else works."],
  ["tess", "days left.", "After that your files are destroyed for good"],
  ["sven", "Your account is suspended. Your bill has not been paid.", "Your files stay where they are"],
  ["paul", "adding files, sharing outside the household. Everything else works.", "Reference: N-2041"],
];

export const walks = [
  ...standings.map(([person, above, text]) => [
    `${person} reads how their account stands, without script`,
    { viewport: sizes.phone, javaScriptEnabled: false },
    async (page) => {
      await signIn(page, person, "/devices");
      if (above) {
        await strip(page).getByText(above).waitFor();
        await strip(page).getByRole("link").click();
      } else {
        expect(await strip(page).count(), 0, "the strip");
        await page.getByRole("link", { name: "Account" }).click();
      }
      await page.locator("main").getByText(text).first().waitFor();
    },
  ]),
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
  [
    "a person objects to a sub-processor and finds it in the log, without script",
    { viewport: sizes.phone, javaScriptEnabled: false },
    async (page) => {
      await signIn(page, "carol", "/account/privacy");
      await page.getByLabel("Why (you need not say it)").fill("Too close to the river.");
      await page.getByRole("button", { name: "Object to Demo Datacenters NV" }).click();
      await page.getByText("Your provider has not answered yet.").waitFor();
      await page.getByRole("link", { name: "Access log" }).click();
      await page.getByText("An objection to a sub-processor was recorded").waitFor();
      await page.getByRole("link", { name: "Staff access" }).click();
      await page.getByText("Nobody at your provider has asked for access").waitFor();
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
