// Checks a receipt in the browser, from what is written on the page: the digest, the leaf, and the way up to the
// checkpoint's root (RFC 9162, 2.1.3.2). The server's own word about it is not used.

const shown = (id) => document.getElementById(id)?.textContent.trim() ?? "";
const hex = (buffer) => Array.from(new Uint8Array(buffer), (byte) => byte.toString(16).padStart(2, "0")).join("");
const unhex = (text) => Uint8Array.from(text.match(/../g) ?? [], (pair) => parseInt(pair, 16));
const join = (...parts) => new Uint8Array(parts.flatMap((part) => [...part]));
const sha256 = async (part) => new Uint8Array(await crypto.subtle.digest("SHA-256", part));
const utf8 = (text) => new TextEncoder().encode(text);

async function rootOf(leaf, index, size, path) {
  let [at, last] = [index, size - 1];
  let hash = await sha256(join([0], leaf));
  for (const step of path) {
    if (last === 0) return null;
    if (at % 2 === 1 || at === last) {
      hash = await sha256(join([1], step, hash));
      while (at % 2 === 0 && at !== 0) [at, last] = [at >> 1, last >> 1];
    } else {
      hash = await sha256(join([1], hash, step));
    }
    [at, last] = [at >> 1, last >> 1];
  }
  return last === 0 ? hex(hash) : null;
}

async function check(place) {
  const digest = hex(await sha256(join(unhex(shown("salt")), utf8(shown("payload")))));
  if (digest !== shown("digest")) return "Your browser has computed the digest: it is NOT the one above.";
  const { index, size } = place.dataset;
  if (!index) return "Your browser has computed the digest: it is the one above.";
  const leaf = await sha256(join(unhex(shown("entry-salt")), utf8(shown("body"))));
  const path = shown("path").split("\n").filter(Boolean).map(unhex);
  const [, , root] = shown("checkpoint").split("\n");
  const found = await rootOf(leaf, Number(index), Number(size), path);
  const wanted = hex(Uint8Array.from(atob(root), (c) => c.charCodeAt(0)));
  const holds = hex(leaf) === shown("leaf") && shown("body").includes(digest) && found === wanted;
  return holds
    ? "Your browser has computed it too: the digest is the one above, and it leads to the signed checkpoint."
    : "Your browser has computed it too: the digest does NOT lead to the checkpoint.";
}

const place = document.getElementById("here");
if (place && window.crypto?.subtle) place.textContent = await check(place);
