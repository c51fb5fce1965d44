// Pictures by when they were taken.
import { execFileSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, signIn, sizes } from "../people.mjs";

const head = { Authorization: "Basic " + Buffer.from("alice:demo").toString("base64") };

// A JPEG with the segment in which cameras say when.
function dated(jpeg, taken) {
  const tiff = Buffer.alloc(26 + 18 + 20);
  tiff.write("II*\0", 0, "latin1");
  tiff.writeUInt32LE(8, 4);
  const field = (at, tag, type, count, value) => {
    tiff.writeUInt16LE(tag, at);
    tiff.writeUInt16LE(type, at + 2);
    tiff.writeUInt32LE(count, at + 4);
    tiff.writeUInt32LE(value, at + 8);
  };
  tiff.writeUInt16LE(1, 8);
  field(10, 0x8769, 4, 1, 26);
  tiff.writeUInt16LE(1, 26);
  field(28, 0x9003, 2, 20, 44);
  tiff.write(`${taken}\0`, 44, "latin1");
  const said = Buffer.concat([Buffer.from("Exif\0\0", "latin1"), tiff]);
  const segment = Buffer.from([0xff, 0xe1, (said.length + 2) >> 8, (said.length + 2) & 255]);
  return Buffer.concat([jpeg.subarray(0, 2), segment, said, jpeg.subarray(2)]);
}

async function paint(page, base, name, taken, hue) {
  const text = await page.evaluate((hue) => {
    const canvas = Object.assign(document.createElement("canvas"), { width: 900, height: 600 });
    const paper = canvas.getContext("2d");
    const sky = paper.createLinearGradient(0, 0, 0, 600);
    sky.addColorStop(0, `hsl(${hue} 70% 45%)`);
    sky.addColorStop(1, `hsl(${hue + 40} 60% 80%)`);
    paper.fillStyle = sky;
    paper.fillRect(0, 0, 900, 600);
    paper.fillStyle = "#0006";
    paper.ellipse(450, 640, 600, 200, 0, 0, 7);
    paper.fill();
    return canvas.toDataURL("image/jpeg", 0.8).split(",")[1];
  }, hue);
  const put = await fetch(`${base}/dav/${name}`, { method: "PUT", headers: head, body: dated(Buffer.from(text, "base64"), taken) });
  if (put.status >= 300) throw new Error(`${name}: ${put.status}`);
}

async function prepare(page, { base }) {
  await fetch(`${base}/dav/Coast`, { method: "MKCOL", headers: head });
  await paint(page, base, "Coast/beach.jpg", "2021:07:08 09:10:11", 200);
  await paint(page, base, "Coast/dunes.jpg", "2021:07:09 18:00:00", 40);
  await paint(page, base, "snow.jpg", "2019:01:02 03:04:05", 260);
}

// Each preview is made by a process of its own, which a busy machine takes its time for.
const there = (page) =>
  page.waitForFunction(
    () => {
      const images = [...document.querySelectorAll(".photos img, .viewer img")];
      return images.length > 0 && images.every((image) => image.naturalWidth > 16);
    },
    undefined,
    { timeout: 60_000 },
  );

