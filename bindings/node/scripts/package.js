// The built package: one runtime each for the addon and for the WebAssembly module.

import { pathToFileURL } from "node:url";
import { join, resolve } from "node:path";

/** Where the package was built. */
export const PACKAGE = resolve(import.meta.dirname, "../../../target/node/package");

/** The package's code, by what answers in it. */
export async function load(backend) {
  const file = { native: "node.js", wasm: "node-wasm.js" }[backend];
  const api = await import(pathToFileURL(join(PACKAGE, "dist", file)).href);
  if (api.backend !== backend) throw new Error(`${backend} was asked for, and ${api.backend} answers`);
  return api;
}
