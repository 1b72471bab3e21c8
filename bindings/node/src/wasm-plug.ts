import type { Open, Plug } from "./session.js";

/** What the JavaScript around a WebAssembly module offers. */
export interface Module {
  /** One side of the engine in the module. */
  readonly Session: new (random: Uint8Array) => Plug;
  /** Forgets the module's state, and makes it anew. */
  readonly __wbg_reset_state: () => void;
}

/** Makes plugs of a WebAssembly module, which `ready` sees to. */
export function openWasm(module: Module, ready: () => void): Open {
  let opened = false;
  return (random) => {
    ready();
    // A second session is asked for after a fault only: then what is in the module's memory is not to be trusted.
    if (opened) module.__wbg_reset_state();
    opened = true;
    return new module.Session(random);
  };
}
