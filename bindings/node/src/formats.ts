import load, { Session, __wbg_reset_state } from "#formats";

import type { ModuleSource } from "./browser.js";
import type { Open } from "./session.js";
import { openWasm } from "./wasm-plug.js";

/** Loads the module `formats`: a file of its own, so that only who needs it fetches it. */
export async function openFormats(source?: ModuleSource | Promise<ModuleSource>): Promise<Open> {
  await load({ module_or_path: (await source) ?? new URL("./paritygate_formats_bg.wasm", import.meta.url) });
  return openWasm({ Session, __wbg_reset_state }, () => {});
}
