// Links and what friends see of them, the household, and other people's work.
import { download, entry, expect, signIn, sizes } from "../people.mjs";

const folder = "/Sharing & co";
const at = (path) => path.split("/").map(encodeURIComponent).join("/");
const asAlice = { Authorization: "Basic " + Buffer.from("alice:demo").toString("base64") };

async function fill(base) {
  await fetch(`${base}/dav${at(folder)}`, { method: "MKCOL", headers: asAlice });
  await fetch(`${base}/dav${at(`${folder}/a letter.txt`)}`, { method: "PUT", headers: asAlice, body: "dear friend" });
}

// The form for a new link, filled in; answers with the link's address.
async function makeLink(page, rights, more = {}) {
  await page.goto(`/files${at(folder)}?about`);
  await page.getByRole("link", { name: "Share", exact: true }).click();
  const form = page.getByRole("region", { name: "By a link" });
  await form.getByLabel(rights).check();
  for (const [label, value] of Object.entries(more)) await form.getByLabel(label, { exact: true }).fill(value);
  await form.getByLabel("I hold the rights").check();
  await form.getByRole("button", { name: "Make the link" }).click();
  await page.getByText("The link is ready.").waitFor();
  return page.getByLabel("Address of the link").inputValue();
}

// A friend has a browser of their own.
async function asFriend(browser, steps) {
  const context = await browser.newContext({ viewport: sizes.phone, javaScriptEnabled: false, locale: "en" });
  context.setDefaultTimeout(15_000);
  try {
    await steps(await context.newPage());
  } finally {
    await context.close();
  }
}

export const walks = [
  [
    "a friend opens a link with its password, until it is paused and ended, without script",
    { viewport: sizes.desktop, javaScriptEnabled: false },
    async (page, { browser, base }) => {
      await fill(base);
      await signIn(page, "alice");
      const link = await makeLink(page, "View, and download everything at once", { Password: "sésame", "What you call it; only you see it": "For grandma" });
      const share = page.url().replace("?made", "");
      await asFriend(browser, async (friend) => {
        await friend.goto(link);
        await friend.getByLabel("Password").fill("sesame");
        await friend.getByRole("button", { name: "Open" }).click();
        await friend.getByRole("alert").getByText("This is not the password.").waitFor();
        await friend.getByLabel("Password").fill("sésame");
        await friend.getByRole("button", { name: "Open" }).click();
        expect(await download(friend, entry(friend, "a letter.txt")), "dear friend", "what was shared");
        expect((await download(friend, entry(friend, "Download everything (ZIP)"))).slice(0, 2), "PK", "all of it");
        expect((await friend.content()).includes("alice"), false, "whether the owner's name is told");

        await page.getByRole("link", { name: folder }).click();
        await page.getByRole("button", { name: "Mark as other people’s work" }).click();
        await page.getByText("This is marked as other people’s work").waitFor();
        await friend.reload();
        await friend.getByRole("alert").getByText("It comes back by itself").waitFor();
        await page.getByRole("button", { name: "Take the mark away" }).click();
        await friend.reload();
        await entry(friend, "a letter.txt").waitFor();

        await page.goto(share);
        await page.getByRole("button", { name: "End this share" }).click();
        await page.getByRole("heading", { name: "What you share" }).waitFor();
        await friend.reload();
        await friend.getByRole("alert").getByText("There is nothing behind this link").waitFor();
      });
    },
  ],
  [
    "a friend hands in files by a link and sees none, without script",
    { viewport: sizes.phone, javaScriptEnabled: false },
    async (page, { browser, base }) => {
      await fill(base);
      await signIn(page, "alice");
      const link = await makeLink(page, "Hand in files, without seeing what is there");
      await asFriend(browser, async (friend) => {
        await friend.goto(link);
        const file = { name: "a letter.txt", mimeType: "text/plain", buffer: Buffer.from("dear alice") };
        await friend.getByLabel("Files from this device").setInputFiles([file, { ...file, name: "mine.txt" }]);
        await friend.getByRole("button", { name: "Send" }).click();
        await friend.getByRole("status").getByText("2 files have arrived.").waitFor();
        expect((await friend.content()).includes("letter"), false, "whether names are shown");
      });
      await page.goto(`/files${at(folder)}`);
      expect(await download(page, entry(page, "a letter.txt")), "dear friend", "what was there");
      expect(await download(page, entry(page, "mine.txt")), "dear alice", "what was handed in");
    },
  ],
  [
    "a person shares with the household, who leave it and take it back, and copies an address",
    { viewport: sizes.desktop, permissions: ["clipboard-read", "clipboard-write"] },
    async (page, { browser, base }) => {
      await fill(base);
      await signIn(page, "alice");
      const link = await makeLink(page, "View, and download file by file");
      await page.getByRole("button", { name: "Copy" }).click();
      await page.getByRole("status").getByText("Copied").waitFor();
      expect(await page.evaluate(() => navigator.clipboard.readText()), link, "what was copied");

      await page.goto(`/shares/new?of=${encodeURIComponent(folder)}`);
      const form = page.getByRole("region", { name: "With your household" });
      await form.getByLabel("View and change").check();
      await form.getByLabel("What it is called for them").fill("Ours");
      await form.getByRole("button", { name: "Share" }).click();
      await page.getByText("It is shared.").waitFor();

      const context = await browser.newContext({ baseURL: base, viewport: sizes.phone, locale: "en", javaScriptEnabled: false });
      context.setDefaultTimeout(15_000);
      const bob = await context.newPage();
      try {
        await signIn(bob, "bob", "/shares");
        await entry(bob, "Ours").click();
        await entry(bob, "a letter.txt").waitFor();
        await bob.goto("/shares");
        await bob.getByRole("button", { name: "Remove from my files: Ours" }).click();
        await bob.getByText("not among your files").waitFor();
        await bob.getByRole("button", { name: "Put back among my files: Ours" }).click();
        await entry(bob, "Ours").waitFor();
      } finally {
        await context.close();
      }
    },
  ],
];

export const addresses = [
  ["/shares", "alice"],
  [`/shares/new?of=${encodeURIComponent(folder)}`, "alice"],
];

export async function prepare(page, { base }) {
  await fill(base);
  const seen = (link) => addresses.push([new URL(link).pathname]);
  seen(await makeLink(page, "View, and download everything at once", { "Last day on which it can be opened": "2090-01-31" }));
  addresses.push([new URL(page.url()).pathname, "alice"]);
  seen(await makeLink(page, "Hand in files, without seeing what is there"));
  seen(await makeLink(page, "View, and download file by file", { Password: "sésame" }));
}
