/**
 * The package in Node, with the WebAssembly module whatever addon there is: `paritygate/wasm`.
 *
 * @packageDocumentation
 */
import { type Backend, plugIn } from "./session.js";
import { loadModule } from "./node-module.js";
import { openWasm } from "./wasm-plug.js";

export * from "./api.js";

/** What answers the calls. */
export const backend: Backend = "wasm";

/** Makes the package ready. Nothing needs to be awaited in Node: this is here so that one program runs everywhere. */
export async function init(): Promise<void> {}

plugIn(openWasm(loadModule));
