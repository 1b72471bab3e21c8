import type { Diagnostic } from "./generated/wire.js";

/** What {@link ParityGateError} is made with, beside its code and message. */
export interface ErrorDetails {
  /** What is wrong with the texts or the call, each with its place. */
  readonly diagnostics?: readonly Diagnostic[];
  /** The error behind this one. */
  readonly cause?: unknown;
}

/**
 * The job could not be done: a wrong argument, a wrong policy, a handle that was disposed.
 *
 * What is wrong with an input, or breaks a rule, is no error: the report says it.
 */
export class ParityGateError extends Error {
  /** Which mistake this is, stable across versions: `policy`, `disposed`, `no-clock`, `wrong-type`. */
  readonly code: string;
  /** What is wrong with the texts or the call, each with its place; often empty. */
  readonly diagnostics: readonly Diagnostic[];

  /** @internal */
  constructor(code: string, message: string, { diagnostics = [], cause }: ErrorDetails = {}) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = "ParityGateError";
    this.code = code;
    this.diagnostics = diagnostics;
  }
}

/** What a value is called in a message: never what it holds. */
export function called(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (value === undefined) return "not given";
  if (typeof value === "object") return `an object (${className(value)})`;
  return `a ${typeof value}`;
}

function className(value: object): string {
  try {
    return String(value.constructor?.name ?? "without a class");
  } catch {
    return "of a class that can't be told";
  }
}

/** The error for an argument of the wrong type. */
export function wrongType(name: string, expected: string, value: unknown): ParityGateError {
  return new ParityGateError("wrong-type", `${name} is ${called(value)}, and ${expected} is needed`);
}
