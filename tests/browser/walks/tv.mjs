// The television: let in from a phone, and used with a remote control alone.
import { execFileSync } from "node:child_process";
import { readFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parse } from "acorn";
import { expect, screens, signIn, sizes } from "../people.mjs";

function film() {
  const folder = mkdtempSync(join(tmpdir(), "clouddav-film-"));
  try {
    const file = join(folder, "film.mp4");
    execFileSync("ffmpeg", [
      "-v",
      "error",
      "-f",
      "lavfi",
      "-i",
      "testsrc=duration=2:size=320x180:rate=10",
      "-c:v",
      "libx264",
      "-pix_fmt",
      "yuv420p",
      "-movflags",
      "+faststart",
      file,
    ]);
    return readFileSync(file);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

async function picture(page, text, color) {
  await page.setContent(
    `<body style="margin:0;background:${color};font:bold 90px sans-serif;color:white;display:grid;place-items:center;height:100vh">${text}</body>`,
  );
  return page.screenshot();
}

const focused = (page) =>
  page.evaluate(() => document.activeElement.textContent.trim() || document.activeElement.getAttribute("alt") || document.activeElement.tagName);

export const walks = [
  [
    "the script of the TV is one that old sets can read",
    {},
    async () => {
      parse(readFileSync(new URL("../../../src/CloudDav.Server/Pages/Assets/tv.js", import.meta.url), "utf8"), { ecmaVersion: 5 });
    },
  ],
  [
    "a TV is let in from a phone, shows albums, pictures and a film by remote control, and is revoked",
    { viewport: screens.hd, bypassCSP: true, userAgent: "Mozilla/5.0 (SMART-TV; Linux; Tizen 5.0) AppleWebKit/537.36 Chrome/63" },
    async (tv, { browser, base, check }) => {
      const phone = await (await browser.newContext({ baseURL: base, locale: "en", viewport: sizes.phone })).newPage();
      await signIn(phone, "carol");
      const draw = await (await browser.newContext({ viewport: { width: 640, height: 360 } })).newPage();
      const files = [
        { name: "Beach.png", mimeType: "image/png", buffer: await picture(draw, "Beach", "#247") },
        { name: "Castle.png", mimeType: "image/png", buffer: await picture(draw, "Castle", "#742") },
        { name: "Film.mp4", mimeType: "video/mp4", buffer: film() },
      ];
      await phone.getByLabel("New folder").fill("Holiday");
      await phone.getByRole("button", { name: "Create" }).click();
      await phone.goto("/files/Holiday");
      await phone.getByLabel("Files from this device").setInputFiles(files);
      await phone.getByRole("button", { name: "Upload", exact: true }).click();
      await phone.getByText("3 uploaded").waitFor();

      await tv.goto("/tv");
      await tv.getByText("Scan this with your phone.").waitFor();
      const code = await tv.locator(".code").innerText();
      await check(tv, "/tv, not let in", "hd");
      await check(tv, "/tv, not let in", "fullhd");
      await phone.goto("/pair");
      await phone.getByLabel("Code on the TV").fill(code);
      await phone.getByRole("button", { name: "Go on" }).click();
      await phone.getByText("Samsung TV").waitFor();
      await phone.getByRole("button", { name: "Grant access" }).click();
      await phone.getByText("The TV is connected").first().waitFor();

      await tv.getByText("All photos and videos").waitFor();
      expect(await focused(tv), "All photos and videos", "what has the focus first");
      await tv.keyboard.press("ArrowDown");
      await tv.getByRole("link", { name: "Holiday" }).waitFor();
      expect((await focused(tv)).startsWith("Holiday"), true, "what is below");
      await tv.keyboard.press("Enter");
      await tv.waitForURL(/\/tv\/albums\/\d+$/);
      expect(await focused(tv), "Beach", "the first of an album");
      await tv.locator(".picture.image.shown").nth(1).waitFor();
      await tv.locator(".picture.video.shown").waitFor();
      await tv.keyboard.press("ArrowRight");
      expect(await focused(tv), "Castle", "what is to the right");
      await tv.keyboard.press("ArrowLeft");
      await tv.keyboard.press("Enter");
      await tv.getByRole("img", { name: "Beach.png" }).waitFor();
      expect(await tv.locator("img.full").evaluate((image) => image.decode().then(() => image.naturalWidth > 0)), true, "the picture");
      await check(tv, "/tv, a picture", "hd");
      await check(tv, "/tv, a picture", "fullhd");
      await tv.keyboard.press("ArrowRight");
      await tv.getByRole("img", { name: "Castle.png" }).waitFor();
      await tv.keyboard.press("ArrowRight");
      const video = tv.locator("video");
      await video.waitFor();
      await tv.waitForFunction(() => document.querySelector("video").readyState >= 2);
      await tv.keyboard.press("ArrowRight");
      expect(await video.evaluate((one) => one.currentTime > 1), true, "where the film is after a jump");
      await tv.keyboard.press("Escape");
      await tv.waitForURL(/\/tv\/albums\/\d+$/);
      expect(await focused(tv), "Beach", "where the focus was");

      // A slideshow turns its pages by itself, over the end of the film, and stops.
      const album = new URL(tv.url()).pathname;
      await tv.keyboard.press("Enter");
      await tv.getByRole("link", { name: "Slideshow" }).click();
      await tv.getByRole("img", { name: "Beach.png" }).waitFor();
      const slides = new URL(tv.url());
      await tv.getByRole("img", { name: "Castle.png" }).waitFor({ timeout: 15_000 });
      await tv.locator("video").waitFor({ timeout: 15_000 });
      const last = new URL(tv.url()).pathname;
      await tv.keyboard.press("Escape");
      await tv.waitForURL(/\/tv\/albums\/\d+$/);

      for (const [language, size] of [
        ["nl", "hd"],
        ["fr", "hd"],
        ["de", "fullhd"],
        ["en", "fullhd"],
      ]) {
        const storageState = await tv.context().storageState();
        const other = await browser.newContext({ baseURL: base, locale: language, bypassCSP: true, storageState });
        const page = await other.newPage();
        for (const way of ["/tv", "/tv/timeline", album, last, slides.pathname + slides.search, "/tv/leave"]) {
          await page.goto(way);
          expect(await page.locator("html").getAttribute("lang"), language, `the language of ${way}`);
          await check(page, way, size);
        }
        await other.close();
      }

      await phone.goto("/devices");
      await phone.getByRole("button", { name: "Revoke Samsung TV" }).click();
      await phone.getByText("No program or device is connected yet.").waitFor();
      await tv.goto("/tv/timeline");
      await tv.getByText("Scan this with your phone.").waitFor();
      await phone.context().close();
      await draw.context().close();
    },
  ],
];
