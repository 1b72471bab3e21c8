import { type FilesOptions, noList, project } from "./check.js";
import { Decision } from "./decision.js";
import { Environment } from "./environment.js";
import { ParityGateError, wrongType } from "./errors.js";
import { format } from "./format.js";
import type { Answers, Calls, Diagnostic, Need, Opening, PromotionParams, Transition } from "./generated/wire.js";
import { type Held, release } from "./handle.js";
import { type Instant, instant, written } from "./instant.js";
import { type ReadAsync, type Underway, supply, supplyAsync } from "./needs.js";
import { type Session, session } from "./session.js";
import { Attachments, type Files, type Policy, type Source, given } from "./texts.js";

/** What stands beside a promotion: facts, environments, and how files are read. */
export interface PromotionOptions extends Omit<FilesOptions, "now" | "only"> {
  /**
   * What other systems printed, such as deployments or approvals: it counts as imported, where facts in the request are only
   * asserted. One text, or a list of them; a text that is itself a list goes into a list.
   */
  readonly facts?: Source | readonly Source[];
  /** Imported environments that gates judge, beside those of the files. */
  readonly environments?: readonly Environment[];
}

/** What a promotion is judged by without a compiled engine. */
interface WithPolicies {
  /** Policies to apply instead of those of the manifest. */
  readonly policies?: Policy | readonly Policy[];
}

/** What a promotion is judged by with one. */
interface WithFiles {
  /** The files of the project: the manifest with the pipeline, and what the environments are read from. */
  readonly files?: Files;
}

/** How a promotion is decided by an engine. */
export interface EngineGateOptions extends PromotionOptions, WithFiles {
  /**
   * The instant to judge for: `new Date()`, or another. Where it is left out the request's `evaluateAt` counts, and the
   * decision says so (`clock: "request"`). The engine has no clock.
   */
  readonly now?: Instant;
}

/** How a promotion of a project is decided. */
export interface GateOptions extends PromotionOptions, WithPolicies {
  /** What is asked: a promotion request. */
  readonly request: Source;
  /**
   * The instant to judge for: `new Date()`, or another. Where it is left out the request's `evaluateAt` counts, and the
   * decision says so (`clock: "request"`). The engine has no clock.
   */
  readonly now?: Instant;
}

/** What to look ahead for with an engine. */
export interface EngineWhenOptions extends PromotionOptions, WithFiles {
  /** From when on: `new Date()`, or another instant. The engine has no clock. */
  readonly now: Instant;
  /** Until when; ten years ahead where it is absent. */
  readonly until?: Instant;
  /** How many openings to answer at most; 5 by default. */
  readonly count?: number;
  /** Whether to answer when each gate opens and shuts as well; that needs `until`. */
  readonly transitions?: boolean;
  /** A promotion request: then everything that depends on time counts. Without one only the calendar does. */
  readonly request?: Source;
  /** The environment that a promotion comes from, where there is no request. */
  readonly from?: string;
  /** The environment that a promotion goes to, where there is no request. */
  readonly to?: string;
}

/** What to look ahead for in a project. */
export interface WhenOptions extends Omit<EngineWhenOptions, "files">, WithPolicies {}

/** What stood beside a recorded decision. */
export interface EngineReplayOptions extends PromotionOptions, WithFiles {
  /** What was asked. */
  readonly request: Source;
}

/** What stood beside a recorded decision of a project. */
export interface ReplayOptions extends PromotionOptions, WithPolicies {
  /** What was asked. */
  readonly request: Source;
}

/** What to draw. */
export interface DiagramOptions extends PromotionOptions, WithPolicies {
  /** A decision whose gates are drawn as well. */
  readonly decision?: Decision;
}

type Async<T> = Omit<T, "read"> & {
  /** Supplies files that others name (`env_file`, `extends`, policies); without it they are missing. */
  readonly read?: ReadAsync;
};

/** {@link EngineGateOptions} with a `read` that may take its time. */
export type EngineGateAsyncOptions = Async<EngineGateOptions>;
/** {@link GateOptions} with a `read` that may take its time. */
export type GateAsyncOptions = Async<GateOptions>;
/** {@link WhenOptions} with a `read` that may take its time. */
export type WhenAsyncOptions = Async<WhenOptions>;
/** {@link ReplayOptions} with a `read` that may take its time. */
export type ReplayAsyncOptions = Async<ReplayOptions>;
/** {@link DiagramOptions} with a `read` that may take its time. */
export type DiagramAsyncOptions = Async<DiagramOptions>;

/** When gates are open. */
export interface Openings {
  /** The times in which no gate that depends on time blocks. */
  readonly openings: readonly Opening[];
  /** When each gate opens and shuts, where that was asked for. */
  readonly transitions: readonly Transition[];
  /** Warnings about the texts; also that no instant is allowed in the next 400 days. */
  readonly diagnostics: readonly Diagnostic[];
}

/** A recorded decision: what `format(decision, "json")` wrote, as text or bytes, with or without a name; or the decision itself. */
export type Recorded = Decision | string | Uint8Array | { readonly name?: string; readonly text: string | Uint8Array };

