// The page of a folder with script: files and folders are dropped or chosen and sent so that they can be stopped and go on, members are chosen together, and keys do what the mouse does.
import { Transfer } from "./tus.js";

const AT_ONCE = 3;
const place = document.getElementById("transfers");
const words = JSON.parse(place.dataset.words);
const at = place.dataset.at;
const main = document.querySelector("main");
const language = document.documentElement.lang;
const say = (name, ...values) => words[name].replace(/\{(\d)\}/g, (_, index) => values[index]);
const guard = () => document.querySelector('input[name="guard"]').value;

function make(name, properties = {}, ...children) {
  const element = Object.assign(document.createElement(name), properties);
  element.append(...children);
  return element;
}

// As the pages of the server write it.
function sizeOf(bytes) {
  const units = ["B", "KiB", "MiB", "GiB", "TiB"];
  const power = bytes < 1 ? 0 : Math.min(units.length - 1, Math.floor(Math.log2(bytes) / 10));
  const digits = { maximumFractionDigits: power === 0 ? 0 : 1 };
  return `${new Intl.NumberFormat(language, digits).format(bytes / 1024 ** power)}\u00a0${units[power]}`;
}

// ---- What is on its way

const list = make("ul", { className: "list" });
const summary = make("p", { className: "quiet" });
summary.setAttribute("role", "status");
const panel = make("section", { className: "transfers", hidden: true }, make("h2", { textContent: words.uploads }), summary, list);
place.append(panel);
const transfers = [];
const folders = new Map();

function button(label, text, act) {
  const made = make("button", { type: "button", className: "second", textContent: text, onclick: act });
  made.setAttribute("aria-label", label);
  return made;
}

function add(file, folder) {
  const line = make("li");
  const name = make("span", { className: "name", textContent: file.name });
  const state = make("span", { className: "quiet" });
  const bar = make("progress", { max: Math.max(1, file.size), value: 0 });
  bar.setAttribute("aria-label", file.name);
  const pause = button(say("pause", file.name), "⏸", () => transfer.pause());
  const resume = button(say("resume", file.name), "▶", () => again(transfer));
  const cancel = button(say("cancel", file.name), "✕", () => transfer.cancel());
  line.append(make("span", {}, name, " ", state, bar), pause, resume, cancel);
  const transfer = new Transfer(file, folder, { to: place.dataset.to, guard, changed: () => show(), ...words });
  let asked = false;
  const show = () => {
    if (asked) return;
    asked = true;
    requestAnimationFrame(() => {
      asked = false;
      draw();
    });
  };
  function draw() {
    const percent = file.size === 0 ? "" : new Intl.NumberFormat(language, { style: "percent" }).format(transfer.sent / file.size);
    const texts = {
      waiting: words.waiting,
      running: `${say("running", sizeOf(transfer.sent), sizeOf(file.size))}${transfer.resumed ? ` · ${words.resumed}` : ""}`,
      paused: say("paused", percent),
      offline: words.offline,
      done: words.done,
      failed: transfer.sentence,
    };
    if (transfer.state === "cancelled") {
      line.remove();
      transfers.splice(transfers.indexOf(transfer), 1);
      settle();
      return;
    }
    state.textContent = texts[transfer.state];
    state.className = transfer.state === "failed" ? "alert" : "quiet";
    bar.value = file.size === 0 && transfer.state === "done" ? 1 : transfer.sent;
    bar.hidden = transfer.state === "done" || transfer.state === "failed";
    pause.hidden = !["running", "offline", "waiting"].includes(transfer.state);
    resume.hidden = !["paused", "failed"].includes(transfer.state);
    resume.setAttribute("aria-label", say(transfer.state === "failed" ? "retry" : "resume", file.name));
    cancel.hidden = transfer.state === "done";
    if (["done", "failed", "paused"].includes(transfer.state)) settle();
  }
  transfers.push(transfer);
  list.append(line);
  panel.hidden = false;
  draw();
}

const isBusy = (transfer) => transfer.state === "running" || transfer.state === "offline";

