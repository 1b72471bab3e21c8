import { Session as Module, __wbg_reset_state as startAnew } from "#wasm";

import type { Open } from "./session.js";

/** Makes plugs of the WebAssembly module, which `ready` sees to. */
export function openWasm(ready: () => void): Open {
  let opened = false;
  return (random) => {
    ready();
    // A second session is asked for after a fault only: then what is in the module's memory is not to be trusted.
    if (opened) startAnew();
    opened = true;
    return new Module(random);
  };
}
