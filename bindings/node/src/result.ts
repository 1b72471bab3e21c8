import { ParityGateError } from "./errors.js";
import type { Answers, Calls } from "./generated/wire.js";
import { Handle, type Held, className, release, used } from "./handle.js";
import { parse } from "./session.js";

/** What the engine answers once and holds as data: the verbs that answer it. */
type Verb = "report" | "decision";

/** A report or a decision that the engine holds, or held: then its data is here as text. */
export interface HeldResult extends Held {
  text?: string;
}

/**
 * How many reports and decisions the engine holds, of each. Older ones are taken over as text: nothing tells a program that
 * makes thousands of them in one go which ones it has forgotten.
 */
const MOST_HELD = 32;
const held: { readonly [V in Verb]: Set<HeldResult> } = { report: new Set(), decision: new Set() };

/** How a report or a decision is written. */
export interface FormatOptions {
  /** Whether to colour with ANSI escapes; not by default. */
  readonly color?: boolean;
  /** How many columns a line may have; 100 by default. */
  readonly width?: number;
  /** Whether marks may be other than ASCII; they may by default. */
  readonly unicode?: boolean;
  /** Whether to show what is usually only counted. */
  readonly verbose?: boolean;
}

/** What the engine answered and holds: its data is fetched when it is first looked at. */
export abstract class Result<V extends Verb> extends Handle {
  readonly #held: HeldResult;
  readonly #verb: V;
  #data: Answers[V] | undefined;

  /** @internal */
  protected constructor(result: HeldResult, verb: V) {
    super(result);
    this.#held = result;
    this.#verb = verb;
    take(result, verb);
  }

  /** The whole of it, as `schemas/report.schema.json` or `schemas/decision.schema.json` describes it. */
  get data(): Answers[V] {
    if (this.#held.gone === "disposed") used(this.#held, className(this));
    if (this.#data === undefined) {
      const { text } = this.#held;
      this.#data = parse(this.#verb, text ?? asText(this.use, this.#verb));
      delete this.#held.text;
    }
    return this.#data;
  }

  /** Frees what the engine holds. The outline stays; the findings are gone. */
  override dispose(): void {
    super.dispose();
    held[this.#verb].delete(this.#held);
    delete this.#held.text;
    this.#data = undefined;
  }

  /** What `JSON.stringify` writes: the whole of it. */
  toJSON(): Answers[V] {
    return this.data;
  }

  /** @internal Its number. */
  get number(): Held {
    if (this.#held.gone === "released") {
      const name = className(this);
      const why = `${MOST_HELD} newer ones were made since; use it before, or dispose those that are done`;
      throw new ParityGateError("released", `this ${name} is only held as data by now: ${why}`);
    }
    return this.use;
  }

  /** @internal */
  format(name: string, options: FormatOptions): string {
    const { session, handle } = this.number;
    return session.ask("format", { ...options, [this.#verb]: handle, format: name }).text;
  }
}

function take(result: HeldResult, verb: Verb): void {
  const all = held[verb];
  all.add(result);
  const [oldest] = all;
  if (all.size <= MOST_HELD || oldest === undefined) return;
  all.delete(oldest);
  if (oldest.gone !== undefined) return;
  oldest.text ??= asText(oldest, verb);
  release(oldest, "released");
}

function asText<V extends Verb>({ session, handle }: Held, verb: V): string {
  return session.askForText(verb, { [verb]: handle } as unknown as Calls[V]);
}
