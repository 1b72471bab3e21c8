/**
 * The package in browsers: `await init()` before all else.
 *
 * @packageDocumentation
 */
import load, { Session, __wbg_reset_state } from "#core";

import { ParityGateError } from "./errors.js";
import { type Backend, plugIn, switchTo } from "./session.js";
import { openWasm } from "./wasm-plug.js";

export * from "./api.js";

/** What answers the calls. */
export const backend: Backend = "wasm";

/** Where the WebAssembly module comes from: its address, its bytes, a response that holds it, or the module itself. */
export type ModuleSource = string | URL | Response | BufferSource | WebAssembly.Module;

let ready = false;

plugIn(
  openWasm({ Session, __wbg_reset_state }, () => {
    if (!ready) throw new ParityGateError("not-ready", "the WebAssembly module is not there yet: `await init()` first");
  }),
);

/** Loads the WebAssembly module: from beside this file, where nothing else is said. The second time, it does nothing. */
export async function init(source?: ModuleSource | Promise<ModuleSource>): Promise<void> {
  try {
    await load({ module_or_path: (await source) ?? new URL("./paritygate_core_bg.wasm", import.meta.url) });
    ready = true;
  } catch (cause) {
    throw new ParityGateError("not-ready", "the WebAssembly module can't be loaded", { cause });
  }
}

/**
 * Loads the module `formats`, which is larger: it reads every input format, and holds the manual pages and the schemas.
 * What was compiled and imported before stays, and works together with what comes after.
 *
 * @param source The module, where it is not to be fetched from beside this file.
 */
export async function loadFormats(source?: ModuleSource | Promise<ModuleSource>): Promise<void> {
  try {
    const { openFormats } = await import("./formats.js");
    switchTo(await openFormats(source));
  } catch (cause) {
    throw new ParityGateError("not-ready", "the WebAssembly module `formats` can't be loaded", { cause });
  }
}
