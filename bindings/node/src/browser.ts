/**
 * The package in browsers: `await init()` before all else.
 *
 * @packageDocumentation
 */
import load, { Session, __wbg_reset_state } from "#core";

import { ParityGateError } from "./errors.js";
import { type Backend, handInZones, plugIn, switchTo } from "./session.js";
import { openWasm } from "./wasm-plug.js";
import { zonesFrom, zonesLater } from "./zones.js";

export * from "./api.js";

/** What answers the calls. */
export const backend: Backend = "wasm";

/** Where the WebAssembly module comes from: its address, its bytes, a response that holds it, or the module itself. */
export type ModuleSource = string | URL | Response | BufferSource | WebAssembly.Module;

/** Where the time-zone database comes from: its address, its bytes, or a response that holds it. */
export type ZonesSource = string | URL | Response | BufferSource;

let ready = false;

zonesFrom({ later: () => bytesOf(new URL("./zones.bin", import.meta.url)) });

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

/**
 * Loads the time-zone database, `zones.bin`, from beside this file, where nothing else is said. It is needed where a policy, a
 * manifest or a request names a time zone other than UTC; functions whose name ends in `Async` load it by themselves then,
 * and others throw a {@link ParityGateError} with the code `zones-not-loaded`. The second time, it does nothing.
 *
 * @param source The database, where it is not to be fetched from beside this file.
 */
export async function loadZones(source?: ZonesSource | Promise<ZonesSource>): Promise<void> {
  await zonesLater(source === undefined ? undefined : async () => bytesOf(await source));
  // Before `init()` there is nobody to hand it to; then it is handed in when it is needed.
  if (ready) handInZones();
}

async function bytesOf(source: ZonesSource): Promise<Uint8Array> {
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  const response = source instanceof Response ? source : await fetch(source as string | URL);
  if (!response.ok) throw new Error(`${response.url}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}
