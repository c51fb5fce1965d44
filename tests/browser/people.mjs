// What people do on several pages, for the walks.
import { readFileSync } from "node:fs";

export const sizes = { phone: { width: 390, height: 780 }, desktop: { width: 1280, height: 800 } };

export const screens = { hd: { width: 1280, height: 720 }, fullhd: { width: 1920, height: 1080 } };

export function expect(seen, wanted, what) {
  if (seen !== wanted) throw new Error(`${what}: ${JSON.stringify(seen)} instead of ${JSON.stringify(wanted)}`);
}

// At a page that asks who it is, or at the one of the files.
export async function signIn(page, person, at = "/files") {
  await page.goto(at);
  await page.locator("#name").fill(person);
  await page.locator("#password").fill("demo");
  await page.locator("main form:has(#password) button").click();
  await page.waitForURL((url) => url.pathname === at);
}

export async function upload(page, name, text) {
  await page.getByLabel("Files from this device").setInputFiles({ name, mimeType: "text/plain", buffer: Buffer.from(text) });
  await page.getByRole("button", { name: "Upload", exact: true }).click();
}

export async function download(page, link, encoding = "utf8") {
  const [file] = await Promise.all([page.waitForEvent("download"), link.click()]);
  return readFileSync(await file.path(), encoding);
}

export const about = (page, name) => page.getByRole("link", { name: `Actions on ${name}` });
export const entry = (page, name) => page.locator("main").getByRole("link", { name, exact: true });
