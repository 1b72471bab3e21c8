import { readFileSync } from "node:fs";

import { initSync } from "#wasm";

/** Loads the WebAssembly module that lies beside this file. */
export function loadModule(): void {
  initSync({ module: readFileSync(new URL("./paritygate_bg.wasm", import.meta.url)) });
}
