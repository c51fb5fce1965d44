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
      expect(await download(page, page.getByRole("link", { name: "Download", exact: true })), "chère mamie", "the restored version");

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
    "a person drops files and a folder, with script",
    { viewport: sizes.desktop },
    async (page) => {
      await signIn(page, "alice");
      await page.getByLabel("New folder").fill("Dropped");
      await page.getByRole("button", { name: "Create" }).click();
      await entry(page, "Dropped").click();
      // As the browser itself hands a folder over, which no script can make.
      await page.evaluate(() => {
        const file = (name, text) => ({
          isFile: true,
          name,
          file: (found) => found(new File([text], name, { type: "text/plain", lastModified: 1e12 })),
        });
        const folder = (name, members) => ({
          isFile: false,
          name,
          createReader: () => ({ readEntries: (found) => found(members.splice(0)) }),
        });
        const tree = [file("été.txt", "summer"), folder("Trip", [file("one.txt", "1"), folder("Deep & far", [file("two.txt", "2")]), folder("Empty", [])])];
        const event = new Event("drop", { bubbles: true, cancelable: true });
        event.dataTransfer = { types: ["Files"], files: [], items: tree.map((one) => ({ webkitGetAsEntry: () => one })) };
        document.body.dispatchEvent(event);
      });
      await page.getByText("3 uploaded").waitFor();
      await entry(page, "Trip").waitFor();
      expect(await download(page, entry(page, "été.txt")), "summer", "what was dropped");
      await entry(page, "Trip").click();
      await entry(page, "Empty").waitFor();
      await entry(page, "Deep & far").click();
      expect(await download(page, entry(page, "two.txt")), "2", "what lay deep");
    },
  ],
  [
    "an upload is paused, goes on, and goes on after the page was closed, with script",
    { viewport: sizes.desktop },
    async (page) => {
      await signIn(page, "alice");
      const content = "0123456789abcdef".repeat(187_500);
      const line = await page.context().newCDPSession(page);
      const slow = (bytes) => line.send("Network.emulateNetworkConditions", { offline: false, latency: 0, downloadThroughput: -1, uploadThroughput: bytes });
      await slow(1_000_000);
      const choose = async (tab) => {
        // A file chosen twice is the same file only with the same time.
        await tab.getByLabel("Files from this device").evaluate((input, text) => {
          const chosen = new DataTransfer();
          chosen.items.add(new File([text], "large.bin", { lastModified: 1e12 }));
          input.files = chosen.files;
        }, content);
        await tab.getByRole("button", { name: "Upload", exact: true }).click();
      };
      await choose(page);
      await page.getByText(/iB of 2\.9.MiB/).waitFor();
      await page.waitForFunction(() => Number(document.querySelector(".transfers progress").value) > 500_000);
      await page.getByRole("button", { name: "Pause large.bin" }).click();
      await page.getByText(/^Paused at [1-9]/).waitFor();
      expect(await page.locator("#listing").getByText("large.bin").count(), 0, "what is half there");
      await page.getByRole("button", { name: "Continue large.bin" }).click();
      await page.getByText("Goes on where it stopped").waitFor();
      page.on("dialog", (dialog) => dialog.accept());
      await page.reload();
      await slow(-1);
      await choose(page);
      await page.getByText("1 uploaded").waitFor();
      expect((await download(page, entry(page, "large.bin"))) === content, true, "what was sent in three goes");
    },
  ],
  [
    "several things are chosen, put into the trash and brought back, with keys alone",
    { viewport: sizes.desktop },
    async (page) => {
      await signIn(page, "alice");
      await page.getByLabel("New folder").fill("Keys");
      await page.getByRole("button", { name: "Create" }).click();
      await page.goto("/files/Keys");
      for (const name of ["a.txt", "b.txt", "c.txt"]) {
        await upload(page, name, name);
        await entry(page, name).waitFor();
      }
      expect(await page.locator("#chosen").isVisible(), false, "tools for nothing");
      await entry(page, "a.txt").focus();
      await page.keyboard.press("Space");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Space");
      await page.getByText("2 chosen").waitFor();
      const [zip] = await Promise.all([page.waitForEvent("download"), page.getByRole("button", { name: "Download as ZIP" }).click()]);
      expect(zip.suggestedFilename(), "Keys.zip", "the archive's name");
      await entry(page, "c.txt").focus();
      await page.keyboard.press("Delete");
      await page.getByText("It is in the trash.").waitFor();
      expect(await entry(page, "a.txt").count(), 0, "what was chosen");
      expect(await entry(page, "b.txt").count(), 1, "what was not");
      await page.getByRole("button", { name: "Undo" }).click();
      await entry(page, "a.txt").waitFor();
      await entry(page, "c.txt").waitFor();
      await page.keyboard.press("/");
      expect(await page.evaluate(() => document.activeElement.type), "search", "where / leads");
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
  ["/"],
  ["/sign-in"],
  ...["/files", "/files?find=k", "/files/kept.txt?about", "/trash", "/past", `/past?at=${Date.now()}`, "/files/nothing", "/sharing-statement", "/pair"].map(
    (address) => [address, "alice"],
  ),
];
