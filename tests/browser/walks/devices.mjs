// Programs and devices.
import { expect, signIn, sizes } from "../people.mjs";

export const walks = [
  [
    "a person connects a program and revokes it, without script",
    { viewport: sizes.phone, javaScriptEnabled: false },
    async (page, { base }) => {
      await signIn(page, "alice", "/devices");
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
    },
  ],
];

export const addresses = [["/devices", "alice"]];
