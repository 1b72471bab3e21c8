import { ParityGateError, called } from "./errors.js";
import type { Answers, Calls, Diagnostic, ErrorAnswer } from "./generated/wire.js";
import { isPlain, wellFormed } from "./texts.js";
import { NOT_LOADED, canHaveZones, forgetZones, zonesMissing, zonesNow } from "./zones.js";

/** What answers the calls: the addon for Node, or the WebAssembly module. */
export type Backend = "native" | "wasm";

/** One side of the engine: what a backend supplies. */
export interface Plug {
  /** Answers one call. */
  call(call: string, attachments: Uint8Array[]): string;
}

/** What a call waits for: the time-zone database; with what the engine says about it. */
export interface Zones {
  readonly zones: readonly Diagnostic[];
}

/** Makes a plug from 36 random bytes; throws a {@link ParityGateError} where it can't yet. */
export type Open = (random: Uint8Array) => Plug;

/** The engine, with what it holds for this realm. After a fault there is a new one, and the old one's handles are gone. */
export class Session {
  readonly #plug: Plug;
  /** Whether it is there: after a fault it is not. */
  alive = true;

  constructor(open: Open) {
    this.#plug = open(random());
  }

  /** Asks for something. */
  ask<V extends keyof Calls>(verb: V, params: Calls[V], attachments: Uint8Array[] = []): Answers[V] {
    const step = this.asking(verb, params, attachments).next();
    if (step.done === true) return step.value;
    throw zonesMissing(step.value.zones);
  }

  /**
   * Asks for something. Where that takes the time-zone database, it is handed in, and the call is made once more; where it
   * is not there yet, whoever runs this sees to it.
   */
  *asking<V extends keyof Calls>(verb: V, params: Calls[V], attachments: Uint8Array[] = []): Generator<Zones, Answers[V], void> {
    const answer = read(verb, this.askForText(verb, params, attachments));
    const missing = canHaveZones() ? answer.diagnostics.filter(({ code }) => code === NOT_LOADED) : [];
    if (missing.length === 0) return result(answer);
    // What it holds was made without the database.
    const handles = [answer.value?.engine, answer.value?.report, answer.value?.decision].filter((handle) => typeof handle === "number");
    if (handles.length > 0) this.ask("release", { handles });
    if (zonesNow() === undefined) yield { zones: missing };
    this.handInZones();
    return parse(verb, this.askForText(verb, params, attachments));
  }

  /** Hands in the time-zone database, where it is there. */
  handInZones(): void {
    const file = zonesNow();
    if (file === undefined) return;
    try {
      parse("zones", this.askForText("zones", { attachment: 0 }, [file]));
    } catch (error) {
      forgetZones();
      throw error;
    }
  }

  /** Asks for something, and leaves the answer as it is: `parse` reads it. */
  askForText<V extends keyof Calls>(verb: V, params: Calls[V], attachments: Uint8Array[] = []): string {
    const call = written({ wire: 1, [verb]: params });
    try {
      return this.#plug.call(call, attachments);
    } catch (cause) {
      this.alive = false;
      if (current === this) current = undefined;
      throw new ParityGateError("engine-fault", `the engine failed at \`${verb}\`; what it held is gone`, { cause });
    }
  }
}

/** A call as text. What JSON would drop or change without a word is refused. */
function written(call: object): string {
  const text = stringified(call);
  if (text.length > LARGEST_CALL) {
    throw new ParityGateError("call-too-large", `the call has ${text.length} of at most ${LARGEST_CALL} characters`);
  }
  return text;
}

const LOST = new Set(["bigint", "function", "symbol"]);

function stringified(call: object): string {
  // What stood in an option, before JSON took its own form of it: of a date, a map or a class.
  function refuse(this: { readonly [name: string]: unknown }, name: string, value: unknown): unknown {
    const own = this[name];
    const isLost = typeof value === "number" ? !Number.isFinite(value) : LOST.has(typeof value);
    const isOdd = typeof own === "object" && own !== null && !isPlain(own);
    if (isLost || isOdd) {
      const what = typeof value === "number" ? String(value) : called(own);
      throw new ParityGateError("wrong-type", `\`${name}\` is ${what}, which no option takes`);
    }
    if (typeof value === "string") wellFormed(`\`${name}\``, value);
    return value;
  }
  try {
    return JSON.stringify(call, refuse);
  } catch (cause) {
    if (cause instanceof ParityGateError) throw cause;
    throw new ParityGateError("wrong-type", "the options are no JSON: they are too deep, or hold themselves", { cause });
  }
}

/** How large a call may be, the texts beside it left out. */
const LARGEST_CALL = 32 * 1024 * 1024;

/** What an answer says. */
export function parse<V extends keyof Answers>(verb: V, text: string): Answers[V] {
  return result(read(verb, text));
}

/** An answer: what was asked for, or the error; and what either says about texts. */
type Read<V extends keyof Answers> = { readonly diagnostics: readonly Diagnostic[] } & (
  | { readonly value: Answers[V] & Outline; readonly error?: undefined }
  | { readonly value?: undefined; readonly error: ErrorAnswer }
);

/** What several answers have. */
interface Outline {
  readonly diagnostics?: readonly Diagnostic[];
  readonly engine?: unknown;
  readonly report?: unknown;
  readonly decision?: unknown;
}

function read<V extends keyof Answers>(verb: V, text: string): Read<V> {
  const answer = JSON.parse(text) as { [name: string]: unknown };
  if ("error" in answer) {
    const error = answer["error"] as ErrorAnswer;
    return { error, diagnostics: error.diagnostics };
  }
  const value = answer[verb] as Answers[V] & Outline;
  return { value, diagnostics: value.diagnostics ?? [] };
}

function result<V extends keyof Answers>({ value, error }: Read<V>): Answers[V] {
  if (error === undefined) return value as Answers[V];
  throw new ParityGateError(error.code, error.message, { diagnostics: error.diagnostics });
}

let opener: Open | undefined;
let current: Session | undefined;

/** Says how sessions are made: each entry of the package does, once. */
export function plugIn(open: Open): void {
  opener = open;
}

/** Takes another module from now on. What the one before holds stays there. */
export function switchTo(open: Open): void {
  opener = open;
  current = undefined;
}

let randomness: Uint8Array | undefined;

/** The same bytes for every session, so that fingerprints of one compare with those of another. */
function random(): Uint8Array {
  randomness ??= crypto.getRandomValues(new Uint8Array(36));
  return randomness;
}

/** The session of this realm. */
export function session(): Session {
  if (current === undefined) {
    if (opener === undefined) {
      throw new ParityGateError("not-ready", "the WebAssembly module is not there yet: `await init()` first");
    }
    current = new Session(opener);
  }
  return current;
}

/** Hands the time-zone database to the session of this realm, where it is there. */
export function handInZones(): void {
  session().handInZones();
}
