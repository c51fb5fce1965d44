// Signing in: the second step, sessions, and what is deleted for good.
import { createHmac } from "node:crypto";
import { expect, signIn, sizes, upload, about } from "../people.mjs";

// A code as an app on a phone makes it (RFC 6238).
function codeOf(key, time = Date.now()) {
  const bits = [...key.replaceAll(" ", "")].map((letter) => "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567".indexOf(letter).toString(2).padStart(5, "0")).join("");
  const secret = Buffer.from(bits.match(/.{8}/g).map((one) => parseInt(one, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigInt64BE(BigInt(Math.floor(time / 30_000)));
  const mac = createHmac("sha1", secret).update(counter).digest();
  return String((mac.readUInt32BE(mac[19] & 15) & 0x7fffffff) % 1_000_000).padStart(6, "0");
}

export const walks = [
  [
    "a person takes a second step to sign in, and turns it off again, without script",
    { viewport: sizes.phone, javaScriptEnabled: false },
    async (page, { browser, base }) => {
      await signIn(page, "carol", "/security");
      await page.getByRole("link", { name: "Set it up" }).click();
      await page.getByRole("button", { name: "Go on" }).click();
      await page.getByRole("img", { name: "The key, for the camera of the app" }).waitFor();
      const key = await page.locator("dd code").first().innerText();
      await page.getByLabel("The code that the app shows").fill(codeOf(key));
      await page.getByRole("button", { name: "Turn on" }).click();
      const codes = await page.locator(".codes code").allInnerTexts();
      expect(codes.length, 10, "the recovery codes");
      await page.getByRole("link", { name: "I have kept them" }).click();
      await page.getByText("Recovery codes left: 10").waitFor();

      const other = await (await browser.newContext({ baseURL: base, locale: "en", javaScriptEnabled: false })).newPage();
      await other.goto("/files");
      await other.locator("#name").fill("carol");
      await other.locator("#password").fill("demo");
      await other.locator("main form:has(#password) button").click();
      await other.getByLabel("Code").fill("000000");
      await other.getByRole("button", { name: "Sign in" }).click();
      await other.getByRole("alert").getByText("The code is wrong").waitFor();
      await other.getByLabel("Code").fill(codes[0]);
      await other.getByRole("button", { name: "Sign in" }).click();
      await other.waitForURL((url) => url.pathname === "/files");
      await other.context().close();

      await page.goto("/security");
      await page.getByRole("button", { name: "Sign out of all other browsers" }).click();
      await page.getByRole("link", { name: "Change it" }).click();
      await page.getByLabel("Code").fill(codes[1]);
      await page.getByRole("button", { name: "Turn the second step off" }).click();
      await page.getByText("It is off").waitFor();
    },
  ],
  [
    "a person deletes something for good, without script",
    { viewport: sizes.desktop, javaScriptEnabled: false },
    async (page) => {
      await signIn(page, "alice");
      await upload(page, "secret plan.txt", "nobody must see it");
      await about(page, "secret plan.txt").click();
      await page.getByRole("button", { name: "Delete", exact: true }).click();
      await page.goto("/trash");
      await page.getByRole("link", { name: "Delete for good: secret plan.txt" }).click();
      await page.getByText("This cannot be undone.").waitFor();
      await page.getByRole("button", { name: "Delete for good" }).click();
      await page.waitForURL((url) => url.pathname === "/trash");
      expect(await page.getByText("secret plan.txt").count(), 0, "what was deleted for good");
    },
  ],
];

export const addresses = [
  ["/sign-in"],
  ["/take-back/a-link"],
  ["/security", "alice"],
  ["/security/second-factor", "alice"],
  ["/security/again", "alice"],
  ["/trash/purge", "alice"],
];

// So that the page with the key is looked at.
export async function prepare(page) {
  await page.goto("/security/second-factor");
  await page.getByRole("button", { name: "Go on" }).click();
}
