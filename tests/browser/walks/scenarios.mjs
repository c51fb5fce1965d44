// The list of scenarios.md, a walk for each person.
import { readFileSync } from "node:fs";
import { about, signIn, sizes, upload } from "../people.mjs";

const lines = readFileSync(new URL("../scenarios.md", import.meta.url), "utf8")
  .split("\n")
  .map((text, index) => ({ number: index + 1, cells: text.split("|").map((cell) => cell.trim()) }))
  .filter(({ cells }) => cells.length === 6)
  .slice(2)
  .map(({ number, cells: [, person, page, does, sees] }) => ({ number, person, page, does, sees }));

const parts = (text) => (text === "-" ? [] : text.split(/\s*;\s*/).filter(Boolean));

// The way there is the one thing that is found by more than what is read.
async function step(page, text, notes) {
  const [, verb, rest] = /^(\S+)\s*(.*)$/.exec(text);
  const [name, value] = rest.split(/\s*=\s*/);
  const exact = { name, exact: true };
  switch (verb) {
    case "press":
      return page.locator("main").getByRole("button", exact).first().click();
    case "follow":
      return name.startsWith("Actions on ") ? about(page, name.slice(11)).click() : page.locator("main").getByRole("link", exact).first().click();
    case "fill":
      return page.locator("main").getByLabel(name, { exact: true }).fill(value);
    case "choose":
      return page.getByLabel(name, { exact: true }).check();
    case "upload":
      return upload(page, name, value);
    case "note":
      notes[name] = await page.getByLabel(value, { exact: true }).inputValue();
      return undefined;
    case "sign":
      return page.getByRole("button", { name: "Sign out", exact: true }).click();
    default:
      throw new Error(`nobody knows how to ${verb}`);
  }
}

const notes = {};
const noted = (text) => text.replace(/\{(\w+)\}/g, (_, name) => notes[name]);

async function play(page, line) {
  await page.goto(noted(line.page));
  for (const one of parts(line.does)) await step(page, noted(one), notes);
  for (const one of parts(line.sees)) {
    const [, not, text] = /^(!?)\s*(.*)$/.exec(one);
    await page
      .locator("body")
      .filter(not ? { hasNotText: text } : { hasText: text })
      .waitFor({ timeout: 20_000 })
      .catch(async () => {
        const seen = (await page.locator("body").innerText()).split(/\s*\n\s*/).join(" | ");
        throw new Error(`${not ? "there is" : "there is no"} "${text}" in: ${seen.slice(0, 600)}`);
      });
  }
}

export const walks = [...new Set(lines.map((line) => line.person))].map((person) => [
  `the scenes of ${person}`,
  { viewport: sizes.phone },
  async (page) => {
    const failures = [];
    if (person !== "nobody" && person !== "friend") await signIn(page, person);
    for (const line of lines.filter((one) => one.person === person))
      await play(page, line).catch((error) => failures.push(`line ${line.number} (${line.page}): ${error.message.split("\n")[0]}`));
    if (failures.length > 0) throw new Error(failures.join("\n"));
  },
]);
