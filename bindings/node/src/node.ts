/**
 * The package in Node: with the addon where it loads, and the WebAssembly module elsewhere.
 *
 * @packageDocumentation
 */
import { createRequire } from "node:module";

import { openFormats, zonesFile } from "./node-module.js";
import { type Backend, type Open, type Plug, plugIn } from "./session.js";
import { zonesFrom } from "./zones.js";

export * from "./api.js";

const addon = loadAddon();

/** What answers the calls. */
export const backend: Backend = addon === undefined ? "wasm" : "native";

// On a server the larger module costs nothing that matters, and nothing has to be loaded on demand.
plugIn(addon ?? openFormats);
// The addon carries the time-zone database; the module has it read when a zone is named.
if (addon === undefined) zonesFrom(zonesFile);

/** Makes the package ready. Nothing needs to be awaited in Node: this is here so that one program runs everywhere. */
export async function init(): Promise<void> {}

/** Nothing needs to be loaded in Node: this is here so that one program runs everywhere. */
export async function loadFormats(): Promise<void> {}

/** Nothing needs to be loaded in Node: this is here so that one program runs everywhere. */
export async function loadZones(): Promise<void> {}

/** The addon, where there is one for this machine. */
function loadAddon(): Open | undefined {
  try {
    const load = createRequire(import.meta.url);
    const { Session } = load(`./paritygate.${process.platform}-${process.arch}.node`) as {
      Session: new (random: Uint8Array) => Plug;
    };
    return (random) => new Session(random);
  } catch {
    // None for this platform, or built against another C library: the module answers the same.
    return undefined;
  }
}
