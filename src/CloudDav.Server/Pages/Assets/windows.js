// Asks what the network drive of Windows asks first, and says whether it would be content. Nothing is sent that says who is signed in.
const ask = (method, path) =>
  fetch(path, { method, credentials: "omit", cache: "no-store", redirect: "manual", headers: method === "PROPFIND" ? { Depth: "0" } : {} });

const isCollection = ({ ok, headers }) =>
  ok && /(^|,)\s*1\s*(,|$)/.test(headers.get("DAV") || "") && /(^|,)\s*2\s*(,|$)/.test(headers.get("DAV") || "") && /DAV/i.test(headers.get("MS-Author-Via") || "");

const tests = {
  certificate: async () => window.isSecureContext,
  root: async () => isCollection(await ask("OPTIONS", "/")),
  tree: async () => isCollection(await ask("OPTIONS", "/dav/")),
  password: async () => {
    const { status, headers } = await ask("PROPFIND", "/dav/");
    return status === 401 && /^Basic /i.test(headers.get("WWW-Authenticate") || "");
  },
};

for (const row of document.querySelectorAll("[data-test]")) {
  const { test, good, bad } = row.dataset;
  tests[test]()
    .catch(() => false)
    .then((isGood) => {
      row.className = isGood ? "good" : "bad";
      row.querySelector(".result").textContent = isGood ? good : bad;
    });
}
