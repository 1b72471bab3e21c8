import { ParityGateError, wrongType } from "./errors.js";
import { Environment } from "./environment.js";
import type { CheckAnswer, CheckParams, Names, Pairing } from "./generated/wire.js";
import type { Held } from "./handle.js";
import { type Instant, instant } from "./instant.js";
import { type Read, type ReadAsync, type Underway, supply, supplyAsync } from "./needs.js";
import { Report } from "./report.js";
import { type Session, session } from "./session.js";
import { Attachments, type Files, type Policy, given, wellFormed } from "./texts.js";

/** What any check is asked. */
export interface CheckOptions {
  /** The instant of the check: `new Date()`, or one to judge by. The engine has no clock. */
  readonly now: Instant;
  /** The rules to run; all of them where it is absent. */
  readonly only?: readonly string[];
}

/** How files are checked. */
export interface FilesOptions extends CheckOptions {
  /** The key for fingerprints of secrets. Without one, fingerprints compare within this process (or page) only. */
  readonly key?: string | Uint8Array;
  /** Supplies files that others name (`env_file`, `extends`, policies); without it they are missing. */
  readonly read?: Read;
  /** The path of the manifest among the files; `paritygate.yaml` where that is there. */
  readonly manifest?: string;
  /**
   * What files are without a manifest: `discover` uses those whose names name environments, as in a folder; `each` uses
   * all of them, as if a user had named them one by one.
   */
  readonly names?: Names;
  /** Whether files outside the project's root are asked for; by default they are not read. */
  readonly allowOutside?: boolean;
}

/** How a project is checked. */
export interface ProjectOptions extends FilesOptions {
  /** Policies to apply instead of those of the manifest. */
  readonly policies?: Policy | readonly Policy[];
  /** What is compared with what: environments with each other, unless it says `drift` or `change`. */
  readonly pairing?: Pairing;
  /** All files of the project as it was, for the pairing `change`. */
  readonly before?: Files;
}

/** {@link FilesOptions} with a `read` that may take its time. */
export type FilesAsyncOptions = Omit<FilesOptions, "read"> & { readonly read?: ReadAsync };

/** {@link ProjectOptions} with a `read` that may take its time. */
export type ProjectAsyncOptions = Omit<ProjectOptions, "read"> & { readonly read?: ReadAsync };

/**
 * Checks the files of a project: by its manifest if it has one, by the names of its files otherwise.
 *
 * @throws {@link ParityGateError} where the call is wrong. What is wrong with the files is in the report, whose verdict
 * is `error` then.
 */
export function checkProject(files: Files, options: ProjectOptions): Report {
  const { read, ...rest } = given(options);
  return supply(checking(undefined, noList(files), rest), read);
}

/** {@link checkProject} with a `read` that may take its time. */
export async function checkProjectAsync(files: Files, options: ProjectAsyncOptions): Promise<Report> {
  const { read, ...rest } = given(options);
  return supplyAsync(checking(undefined, noList(files), rest), read);
}

/** A check of imported environments, or of files; with a compiled engine, or with the project's own policies. */
export function* checking(
  engine: Held | undefined,
  subject: readonly Environment[] | Files,
  options: Omit<ProjectOptions, "read">,
): Underway<Report> {
  const { now, only, pairing, before, ...rest } = options;
  const attachments = new Attachments();
  const current = engine?.session ?? session();
  const texts = isList(subject) ? {} : attachments.files(subject);
  const earlier = before === undefined ? {} : attachments.files(noList(before));
  const params = {
    now: instant(now),
    ...(only === undefined ? {} : { only: rules(only) }),
    ...(pairing === undefined ? {} : { pairing }),
    ...(before === undefined
      ? {}
      : { before: { ...project(rest, attachments), files: earlier, paths: Object.keys(earlier) } }),
    ...(isList(subject)
      ? { ...rest, ...environments(subject, current, attachments) }
      : // What is supplied on request makes no environment of its own.
        { project: { ...project(rest, attachments), files: texts, paths: Object.keys(texts) } }),
    ...(engine === undefined ? {} : { engine: engine.handle }),
  } as CheckParams;
  for (;;) {
    const answer: CheckAnswer = yield* current.asking("check", params, attachments.list);
    if (answer.report !== undefined && answer.report !== null) {
      return Report.of({ session: current, handle: answer.report }, answer);
    }
    if (answer.needs.length === 0) throw new ParityGateError("engine-fault", "the engine answered no report");
    yield { needs: answer.needs, texts, earlier, attachments };
  }
}

/** Imported environments as a session knows them; those that another module holds go there as documents. */
function environments(list: readonly Environment[], current: Session, attachments: Attachments): object {
  const handles: number[] = [];
  const documents: Record<string, unknown> = {};
  list.forEach((environment, at) => {
    const handle = Environment.handle(environment, current);
    if (handle === undefined) documents[`${at + 1}.environment.json`] = environment.toDocument();
    else handles.push(handle);
  });
  if (Object.keys(documents).length === 0) return { environments: handles };
  return { environments: handles, project: { files: attachments.files(documents as Files), names: "each" } };
}

function rules(only: unknown): string[] {
  if (!Array.isArray(only) || only.some((rule) => typeof rule !== "string")) {
    throw wrongType("`only`", "a list of rules' ids", only);
  }
  return only.map((rule: string) => wellFormed("`only`", rule));
}

/** Files, and no list of environments. */
export function noList(files: Files): Files {
  if (files === undefined || files === null || Array.isArray(files)) throw wrongType("`files`", "a map from paths to texts", files);
  return files;
}

function isList(subject: readonly Environment[] | Files): subject is readonly Environment[] {
  return Array.isArray(subject);
}

/** Options of a project, as the engine takes them. */
export function project(options: Omit<ProjectOptions, "read" | "now" | "only" | "pairing" | "before">, attachments: Attachments): object {
  const { key, policies, ...rest } = options;
  return {
    ...rest,
    ...(key === undefined ? {} : { key: attachments.key(key) }),
    ...(policies === undefined ? {} : { policies: attachments.policies(policies) }),
  };
}
