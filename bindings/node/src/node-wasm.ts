/**
 * The package in Node, with the WebAssembly module whatever addon there is: `paritygate/wasm`.
 *
 * @packageDocumentation
 */
import { openCore, openFormats, zonesFile } from "./node-module.js";
import { type Backend, handInZones, plugIn, switchTo } from "./session.js";
import { zonesFrom } from "./zones.js";

export * from "./api.js";

/** What answers the calls. */
export const backend: Backend = "wasm";

/** Makes the package ready. Nothing needs to be awaited in Node: this is here so that one program runs everywhere. */
export async function init(): Promise<void> {}

/** Takes the module `formats` from now on: every input format, the manual pages and the schemas. */
export async function loadFormats(): Promise<void> {
  switchTo(openFormats);
}

/** Loads the time-zone database. Nothing needs to be awaited in Node, where it is read when a zone is named. */
export async function loadZones(): Promise<void> {
  handInZones();
}

plugIn(openCore);
zonesFrom(zonesFile);
