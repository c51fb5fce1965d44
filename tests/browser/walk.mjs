// Walks over the pages in Chromium: walk.mjs BASE [DIRECTORY FOR PICTURES]
// Prints "ok NAME" or "FAIL NAME: why" for each walk; the exit code is 1 when one failed.
import { readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";

const [base, pictures] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox"] });
const sizes = { phone: { width: 390, height: 780 }, desktop: { width: 1280, height: 800 } };
let failed = false;

async function walk(name, options, steps) {
  const context = await browser.newContext({ baseURL: base, locale: "en", ...options });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  try {
    await steps(page);
    console.log(`ok ${name}`);
  } catch (error) {
    failed = true;
    console.log(`FAIL ${name}: ${error.message.split("\n").join(" / ")}`);
  } finally {
    await context.close();
  }
}

function expect(seen, wanted, what) {
  if (seen !== wanted) throw new Error(`${what}: ${JSON.stringify(seen)} instead of ${JSON.stringify(wanted)}`);
}

async function signIn(page, at = "/files") {
  await page.goto(at);
  await page.locator("#name").fill("alice");
  await page.locator("#password").fill("demo");
  await page.locator("main button").click();
  await page.waitForURL((url) => url.pathname === at);
}

async function upload(page, name, text) {
  await page.getByLabel("Files from this device").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
  await page.getByRole("button", { name: "Upload" }).click();
}

async function download(page, link) {
  const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
  return readFileSync(await file.path(), "utf8");
}

const about = (page, name) => page.getByRole("link", { name: `Actions on ${name}` });
const entry = (page, name) => page.locator("main").getByRole("link", { name, exact: true });

for (const [size, viewport] of Object.entries(sizes))
  await walk(`a person keeps files in order, without script, on a ${size}`, { viewport, javaScriptEnabled: false }, async (page) => {
    const folder = `Été & co (${size})`;
    await signIn(page);
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
  });

await walk("a person brings back what was, without script", { viewport: sizes.desktop, javaScriptEnabled: false }, async (page) => {
  await signIn(page);
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
});

await walk("a person connects a program and revokes it, without script", { viewport: sizes.phone, javaScriptEnabled: false }, async (page) => {
  await signIn(page, "/devices");
  await page.getByLabel("What you call it").fill("Anna's laptop");
  await page.getByRole("button", { name: "Make a password" }).click();
  const password = await page.locator("dd code").nth(1).innerText();
  const enter = () =>
    fetch(`${base}/dav/`, { method: "PROPFIND", headers: { Depth: "0", Authorization: "Basic " + Buffer.from(`alice:${password}`).toString("base64") } });
  expect((await enter()).status, 207, "the program");
  await page.locator("main").getByRole("link", { name: "Devices" }).click();
  await page.getByRole("button", { name: "Revoke Anna's laptop" }).click();
  await page.getByText("No program or device is connected yet.").waitFor();
  expect((await enter()).status, 401, "the program, revoked");
});

await walk("what is refused is said, with a way back", { viewport: sizes.phone, javaScriptEnabled: false }, async (page) => {
  await signIn(page);
  await page.goto("/files/nothing/here");
  await page.getByRole("alert").waitFor();
  await page.getByRole("link", { name: "Back" }).click();
  await page.waitForURL((url) => url.pathname === "/files");
  await page.goto("/past?at=0");
  await page.getByRole("alert").waitFor();
});

const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const addresses = ["/files", "/files?find=k", "/files/kept.txt?about", "/trash", "/past", `/past?at=${Date.now()}`, "/files/nothing", "/sharing-statement", "/pair", "/devices"];
// Colours do not depend on the language, nor words on the size; where they are longest they need most room.
const sights = [
  ["en", "light", ["phone", "desktop"]],
  ["en", "dark", ["desktop"]],
  ["nl", "light", ["phone"]],
  ["fr", "light", ["phone"]],
  ["de", "light", ["phone"]],
];
for (const [language, colorScheme, seen] of sights)
  await walk(`every page can be read by everybody, ${language}, ${colorScheme}`, { bypassCSP: true, colorScheme, locale: language }, async (page) => {
    await page.goto("/sign-in");
    await check("/sign-in, nobody");
    await signIn(page);
    for (const address of addresses) {
      await page.goto(address);
      expect(await page.locator("html").getAttribute("lang"), language, `the language of ${address}`);
      await check(address);
    }

    async function check(what) {
      for (const size of seen) {
        const viewport = sizes[size];
        await page.setViewportSize(viewport);
        const found = await page.evaluate(
          async ([script, runOnly]) => {
            if (!window.axe) new Function(script)();
            const { violations } = await window.axe.run({ runOnly });
            return violations.map((one) => `${one.impact} ${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
          },
          [axe, rules],
        );
        expect(found.join("\n"), "", `${what} on a ${size}`);
        const width = await page.evaluate(() => document.documentElement.scrollWidth);
        if (width > viewport.width) throw new Error(`${what} is ${width} wide on a ${size}`);
        if (pictures) {
          mkdirSync(pictures, { recursive: true });
          await page.screenshot({ path: `${pictures}/${language}-${colorScheme}-${size}-${what.replaceAll(/[^a-z]+/g, "_")}.png`, fullPage: true });
        }
      }
    }
  });

await browser.close();
process.exit(failed ? 1 : 0);
