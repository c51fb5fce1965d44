// Folders, files, the trash and the past.
import { about, download, entry, expect, signIn, sizes, upload } from "../people.mjs";

export const walks = [
  ...Object.entries(sizes).map(([size, viewport]) => [
    `a person keeps files in order, without script, on a ${size}`,
    { viewport, javaScriptEnabled: false },
    async (page) => {
      const folder = `Été & co (${size})`;
      await signIn(page, "alice");
      await page.getByLabel("New folder").fill(folder);
      await page.getByRole("button", { name: "Create" }).click();
      await entry(page, folder).click();
      await page.getByText("There is nothing in this folder.").waitFor();
      await upload(page, "lettre à grand-mère.txt", "chère mamie");
      expect(await download(page, entry(page, "lettre à grand-mère.txt")), "chère mamie", "what was uploaded");

      await page.getByRole("searchbox").fill("GRAND-MÈRE");
      await page.getByRole("button", { name: "Search" }).click();
      expect(await download(page, entry(page, "lettre à grand-mère.txt")), "chère mamie", "what was found");
      await page.getByRole("link", { name: "Back" }).click();

      await about(page, "lettre à grand-mère.txt").click();
      await page.getByLabel("Name").fill("letter.txt");
      await page.getByRole("button", { name: "Rename" }).click();
      await upload(page, "letter.txt", "dear grandmother");
      await about(page, "letter.txt").click();
      await page.getByRole("button", { name: "Restore" }).click();
      expect(await download(page, page.getByRole("link", { name: "Download" })), "chère mamie", "the restored version");

      await page.getByRole("button", { name: "Delete" }).click();
      await page.getByRole("status").getByText("It is in the trash.").waitFor();
      await page.getByRole("button", { name: "Undo" }).click();
      await entry(page, "letter.txt").waitFor();
      await about(page, "letter.txt").click();
      await page.getByRole("button", { name: "Delete" }).click();
      await page.getByRole("link", { name: "Trash" }).click();
      await page.getByRole("button", { name: "Restore letter.txt" }).first().click();
      await entry(page, "letter.txt").waitFor();
      await page.getByRole("button", { name: "Sign out" }).click();
      await page.getByLabel("Password").waitFor();
    },
  ]),
  [
    "a person brings back what was, without script",
    { viewport: sizes.desktop, javaScriptEnabled: false },
    async (page) => {
      await signIn(page, "alice");
      await upload(page, "kept.txt", "then");
      const then = Date.now();
      await new Promise((resolve) => setTimeout(resolve, 20));
      await upload(page, "kept.txt", "now");
      await upload(page, "since.txt", "since");
      await page.goto(`/past?at=${then}`);
      expect(await entry(page, "since.txt").count(), 0, "what came since");
      expect(await download(page, entry(page, "kept.txt")), "then", "what was");
      await page.getByRole("button", { name: "Bring everything back to this" }).click();
      await page.getByText("1 brought back, 1 put into the trash.").waitFor();
      await page.locator("main").getByRole("link", { name: "Files" }).click();
      expect(await download(page, entry(page, "kept.txt")), "then", "what was brought back");
    },
  ],
  [
    "what is refused is said, with a way back",
    { viewport: sizes.phone, javaScriptEnabled: false },
    async (page) => {
      await signIn(page, "alice");
      await page.goto("/files/nothing/here");
      await page.getByRole("alert").waitFor();
      await page.getByRole("link", { name: "Back" }).click();
      await page.waitForURL((url) => url.pathname === "/files");
      await page.goto("/past?at=0");
      await page.getByRole("alert").waitFor();
    },
  ],
];

export const addresses = [
  ["/sign-in"],
  ...["/files", "/files?find=k", "/files/kept.txt?about", "/trash", "/past", `/past?at=${Date.now()}`, "/files/nothing", "/sharing-statement", "/pair"].map(
    (address) => [address, "alice"],
  ),
];
