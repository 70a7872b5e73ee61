// Reads every file of a wish with @contentauth/c2pa-wasm and prints what it says: node peer.mjs PACKAGE WISH
import { readFile } from "node:fs/promises";

const [home, wish] = process.argv.slice(2);
const { default: init, WasmReader } = await import(`${home}/pkg/c2pa.js`);
await init({ module_or_path: await readFile(`${home}/pkg/c2pa_bg.wasm`) });
const { settings, files } = JSON.parse(await readFile(wish, "utf8"));
const found = {};
for (const { name, path, mime } of files) {
  try {
    const reader = await WasmReader.fromBytes(mime, new Uint8Array(await readFile(path)), JSON.stringify(settings));
    found[name] = { report: JSON.parse(reader.json()) };
    reader.free();
  } catch (error) {
    found[name] = { error: String(error) };
  }
}
process.stdout.write(JSON.stringify(found));
