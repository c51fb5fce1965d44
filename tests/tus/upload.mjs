// Uploads a file with tus-js-client: upload.mjs ENDPOINT USER:PASSWORD FILE NAME STORE [STOP_AFTER_BYTES]
// What goes on is remembered in STORE, so that the same call goes on after a stop. Prints where it began and ended.
import { createReadStream, statSync } from "node:fs";
import tus from "tus-js-client";

const [endpoint, user, file, name, store, stop] = process.argv.slice(2);
let began = null;
const upload = new tus.Upload(createReadStream(file), {
  endpoint,
  headers: { Authorization: "Basic " + Buffer.from(user).toString("base64") },
  chunkSize: 1 << 20,
  uploadSize: statSync(file).size,
  metadata: { filename: name, filetype: "application/octet-stream" },
  urlStorage: new tus.FileUrlStorage(store),
  retryDelays: [0, 500, 1000, 2000],
  removeFingerprintOnSuccess: true,
  onChunkComplete(size, accepted) {
    began ??= accepted - size;
    if (stop && accepted >= Number(stop)) {
      console.log(`stopped ${began} ${accepted}`);
      process.exit(0);
    }
  },
  onSuccess() {
    console.log(`done ${began ?? "-"} ${upload.url}`);
  },
  onError(error) {
    console.error(String(error));
    process.exit(1);
  },
});
const former = await upload.findPreviousUploads();
if (former.length > 0) upload.resumeFromPreviousUpload(former[0]);
upload.start();
