// Programs and devices.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { download, expect, signIn, sizes } from "../people.mjs";

async function make(page, name) {
  await page.getByLabel("What you call it").fill(name);
  await page.getByRole("button", { name: "Make a password" }).click();
  return page.locator("dd code").nth(1).innerText();
}

const enter = async (base, name, password) =>
  (
    await fetch(`${base}/dav/`, {
      method: "PROPFIND",
      headers: { Depth: "0", Authorization: "Basic " + Buffer.from(`${name}:${password}`).toString("base64") },
    })
  ).status;

const section = (page, title) => page.locator("details").filter({ has: page.getByText(title, { exact: true }) });

async function open(page, title) {
  if (
    !(await section(page, title)
      .getAttribute("open")
      .then((is) => is !== null))
  )
    await page.getByText(title, { exact: true }).click();
}

export const walks = [
  [
    "a person connects a program and revokes it, without script",
    { viewport: sizes.phone, javaScriptEnabled: false },
    async (page, { base }) => {
      await signIn(page, "alice", "/devices");
      const password = await make(page, "Anna's laptop");
      expect(await enter(base, "alice", password), 207, "the program");
      await open(page, "Phone and tablet");
      expect(
        await page.getByRole("link", { name: "Open in the app on this device" }).getAttribute("href"),
        `nc://login/server:${base}&user:alice&password:${password}`,
        "the link for the app",
      );
      await page.getByRole("img", { name: /QR code/ }).waitFor();
      await page.locator("main > p").getByRole("link", { name: "Devices" }).click();
      await page.getByRole("button", { name: "Revoke Anna's laptop" }).click();
      await page.getByText("No program or device is connected yet.").waitFor();
      expect(await enter(base, "alice", password), 401, "the program, revoked");
    },
  ],
  [
    "what the page says for rclone is understood by rclone",
    { viewport: sizes.desktop },
    async (page) => {
      await signIn(page, "bob", "/devices");
      await make(page, "rclone");
      await open(page, "rclone, on any computer");
      const [create, , block] = await section(page, "rclone, on any computer").locator("pre code").allInnerTexts();
      const home = mkdtempSync(`${tmpdir()}/walk-`);
      try {
        const run = (file, command, ...rest) => execFileSync(command, rest, { env: { ...process.env, RCLONE_CONFIG: `${home}/${file}` }, encoding: "utf8" });
        run("created", "sh", "-c", create);
        writeFileSync(`${home}/written`, block);
        for (const file of ["created", "written"]) run(file, "rclone", "lsd", "cloud:");
      } finally {
        rmSync(home, { recursive: true });
      }
      await page.locator("main > p").getByRole("link", { name: "Devices" }).click();
      await page.getByRole("button", { name: "Revoke rclone" }).click();
    },
  ],
  [
    "Windows is told what it needs, and whether it is here",
    { viewport: sizes.desktop },
    async (page) => {
      await signIn(page, "alice", "/devices/how");
      await open(page, "Windows");
      await page.getByRole("link", { name: "Test what Windows needs" }).click();
      for (const test of ["root", "tree", "password"]) await page.locator(`[data-test=${test}].good`).getByText("In order").waitFor();
      await page.getByText("The address begins with http. Windows sends no password").waitFor();
      const settings = await download(page, page.getByRole("link", { name: "Download webclient.reg" }), "utf16le");
      expect(settings.split("\r\n")[0], "\ufeffWindows Registry Editor Version 5.00", "the file for Windows");
      expect(settings.includes('"FileSizeLimitInBytes"=dword:ffffffff\r\n'), true, "the limit of Windows");
    },
  ],
];

export const addresses = [
  ["/devices", "alice"],
  ["/devices/how", "alice"],
  ["/devices/windows", "alice"],
];
