import { type CheckOptions, type FilesAsyncOptions, type FilesOptions, checking } from "./check.js";
import type { Decision } from "./decision.js";
import { Environment } from "./environment.js";
import { ParityGateError } from "./errors.js";
import type { CompiledRule, Diagnostic } from "./generated/wire.js";
import { Handle, type Held } from "./handle.js";
import { supply, supplyAsync } from "./needs.js";
import {
  type EngineGateAsyncOptions,
  type EngineGateOptions,
  type EngineReplayOptions,
  type EngineWhenOptions,
  type Openings,
  type Recorded,
  type Replayed,
  gating,
  lookingAhead,
  replaying,
} from "./promotion.js";
import type { Report } from "./report.js";
import { session } from "./session.js";
import { Attachments, type Files, type Policy, type Source, given } from "./texts.js";

/** An engine, and what is wrong with its policies. */
export interface Compiled {
  /** The engine. It holds every rule that could be compiled. */
  readonly engine: Engine;
  /** Whether nothing is wrong with the policies. */
  readonly ok: boolean;
  /** What is wrong with the policies. */
  readonly diagnostics: Diagnostic[];
}

/** Compiled policies: compile once, check often. */
export class Engine extends Handle {
  /** The rules that it holds, in their order. */
  readonly rules: readonly CompiledRule[];

  private constructor(held: Held, rules: readonly CompiledRule[]) {
    super(held);
    this.rules = rules;
  }

  /**
   * Compiles policies; the pack `recommended` where there is none.
   *
   * @throws {@link ParityGateError} with the code `policy` and all diagnostics, where something is wrong with them.
   */
  static compile(policies: Policy | readonly Policy[] = []): Engine {
    const { engine, ok, diagnostics } = Engine.tryCompile(policies);
    if (ok) return engine;
    engine.dispose();
    const first = diagnostics.find(({ level }) => level === "error");
    throw new ParityGateError("policy", `the policies are wrong: ${first?.message ?? "see the diagnostics"}`, { diagnostics });
  }

  /** Compiles policies, and says what is wrong with them instead of throwing it. */
  static tryCompile(policies: Policy | readonly Policy[] = []): Compiled {
    const attachments = new Attachments();
    const current = session();
    const answer = current.ask("compile", { policies: attachments.policies(policies) }, attachments.list);
    const engine = new Engine({ session: current, handle: answer.engine }, answer.rules);
    return { engine, ok: answer.ok, diagnostics: answer.diagnostics };
  }

  /** Checks imported environments. */
  check(environments: readonly Environment[], options: CheckOptions): Report;
  /** Checks files: each is used, as if a user had named them one by one. */
  check(files: Files, options: FilesOptions): Report;
  check(subject: readonly Environment[] | Files, options: FilesOptions): Report {
    const { read, ...rest } = given(options);
    return supply(checking(this.use, subject, each(subject, rest)), read);
  }

  /** Checks files with a `read` that may take its time. */
  async checkAsync(files: Files, options: FilesAsyncOptions): Promise<Report> {
    const { read, ...rest } = given(options);
    return supplyAsync(checking(this.use, files, each(files, rest)), read);
  }

  /**
   * Decides a promotion: may what the request names go from one environment to the other, now?
   *
   * Denied is a decision as well. A pipeline comes from the manifest among `files`; environments from there, or from
   * `environments`.
   *
   * @throws {@link ParityGateError} with the code `promotion` and all diagnostics, where the request, the facts or the files
   * are broken; with `no-clock` where neither `now` nor the request's `evaluateAt` says what time it is.
   */
  gate(request: Source, options: EngineGateOptions = {}): Decision {
    const { read, ...rest } = given(options);
    return supply(gating(this.use, { ...rest, request }), read);
  }

  /** {@link Engine.gate} with a `read` that may take its time; it fetches the time-zone database where it is needed. */
  async gateAsync(request: Source, options: EngineGateAsyncOptions = {}): Promise<Decision> {
    const { read, ...rest } = given(options);
    return supplyAsync(gating(this.use, { ...rest, request }), read);
  }

  /**
   * The next times at which the gates are open together.
   *
   * @throws {@link ParityGateError} with the code `promotion` where a text is broken.
   */
  when(options: EngineWhenOptions): Openings {
    const { read, ...rest } = given(options);
    return supply(lookingAhead(this.use, rest), read);
  }

  /**
   * Makes a recorded decision again, and says what is another.
   *
   * @throws {@link ParityGateError} with the code `promotion` where a text is broken, `not-a-decision` where the record is.
   */
  replay(recorded: Recorded, options: EngineReplayOptions): Replayed {
    const { read, ...rest } = given(options);
    return supply(replaying(this.use, recorded, rest), read);
  }
}

function each<T extends object>(subject: readonly Environment[] | Files, options: T): T {
  return Array.isArray(subject) ? options : { names: "each", ...options };
}
