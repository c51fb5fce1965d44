// Walks over the pages in Chromium: walk.mjs BASE [DIRECTORY FOR PICTURES] [AREA]
// An area is a file in walks/, which exports
//   walks      [[name, options of the browser's context, async (page, { browser, base, check }) => {...}], ...];
//              check(page, what, size) lets axe look, in a context with bypassCSP
//   addresses  [[address, name of the person], ...], which axe looks at in every language; no name for nobody
//   prepare    async (page) => {...}, optional: what alice does before axe looks
//   needs      [name, ...], optional: what the environment has to tell of what is around the server
// Prints "ok NAME" or "FAIL NAME: why" for each, and how many there were; the exit code is 1 when one failed.
import { readdirSync, readFileSync, mkdirSync } from "node:fs";
import { createRequire } from "node:module";
import { chromium } from "playwright-core";
import { screens, signIn, sizes } from "./people.mjs";

const [base, pictures, area] = process.argv.slice(2);
const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
// Colours do not depend on the language, nor anything but them on the scheme; where words are longest they need most room.
const colours = "color-contrast";
const all = { runOnly: rules };
const words = { runOnly: rules, rules: { [colours]: { enabled: false } } };
// In a whole run every page is seen in every language, and otherwise in English and in one of the others.
const isWhole = Boolean(process.env.CLOUDDAV_TESTS_FULL) || Boolean(pictures);
// What a page may take to be sent, with what it is made of but for pictures.
const mostBytes = 200_000;
const others = ["nl", "fr", "de"];
const sights = [
  ["en", "light", ["phone", "desktop"], all],
  ["en", "dark", ["desktop"], { runOnly: [colours] }],
  ["nl", "light", ["phone"], words],
  ["fr", "light", ["phone"], words],
  ["de", "light", ["phone"], words],
];
const browser = await chromium.launch({ executablePath: "/usr/bin/chromium", args: ["--no-sandbox", "--disable-gpu"] });
const found = await Promise.all(
  readdirSync(new URL("walks/", import.meta.url))
    .filter((file) => !area || file === `${area}.mjs`)
    .sort()
    .map(async (file) => ({ area: file.replace(".mjs", ""), walks: [], addresses: [], ...(await import(`./walks/${file}`)) })),
);
const areas = found.filter(({ area, needs = [] }) => {
  const missing = needs.filter((name) => !process.env[name]);
  if (missing.length > 0) console.log(`not walked: ${area}, without ${missing.join(", ")}`);
  return missing.length === 0;
});
let walked = 0;
let failed = 0;

async function walk(name, options, steps) {
  const context = await browser.newContext({ baseURL: base, locale: "en", ...options });
  context.setDefaultTimeout(60_000);
  const page = await context.newPage();
  const problems = [];
  page.on("pageerror", (error) => problems.push(error.message));
  page.on("console", (message) => {
    if (/Content Security Policy/.test(message.text())) problems.push(message.text());
  });
  walked++;
  const begun = performance.now();
  try {
    await steps(page, { browser, base, check });
    if (problems.length > 0) throw new Error(problems.join("\n"));
    console.log(`ok ${name} (${((performance.now() - begun) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed++;
    console.log(`FAIL ${name}: ${error.message.split("\n").join(" / ")}`);
    if (pictures) await page.screenshot({ path: `${directory()}/failed-${walked}.png`, fullPage: true }).catch(() => {});
  } finally {
    await context.close();
  }
}

function directory() {
  mkdirSync(pictures, { recursive: true });
  return pictures;
}

for (const { walks } of areas) for (const [name, options, steps] of walks) await walk(name, options, steps);
for (const { prepare, area } of areas)
  if (prepare)
    await walk(`what is looked at in ${area} is there`, {}, async (page, context) => {
      await signIn(page, "alice");
      await prepare(page, context);
    });

const people = new Map();
for (const { addresses } of areas) for (const [address, person] of addresses) people.set(person, [...(people.get(person) ?? []), address]);
const looks = sights.flatMap(([language, colorScheme, seen, options]) =>
  [...people].map(
    ([person, addresses]) =>
      () =>
        walk(
          `every page can be read by everybody, ${person ?? "nobody"}, ${language}, ${colorScheme}`,
          { bypassCSP: true, colorScheme, locale: language },
          async (page) => {
            await page.addInitScript({ content: axe });
            if (person) await signIn(page, person);
            for (const [index, address] of addresses.entries()) {
              if (!isWhole && others.includes(language) && others[index % others.length] !== language) continue;
              await page.goto(address);
              const tag = await page.locator("html").getAttribute("lang");
              if (tag !== language) throw new Error(`${address} is in ${tag} instead of ${language}`);
              for (const size of seen) await check(page, address, size, options);
            }
          },
        ),
  ),
);
for (const look of looks) await look();

async function check(page, what, size, options = all) {
  const viewport = { ...sizes, ...screens }[size];
  await page.setViewportSize(viewport);
  // Put in once: it is large.
  if (!(await page.evaluate(() => "axe" in window))) await page.evaluate(`${axe}\nundefined`);
  const found = await page.evaluate(async (options) => {
    const { violations } = await window.axe.run({ ...options, resultTypes: ["violations"], preload: false });
    return violations.map((one) => `${one.impact} ${one.id}: ${one.nodes.map((node) => node.html).join(" ")}`);
  }, options);
  if (found.length > 0) throw new Error(`${what} on a ${size}: ${found.join("\n")}`);
  const [width, bytes] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    performance
      .getEntries()
      .filter(({ entryType, initiatorType }) => entryType === "navigation" || (entryType === "resource" && !["img", "video", "audio", "fetch", "xmlhttprequest"].includes(initiatorType)))
      .reduce((sum, one) => sum + one.encodedBodySize, 0),
  ]);
  if (!(bytes > 0 && bytes < mostBytes)) throw new Error(`${what} takes ${bytes} bytes without its pictures`);
  if (width > viewport.width) throw new Error(`${what} is ${width} wide on a ${size}`);
  if (pictures) {
    const [{ lang }, dark] = await page.evaluate(() => [{ lang: document.documentElement.lang }, matchMedia("(prefers-color-scheme: dark)").matches]);
    const name = `${lang}-${dark ? "dark" : "light"}-${size}-${what.replaceAll(/[^a-z]+/g, "_")}`;
    await page.screenshot({ path: `${directory()}/${name}.png`, fullPage: true });
  }
}

await browser.close();
console.log(`${walked} walks, ${failed} failed`);
process.exit(failed > 0 || walked === 0 ? 1 : 0);
