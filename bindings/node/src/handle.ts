/// <reference lib="esnext.disposable" preserve="true" />
import { ParityGateError } from "./errors.js";
import type { Session } from "./session.js";

/** What the engine holds under a number, until it is released. */
export interface Held {
  readonly session: Session;
  readonly handle: number;
  /** Why it is held no more. */
  gone?: "disposed" | "released";
}

const forgotten = new FinalizationRegistry<Held>((held) => release(held, "released"));

/** Lets go of what the engine holds. */
export function release(held: Held, why: "disposed" | "released"): void {
  const isHeld = held.gone === undefined;
  if (isHeld || why === "disposed") held.gone = why;
  if (!isHeld) return;
  forgotten.unregister(held);
  if (!held.session.alive) return;
  try {
    held.session.ask("release", { handles: [held.handle] });
  } catch (error) {
    // After a fault of the engine, everything is released.
    if (!(error instanceof ParityGateError)) throw error;
  }
}

/** Where `using` is not known yet, `dispose()` still is. */
const DISPOSE: typeof Symbol.dispose = Symbol.dispose ?? (Symbol.for("Symbol.dispose") as typeof Symbol.dispose);

/**
 * Something that the engine holds. Memory is freed by `dispose()`, at the end of a `using` block, or some time after
 * the last reference to it is gone.
 */
export abstract class Handle {
  readonly #held: Held;

  /** @internal */
  protected constructor(held: Held) {
    if (typeof held?.session !== "object") {
      throw new ParityGateError("wrong-type", "handles are made by the functions of this package, and not with `new`");
    }
    this.#held = held;
    forgotten.register(this, held, held);
  }

  /** Whether it was disposed: then every use is an error with the code `disposed`. */
  get disposed(): boolean {
    return this.#held.gone === "disposed";
  }

  /** Frees what the engine holds; does nothing the second time. */
  dispose(): void {
    release(this.#held, "disposed");
  }

  /** Frees what the engine holds, at the end of a `using` block. */
  [DISPOSE](): void {
    this.dispose();
  }

  /** @internal */
  protected get use(): Held {
    return used(this.#held, className(this));
  }
}

/** What a handle is called: bundlers write an underscore before names that they use twice. */
export function className(handle: Handle): string {
  return handle.constructor.name.replace(/^_/, "");
}

/** What is still held; else an error that says why it is not. */
export function used(held: Held, what: string): Held {
  if (held.gone === "disposed") throw new ParityGateError("disposed", `this ${what} was disposed: keep it until its last use`);
  if (!held.session.alive) {
    throw new ParityGateError("released", `this ${what} is gone: the engine failed since, or it is another thread's`);
  }
  return held;
}