export const walks = [
  [
    "a person looks at photos by the day they were taken, with keys",
    { viewport: sizes.desktop },
    async (page, context) => {
      await signIn(page, "alice", "/photos");
      await page.getByText("There are no photos or videos in your cloud yet.").waitFor();
      await prepare(page, context);
      await page.goto("/photos");
      await there(page);
      // The months are those that the cameras say, once that is known.
      await page.goto("/photos");
      const titles = await page.locator("h2").allInnerTexts();
      expect(titles.join(), "July 2021,January 2019", "the months");
      await page.getByRole("link", { name: "beach.jpg, 8 July 2021" }).click();
      await page.waitForURL(/view\/Coast\/beach/);
      await there(page);
      await page.keyboard.press("ArrowRight");
      await page.waitForURL(/view\/snow/);
      await page.keyboard.press("ArrowLeft");
      await page.waitForURL(/view\/Coast\/beach/);
      await page.keyboard.press("Escape");
      await page.waitForURL((url) => url.pathname === "/photos");
    },
  ],
  [
    "a person goes from photo to photo on a phone, without script",
    { viewport: sizes.phone, javaScriptEnabled: false },
    async (page) => {
      await signIn(page, "alice", "/photos");
      await page.getByLabel("Month").selectOption({ label: "January 2019" });
      await page.getByRole("button", { name: "Show" }).click();
      expect(await page.locator(".photos li").count(), 1, "photos until January 2019");
      await page.getByRole("link", { name: /snow.jpg/ }).click();
      await page.getByText("2 January 2019 at 03:04").waitFor();
      await page.goto("/files/Coast");
      await page.getByRole("link", { name: "As photos" }).click();
      await page.getByRole("link", { name: /beach.jpg/ }).click();
      await page.getByRole("link", { name: "Next", exact: true }).click();
      await page.waitForURL(/dunes/);
      await page.getByRole("link", { name: "Back to the photos" }).click();
      await page.waitForURL(/folder\/Coast/);
    },
  ],
  [
    "a person swipes from photo to photo, and goes to a place in a film that was not loaded",
    { viewport: sizes.phone, hasTouch: true, isMobile: true },
    async (page, { base }) => {
      await signIn(page, "alice", "/photos");
      const touch = await page.context().newCDPSession(page);
      const swipe = async (from, to) => {
        const { y, height } = await page.locator(".viewer").boundingBox();
        const across = y + height / 2;
        await touch.send("Input.dispatchTouchEvent", { type: "touchStart", touchPoints: [{ x: from, y: across }] });
        await touch.send("Input.dispatchTouchEvent", { type: "touchMove", touchPoints: [{ x: to, y: across + 5 }] });
        await touch.send("Input.dispatchTouchEvent", { type: "touchEnd", touchPoints: [] });
      };
      await page.goto("/photos/view/Coast/beach.jpg");
      await there(page);
      await swipe(300, 60);
      await page.waitForURL(/view\/snow/);
      await there(page);
      await swipe(60, 300);
      await page.waitForURL(/view\/Coast\/beach/);

      const folder = mkdtempSync(join(tmpdir(), "clouddav-film-"));
      try {
        const film = join(folder, "film.mp4");
        // 15 MB; where everything is in it stands at its end.
        execFileSync("ffmpeg", [..."-v error -f lavfi -i testsrc2=size=320x240:rate=25 -t 60 -c:v libx264 -preset ultrafast -pix_fmt yuv420p -g 25 -b:v 2M -minrate 2M -maxrate 2M -bufsize 2M -x264-params nal-hrd=cbr".split(" "), film]);
        const put = await fetch(`${base}/dav/Coast/film.mp4`, { method: "PUT", headers: head, body: readFileSync(film) });
        expect(put.status, 201, "the film");
      } finally {
        rmSync(folder, { recursive: true });
      }
      const ranges = [];
      page.on("response", (response) => response.status() === 206 && ranges.push(response.headers()["content-range"]));
      await page.goto("/photos/view/Coast/film.mp4");
      const [length, place] = await page.locator("video").evaluate(async (video) => {
        const happens = (event) => new Promise((resolve, reject) => [video.addEventListener(event, resolve), video.addEventListener("error", () => reject(new Error(video.error?.message)))]);
        if (video.readyState < 1) await happens("loadedmetadata");
        video.currentTime = 45;
        await happens("seeked");
        return [video.duration, video.currentTime];
      });
      expect([Math.round(length), place].join(), "60,45", "the length and the place");
      if (!ranges.some((range) => /^bytes [1-9]\d{5,}-/.test(range))) throw new Error(`the film came as ${ranges.join()}`);
    },
  ],
];

export const addresses = [
  ["/photos", "alice"],
  ["/photos/folder/Coast", "alice"],
  ["/photos/view/Coast/beach.jpg", "alice"],
];