function again(transfer) {
  transfer.state = "waiting";
  transfer.sentence = "";
  transfer.options.changed();
  next();
}

function next() {
  for (const transfer of transfers) {
    if (transfers.filter(isBusy).length >= AT_ONCE) return;
    if (transfer.state !== "waiting") continue;
    transfer.state = "running";
    start(transfer);
  }
}

async function start(transfer) {
  try {
    await makeFolder(transfer.folder);
    await transfer.run();
  } catch (error) {
    transfer.fail(error.status ?? 0, error.message);
  }
  next();
}

// Each folder on the way once, and those above it before.
function makeFolder(folder) {
  if (folder === at) return Promise.resolve();
  if (!folders.has(folder)) {
    const cut = folder.lastIndexOf("/");
    const [above, name] = cut < 0 ? ["", folder] : [folder.slice(0, cut), folder.slice(cut + 1)];
    folders.set(
      folder,
      makeFolder(above).then(async () => {
        const made = await fetch(["/files", ...above.split("/").filter(Boolean).map(encodeURIComponent)].join("/"), {
          method: "POST",
          headers: { Accept: "application/json" },
          body: new URLSearchParams({ guard: guard(), act: "folder", name }),
        });
        if (made.ok) return;
        const problem = await made.json().catch(() => ({}));
        // What is there already is what is wanted.
        if (problem.code === "already-exists" || made.status === 405) return;
        folders.delete(folder);
        throw Object.assign(new Error(problem.detail ?? ""), { status: made.status });
      }),
    );
  }
  return folders.get(folder);
}

let shown = 0;
function settle() {
  if (transfers.some((transfer) => isBusy(transfer) || transfer.state === "waiting")) return;
  const done = transfers.filter((transfer) => transfer.state === "done").length;
  const failed = transfers.filter((transfer) => transfer.state === "failed").length;
  summary.textContent = failed > 0 ? say("someFailed", done, failed) : done > 0 ? say("allDone", done) : "";
  if (done > shown) {
    shown = done;
    refresh();
  }
}

// The listing as it is now, without the rest of the page.
async function refresh() {
  const response = await fetch(location.pathname + (new URLSearchParams(location.search).has("page") ? location.search : ""), { cache: "no-store" });
  if (!response.ok) return;
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  for (const part of ["listing", "room"]) {
    const [old, fresh] = [document.getElementById(part), page.getElementById(part)];
    if (old && fresh) old.replaceWith(fresh);
  }
  prepareListing();
}

addEventListener("beforeunload", (event) => {
  if (transfers.some((transfer) => isBusy(transfer) || transfer.state === "waiting")) event.preventDefault();
});

// ---- Where files come from

const below = (relative) => [at, ...relative.split("/").slice(0, -1)].filter(Boolean).join("/");

const form = document.querySelector('form[enctype="multipart/form-data"]');
const input = form.querySelector('input[type="file"]');
form.addEventListener("submit", (event) => {
  event.preventDefault();
  for (const file of input.files) add(file, at);
  form.reset();
  next();
});
if ("webkitdirectory" in input) {
  const whole = make("input", { type: "file", hidden: true, webkitdirectory: true });
  whole.addEventListener("change", () => {
    for (const file of whole.files) add(file, below(file.webkitRelativePath));
    whole.value = "";
    next();
  });
  form.append(make("button", { type: "button", className: "second", textContent: words.folder, onclick: () => whole.click() }), whole);
}

async function addEntry(entry, folder) {
  if (entry.isFile) {
    add(await new Promise((resolve, reject) => entry.file(resolve, reject)), folder);
    return;
  }
  const reader = entry.createReader();
  const inside = [folder, entry.name].filter(Boolean).join("/");
  let isEmpty = true;
  for (;;) {
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    isEmpty = false;
    for (const one of some) await addEntry(one, inside);
  }
  if (isEmpty) await makeFolder(inside);
}

