import { readFileSync } from "node:fs";

import { Session as Core, __wbg_reset_state as resetCore, initSync as loadCore } from "#core";
import { Session as Formats, __wbg_reset_state as resetFormats, initSync as loadFormats } from "#formats";

import type { Open } from "./session.js";
import { openWasm } from "./wasm-plug.js";
import type { ZonesFile } from "./zones.js";

/** The WebAssembly module that lies beside this file. */
const read = (name: string) => readFileSync(new URL(`./paritygate_${name}_bg.wasm`, import.meta.url));

const readZones = () => new Uint8Array(readFileSync(new URL("./zones.bin", import.meta.url)));

/** The time-zone database that lies beside this file: read when a zone is first named. */
export const zonesFile: ZonesFile = { now: readZones, later: async () => readZones() };

/** The module `core`, loaded when it is first used. */
export const openCore: Open = openWasm({ Session: Core, __wbg_reset_state: resetCore }, () => loadCore({ module: read("core") }));

/** The module `formats`, loaded when it is first used. */
export const openFormats: Open = openWasm({ Session: Formats, __wbg_reset_state: resetFormats }, () =>
  loadFormats({ module: read("formats") }),
);
