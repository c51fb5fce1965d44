// One file on its way by tus 1.0: it can be stopped and goes on where it stopped, also in another visit, when the same file is chosen again.

const WAITS = [1, 2, 5, 10, 20, 30];
const PATIENCE = 4;

/** What is refused, in the words of the server. */
export class Refused extends Error {
  constructor(status, sentence) {
    super(sentence ?? "");
    this.status = status;
  }
}

const base64 = (text) => btoa(String.fromCharCode(...new TextEncoder().encode(text)));
const sleep = (seconds, signal) =>
  new Promise((resolve, reject) => {
    const end = () => {
      removeEventListener("online", end);
      clearTimeout(timer);
      signal.removeEventListener("abort", end);
      if (signal.aborted) reject(signal.reason);
      else resolve();
    };
    const timer = setTimeout(end, seconds * 1000);
    addEventListener("online", end);
    signal.addEventListener("abort", end);
  });

async function sentenceOf(response) {
  try {
    return (await response.json()).detail;
  } catch {
    return undefined;
  }
}

export class Transfer {
  /**
   * @param {File} file What is sent.
   * @param {string} folder Where it goes, segments from the top with slashes between them.
   * @param {{ to: string, guard: () => string, changed: () => void }} options Where uploads are, what proves that a page of ours asks, and who is told of each step.
   */
  constructor(file, folder, options) {
    this.file = file;
    this.folder = folder;
    this.options = options;
    this.sent = 0;
    this.state = "waiting";
    this.sentence = "";
    this.key = `upload ${folder}/${file.name} ${file.size} ${file.lastModified}`;
  }

  /** Sends what is not there yet; ends when everything is, when it is paused, or when it is refused. */
  async run() {
    if (this.state === "done") return;
    this.stop = new AbortController();
    this.set("running");
    let failures = 0;
    for (;;) {
      const before = this.sent;
      try {
        await this.find();
        await this.send();
        localStorage.removeItem(this.key);
        this.set("done");
        return;
      } catch (error) {
        if (this.stop.signal.aborted) {
          this.set(this.state === "cancelled" ? "cancelled" : "paused");
          return;
        }
        if (error instanceof Refused && error.status < 500 && error.status !== 409 && error.status !== 429) {
          this.fail(error.status, error.message);
          return;
        }
        if (error instanceof Refused && error.status === 507) {
          this.fail(507, error.message);
          return;
        }
        failures = this.sent > before ? 0 : failures + 1;
        if (error instanceof Refused && failures > PATIENCE) {
          this.fail(error.status, error.message);
          return;
        }
        this.set("offline");
        try {
          await sleep(WAITS[Math.min(failures, WAITS.length - 1)], this.stop.signal);
        } catch {
          this.set(this.state === "cancelled" ? "cancelled" : "paused");
          return;
        }
        this.set("running");
      }
    }
  }

  /** Stops for a while. */
  pause() {
    this.stop?.abort();
    if (this.state === "waiting") this.set("paused");
  }

  /** Gives it up, here and there. */
  async cancel() {
    this.state = "cancelled";
    this.stop?.abort();
    localStorage.removeItem(this.key);
    this.options.changed();
    if (this.address) await fetch(this.address, { method: "DELETE", headers: this.headers() }).catch(() => {});
  }

  // How far it is: of this visit, of an earlier one, or nowhere yet.
  async find() {
    this.address ??= localStorage.getItem(this.key);
    if (this.address) {
      const found = await fetch(this.address, { method: "HEAD", headers: this.headers(), signal: this.stop.signal, cache: "no-store" });
      if (found.ok && Number(found.headers.get("Upload-Length")) === this.file.size) {
        this.sent = Number(found.headers.get("Upload-Offset"));
        this.resumed = this.sent > 0;
        this.options.changed();
        return;
      }
      if (found.status === 401) throw new Refused(401);
      if (!found.ok && found.status !== 404 && found.status !== 410) throw new Refused(found.status);
      localStorage.removeItem(this.key);
      this.address = undefined;
    }
    const about = [`filename ${base64(this.file.name)}`, `lastModified ${base64(String(this.file.lastModified))}`];
    if (this.folder) about.push(`path ${base64(this.folder)}`);
    if (this.file.type) about.push(`filetype ${base64(this.file.type)}`);
    const begun = await fetch(this.options.to, {
      method: "POST",
      headers: { ...this.headers(), "Upload-Length": String(this.file.size), "Upload-Metadata": about.join(",") },
      signal: this.stop.signal,
    });
    if (!begun.ok) throw new Refused(begun.status, await sentenceOf(begun));
    this.sent = 0;
    this.address = begun.headers.get("Location");
    // Nothing is left to send of a file without content.
    this.isWhole = this.file.size === 0;
    if (!this.isWhole) localStorage.setItem(this.key, this.address);
  }

  async send() {
    if (this.isWhole) return;
    // Read before it is sent, so that a file that is gone is told from a line that is down.
    const rest = this.file.slice(this.sent);
    try {
      await rest.slice(0, 1).arrayBuffer();
    } catch {
      throw new Refused(400, this.options.unreadable);
    }
    await new Promise((resolve, reject) => {
      // The only way to see how much of a body has gone.
      const request = new XMLHttpRequest();
      const start = this.sent;
      const abort = () => request.abort();
      this.stop.signal.addEventListener("abort", abort);
      request.open("PATCH", this.address);
      for (const [name, value] of Object.entries(this.headers())) request.setRequestHeader(name, value);
      request.setRequestHeader("Content-Type", "application/offset+octet-stream");
      request.setRequestHeader("Upload-Offset", String(start));
      request.upload.onprogress = (event) => {
        this.sent = start + event.loaded;
        this.options.changed();
      };
      request.onloadend = () => {
        this.stop.signal.removeEventListener("abort", abort);
        if (request.status === 204) {
          this.sent = this.file.size;
          resolve();
          return;
        }
        if (request.status === 0) {
          reject(new Error());
          return;
        }
        let sentence;
        try {
          sentence = JSON.parse(request.responseText).detail;
        } catch {
          sentence = undefined;
        }
        reject(new Refused(request.status, sentence));
      };
      request.send(rest);
    });
  }

  headers() {
    return { "Tus-Resumable": "1.0.0", "X-Form-Guard": this.options.guard() };
  }

  fail(status, sentence) {
    this.sentence = status === 401 ? this.options.signedOut : sentence || this.options.failed;
    this.set("failed");
  }

  set(state) {
    if (this.state === "cancelled" && state !== "cancelled") return;
    this.state = state;
    this.options.changed();
  }
}