const hint = make("div", { className: "drop", hidden: true, textContent: words.drop });
main.append(hint);
let inside = 0;
const hasFiles = (event) => event.dataTransfer?.types.includes("Files");
addEventListener("dragenter", (event) => {
  if (!hasFiles(event)) return;
  inside++;
  hint.hidden = false;
});
addEventListener("dragleave", (event) => {
  if (hasFiles(event) && --inside <= 0) hint.hidden = true;
});
addEventListener("dragover", (event) => {
  if (hasFiles(event)) event.preventDefault();
});
addEventListener("drop", async (event) => {
  if (!hasFiles(event)) return;
  event.preventDefault();
  inside = 0;
  hint.hidden = true;
  // What was dropped is known during the event only.
  const entries = [...event.dataTransfer.items].map((item) => item.webkitGetAsEntry?.() ?? null);
  const files = [...event.dataTransfer.files];
  const had = transfers.length;
  if (entries.every((entry) => entry !== null)) for (const entry of entries) await addEntry(entry, at).catch(() => {});
  else for (const file of files) add(file, at);
  if (transfers.length === had) await refresh();
  next();
});

// ---- What is chosen, and keys

const tools = document.getElementById("chosen");
const legend = tools.querySelector("legend");
const usual = legend.textContent;
const boxes = () => [...document.querySelectorAll('#listing tbody input[type="checkbox"]')];
const links = () => [...document.querySelectorAll("#listing tbody td:nth-child(2) a")];
let last = null;

function count() {
  const chosen = boxes().filter((box) => box.checked).length;
  tools.classList.toggle("idle", chosen === 0);
  legend.textContent = chosen === 0 ? usual : say("chosen", chosen);
  const all = document.querySelector("#listing thead input");
  if (all) {
    all.checked = chosen > 0 && chosen === boxes().length;
    all.indeterminate = chosen > 0 && !all.checked;
  }
}

function prepareListing() {
  const head = document.querySelector("#listing thead th");
  if (head) {
    const all = make("input", { type: "checkbox" });
    all.setAttribute("aria-label", document.getElementById("listing").dataset.all);
    all.addEventListener("change", () => {
      for (const box of boxes()) box.checked = all.checked;
      count();
    });
    head.replaceChildren(all);
  }
  last = null;
  count();
}

document.addEventListener("click", (event) => {
  const box = event.target.closest?.('#listing tbody input[type="checkbox"]');
  if (!box) return;
  if (event.shiftKey && last) {
    const all = boxes();
    const [from, to] = [all.indexOf(last), all.indexOf(box)].sort((a, b) => a - b);
    for (const one of all.slice(Math.max(0, from), to + 1)) one.checked = box.checked;
  }
  last = box;
  count();
});

document.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const target = event.target;
  const isWriting = target.matches('input:not([type="checkbox"]), textarea, select');
  if (event.key === "/" && !isWriting) {
    event.preventDefault();
    document.querySelector('input[type="search"]').focus();
    return;
  }
  if (isWriting) return;
  const all = links();
  const row = target.closest("#listing tbody tr");
  const index = row ? all.indexOf(row.querySelector("td:nth-child(2) a")) : -1;
  const go = (to) => {
    event.preventDefault();
    all[Math.min(Math.max(to, 0), all.length - 1)]?.focus();
  };
  switch (event.key) {
    case "ArrowDown":
      if (index >= 0 || target === document.body) go(index + 1);
      break;
    case "ArrowUp":
      if (index >= 0) go(index - 1);
      break;
    case "Home":
      if (index >= 0) go(0);
      break;
    case "End":
      if (index >= 0) go(all.length - 1);
      break;
    case " ":
      if (index >= 0 && target.matches("a")) {
        event.preventDefault();
        const box = row.querySelector("input");
        box.checked = !box.checked;
        count();
      }
      break;
    case "F2":
      if (index >= 0) {
        event.preventDefault();
        row.querySelector("td:last-child a").click();
      }
      break;
    case "Delete":
      if (index >= 0 && boxes().every((box) => !box.checked)) {
        row.querySelector("input").checked = true;
        count();
      }
      if (boxes().some((box) => box.checked)) tools.querySelector('button[value="remove"]').click();
      break;
  }
});

prepareListing();