/** How a replay ended. */
export interface Replayed {
  /** Whether the answer is the same, byte for byte. */
  readonly same: boolean;
  /** What is another, a sentence each. */
  readonly changes: readonly string[];
  /** Warnings about the texts. */
  readonly diagnostics: readonly Diagnostic[];
}

/** What a flowchart says. */
export interface ReadDiagram {
  /** The part of a manifest that it draws: `environments` and `pipeline`. */
  readonly manifest: { readonly [name: string]: unknown };
  /** Warnings about it. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Decides a promotion in a project, by its manifest: may what the request names go from one environment to the other, now?
 *
 * Denied is a decision as well: `allowed` is false, and `blockers` say what is in the way.
 *
 * @throws {@link ParityGateError} with the code `promotion` and all diagnostics, where the request, the facts, the policies or
 * the files are broken; with `no-clock` where neither `now` nor the request's `evaluateAt` says what time it is.
 */
export function gateProject(files: Files, options: GateOptions): Decision {
  const { read, ...rest } = given(options);
  return supply(gating(undefined, { ...rest, files: noList(files) }), read);
}

/** {@link gateProject} with a `read` that may take its time; it fetches the time-zone database where it is needed. */
export async function gateProjectAsync(files: Files, options: GateAsyncOptions): Promise<Decision> {
  const { read, ...rest } = given(options);
  return supplyAsync(gating(undefined, { ...rest, files: noList(files) }), read);
}

/**
 * The next times at which the gates of a project are open together, and when each opens and shuts.
 *
 * @throws {@link ParityGateError} with the code `promotion` where a text is broken. That gates are never open is no error.
 */
export function when(files: Files, options: WhenOptions): Openings {
  const { read, ...rest } = given(options);
  return supply(lookingAhead(undefined, { ...rest, files: noList(files) }), read);
}

/** {@link when} with a `read` that may take its time; it fetches the time-zone database where it is needed. */
export async function whenAsync(files: Files, options: WhenAsyncOptions): Promise<Openings> {
  const { read, ...rest } = given(options);
  return supplyAsync(lookingAhead(undefined, { ...rest, files: noList(files) }), read);
}

/**
 * Makes a recorded decision of a project again, for the instant that it was made for, and says what is another.
 *
 * @throws {@link ParityGateError} with the code `promotion` where a text is broken, `not-a-decision` where the record is.
 */
export function replay(recorded: Recorded, files: Files, options: ReplayOptions): Replayed {
  const { read, ...rest } = given(options);
  return supply(replaying(undefined, recorded, { ...rest, files: noList(files) }), read);
}

/** {@link replay} with a `read` that may take its time; it fetches the time-zone database where it is needed. */
export async function replayAsync(recorded: Recorded, files: Files, options: ReplayAsyncOptions): Promise<Replayed> {
  const { read, ...rest } = given(options);
  return supplyAsync(replaying(undefined, recorded, { ...rest, files: noList(files) }), read);
}

/**
 * Draws the pipeline of a project as a flowchart in Mermaid's language, which {@link readDiagram} reads.
 *
 * @throws {@link ParityGateError} with the code `promotion` where a text is broken.
 */
export function diagram(files: Files, options: DiagramOptions = {}): string {
  const { read, ...rest } = given(options);
  return supply(drawing({ ...rest, files: noList(files) }), read);
}

/** {@link diagram} with a `read` that may take its time; it fetches the time-zone database where it is needed. */
export async function diagramAsync(files: Files, options: DiagramAsyncOptions = {}): Promise<string> {
  const { read, ...rest } = given(options);
  return supplyAsync(drawing({ ...rest, files: noList(files) }), read);
}

/**
 * Reads a flowchart in Mermaid's language as the part of a manifest that it draws.
 *
 * @throws {@link ParityGateError} with the code `diagram` and all diagnostics, where it can't be read.
 */
export function readDiagram(text: Source): ReadDiagram {
  const attachments = new Attachments();
  const read = attachments.source("the flowchart", "pipeline.mmd", text);
  const { manifest, diagnostics } = session().ask("diagram", { read }, attachments.list);
  refuseErrors("diagram", "the flowchart can't be read", diagnostics);
  return { manifest: JSON.parse(manifest ?? "{}") as ReadDiagram["manifest"], diagnostics };
}

/** A promotion, as the functions above hand it on: what is not named here are options of the project. */
interface About extends Omit<PromotionOptions, "read">, WithPolicies, WithFiles {
  readonly request?: Source;
  readonly from?: string;
  readonly to?: string;
}

/** Decides. */
export function* gating(engine: Held | undefined, options: About & { readonly now?: Instant }): Underway<Decision> {
  const { now, ...about } = options;
  const own = now === undefined || now === null ? {} : { now: instant(now) };
  const { answer, current } = yield* asking("gate", engine, about, () => own);
  if (answer.decision === undefined || answer.decision === null) {
    refuseErrors("promotion", "nothing was decided", answer.diagnostics);
    throw new ParityGateError("engine-fault", "the engine answered no decision");
  }
  return Decision.of({ session: current, handle: answer.decision }, answer);
}

/** Looks ahead. */
export function* lookingAhead(engine: Held | undefined, options: About & Omit<EngineWhenOptions, "read">): Underway<Openings> {
  const { now, until, count, transitions, ...about } = options;
  const own = {
    now: instant(now),
    ...(until === undefined ? {} : { until: written("until", until) }),
    ...(count === undefined ? {} : { count }),
    ...(transitions === undefined ? {} : { transitions }),
  };
  const { answer } = yield* asking("when", engine, about, () => own);
  refuseErrors("promotion", "the promotion can't be judged", answer.diagnostics);
  return { openings: answer.openings, transitions: answer.transitions, diagnostics: answer.diagnostics };
}

/** Decides again. */
export function* replaying(engine: Held | undefined, recorded: Recorded, about: About): Underway<Replayed> {
  const { answer } = yield* asking("replay", engine, about, (attachments) => ({
    recorded: attachments.source("the recorded decision", "decision.json", record(recorded)),
  }));
  refuseErrors("promotion", "nothing was decided", answer.diagnostics);
  return { same: answer.same, changes: answer.changes, diagnostics: answer.diagnostics };
}

function* drawing(options: About & { readonly decision?: Decision }): Underway<string> {
  const { decision, ...about } = options;
  const held = decision === undefined ? undefined : Decision.handle(decision);
  const own = held === undefined ? {} : { decision: held.handle };
  const { answer } = yield* asking("diagram", undefined, about, () => own, held?.session);
  refuseErrors("promotion", "the pipeline can't be drawn", answer.diagnostics);
  return answer.text ?? "";
}

/** What the engine compares byte for byte: an object has lost its bytes. */
function record(recorded: unknown): Source {
  if (recorded instanceof Decision) return format(recorded, "json");
  const text = typeof recorded === "object" && recorded !== null && "text" in recorded ? recorded.text : recorded;
  if (typeof text === "string" || text instanceof Uint8Array) return recorded as Source;
  throw wrongType("the recorded decision", "a text, a Uint8Array or a Decision", text);
}

type Verb = "gate" | "when" | "replay" | "diagram";

/** Asks about a promotion until no more files are needed. `own` are the verb's own parameters. */
function* asking<V extends Verb>(
  verb: V,
  engine: Held | undefined,
  { request, facts, from, to, files, environments = [], ...rest }: About,
  own: (attachments: Attachments) => Omit<Calls[V], "promotion">,
  holder?: Session,
): Underway<{ readonly answer: Answers[V] & { readonly needs: readonly Need[] }; readonly current: Session }> {
  const attachments = new Attachments();
  const current = engine?.session ?? holder ?? session();
  const texts = files === undefined ? {} : attachments.files(files);
  const hasProject = files !== undefined || Object.keys(rest).length > 0;
  const sources = facts === undefined ? [] : Array.isArray(facts) ? (facts as readonly Source[]) : [facts as Source];
  if (!Array.isArray(environments)) throw wrongType("`environments`", "a list of imported environments", environments);
  const inSession = handlesIn(current, environments as readonly Environment[]);
  try {
    const promotion: PromotionParams = {
      ...(request === undefined ? {} : { request: attachments.source("the request", "request", request) }),
      facts: sources.map((source, at) => attachments.source(`facts ${at + 1}`, `facts-${at + 1}`, source)),
      ...(from === undefined ? {} : { from }),
      ...(to === undefined ? {} : { to }),
      ...(engine === undefined ? {} : { engine: engine.handle }),
      environments: inSession.handles,
      // What is supplied on request makes no environment of its own.
      ...(hasProject ? { project: { ...project(rest, attachments), files: texts, paths: Object.keys(texts) } } : {}),
    };
    const params = { ...own(attachments), promotion } as unknown as Calls[V];
    for (;;) {
      const answer = yield* current.asking(verb, params, attachments.list);
      if (answer.needs.length === 0) return { answer, current };
      yield { needs: answer.needs, texts, attachments };
    }
  } finally {
    for (const copy of inSession.copies) release(copy, "released");
  }
}

/** The numbers of environments in a session. Those that another module holds are copied there, for one call. */
function handlesIn(current: Session, list: readonly Environment[]): { readonly handles: number[]; readonly copies: Held[] } {
  const copies: Held[] = [];
  const handles = list.map((environment) => {
    const known = Environment.handle(environment, current);
    if (known !== undefined) return known;
    const attachments = new Attachments();
    const files = attachments.files({ "copy.environment.json": environment.toDocument() as object });
    const [copy] = current.ask("import", { files }, attachments.list).environments;
    if (copy === undefined) throw new ParityGateError("engine-fault", "the engine answered no environment");
    copies.push({ session: current, handle: copy.environment });
    return copy.environment;
  });
  return { handles, copies };
}

/** Throws what is wrong with texts. */
function refuseErrors(code: string, what: string, diagnostics: readonly Diagnostic[]): void {
  const first = diagnostics.find(({ level }) => level === "error");
  if (first !== undefined) throw new ParityGateError(code, `${what}: ${first.message}`, { diagnostics });
}
