/**
 * The package in Node, with the WebAssembly module whatever addon there is: `paritygate/wasm`.
 *
 * @packageDocumentation
 */
import { openCore, openFormats } from "./node-module.js";
import { type Backend, plugIn, switchTo } from "./session.js";

export * from "./api.js";

/** What answers the calls. */
export const backend: Backend = "wasm";

/** Makes the package ready. Nothing needs to be awaited in Node: this is here so that one program runs everywhere. */
export async function init(): Promise<void> {}

/** Takes the module `formats` from now on: every input format, the manual pages and the schemas. */
export async function loadFormats(): Promise<void> {
  switchTo(openFormats);
}

plugIn(openCore);
