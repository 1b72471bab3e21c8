import { ParityGateError, wrongType } from "./errors.js";
import type { Diagnostic, ImportAnswer, Secrets } from "./generated/wire.js";
import { Handle, type Held } from "./handle.js";
import { type Read, type ReadAsync, supply, supplyAsync } from "./needs.js";
import { type Session, session } from "./session.js";
import { Attachments, type Files, given, isPlain } from "./texts.js";

/** How to import files. */
export interface ImportOptions {
  /** The environment's name; else the document's own, or told from the name of the last file. */
  readonly name?: string;
  /** The environment's tier; else the document's own, or told from its name. */
  readonly tier?: string;
  /** Other names under which values speak of the environment, as whole words. */
  readonly aliases?: readonly string[];
  /** The layers among the files, lowest first; all files in their order where it is absent. */
  readonly paths?: readonly string[];
  /** The format of the layers, where their names do not tell it. */
  readonly from?: string;
  /** The component whose variables the layers hold. Services of Compose are named below it: `orders/db`. */
  readonly component?: string;
  /** Compose: the active profiles. */
  readonly profiles?: readonly string[];
  /** Names whose values are never, or always, secret. */
  readonly secrets?: Partial<Secrets>;
  /** The key for fingerprints of secrets. Without one, fingerprints compare within this process (or page) only. */
  readonly key?: string | Uint8Array;
  /** Whether files outside the project's root are asked for; by default they are not read. */
  readonly allowOutside?: boolean;
  /** Supplies files that others name (`env_file`, `extends`); without it they are missing. */
  readonly read?: Read;
}

/** {@link ImportOptions} with a `read` that may take its time. */
export interface ImportAsyncOptions extends Omit<ImportOptions, "read"> {
  /** Supplies files that others name (`env_file`, `extends`); without it they are missing. */
  readonly read?: ReadAsync;
}

/** What files say about environments. */
export interface Imported {
  /** The environments; all that could be read, where something is wrong. */
  readonly environments: Environment[];
  /** Whether nothing is wrong with the files. */
  readonly ok: boolean;
  /** What is wrong with the files. */
  readonly diagnostics: Diagnostic[];
}

/** An imported environment. */
export class Environment extends Handle {
  /** Its name. */
  readonly name: string;
  /** Its tier: `development`, `staging`, `production`. */
  readonly tier: string;

  /** @internal */
  static of(held: Held, name: string, tier: string): Environment {
    return new Environment(held, name, tier);
  }

  private constructor(held: Held, name: string, tier: string) {
    super(held);
    this.name = name;
    this.tier = tier;
  }

  /** The environment as a document, with fingerprints where secrets stood. */
  toDocument(): unknown {
    const { session, handle } = this.use;
    return session.ask("document", { environment: handle }).document;
  }

  /** @internal Its number in a session; none where another module holds it. */
  static handle(environment: unknown, session: Session): number | undefined {
    if (!(environment instanceof Environment)) throw wrongType("an environment", "an imported Environment", environment);
    const held = environment.use;
    return held.session === session ? held.handle : undefined;
  }
}

/**
 * Imports files as one environment: several files are its layers, later ones win.
 *
 * @throws {@link ParityGateError} with the code `import` where something is wrong with the files, or they hold several
 * environments.
 */
export function importEnvironment(files: Files, options: ImportOptions = {}): Environment {
  return only(tryImport(files, options));
}

/** {@link importEnvironment} with a `read` that may take its time. */
export async function importEnvironmentAsync(files: Files, options: ImportAsyncOptions = {}): Promise<Environment> {
  return only(await tryImportAsync(files, options));
}

/** Imports files, and says what is wrong with them instead of throwing it. */
export function tryImport(files: Files, options: ImportOptions = {}): Imported {
  const { read, ...rest } = given(options);
  return supply(importing(files, rest), read);
}

/** {@link tryImport} with a `read` that may take its time. */
export async function tryImportAsync(files: Files, options: ImportAsyncOptions = {}): Promise<Imported> {
  const { read, ...rest } = given(options);
  return supplyAsync(importing(files, rest), read);
}

function only({ environments: [environment, ...more], ok, diagnostics }: Imported): Environment {
  if (environment !== undefined && more.length === 0 && ok) return environment;
  environment?.dispose();
  for (const other of more) other.dispose();
  const first = diagnostics.find(({ level }) => level === "error") ?? diagnostics[0];
  const message = ok
    ? "the files hold several environments: `tryImport` takes them all"
    : `the files can't be imported: ${first?.message ?? "they hold no environment"}`;
  throw new ParityGateError("import", message, { diagnostics });
}

function* importing(files: Files, options: Omit<ImportOptions, "read">) {
  const attachments = new Attachments();
  const { key, secrets, ...rest } = options;
  if (secrets !== undefined && (!isPlain(secrets) || Array.isArray(secrets))) {
    throw wrongType("`secrets`", "an object with `plain` and `secret`", secrets);
  }
  const texts = attachments.files(files);
  const params = {
    ...rest,
    files: texts,
    // What is supplied on request is no layer.
    paths: options.paths ?? Object.keys(texts),
    ...(secrets === undefined ? {} : { secrets: { plain: [], secret: [], ...secrets } }),
    ...(key === undefined ? {} : { key: attachments.key(key) }),
  };
  const current: Session = session();
  for (;;) {
    const answer: ImportAnswer = current.ask("import", params as never, attachments.list);
    if (answer.needs.length === 0) {
      const environments = answer.environments.map(
        ({ environment, name, tier }) => Environment.of({ session: current, handle: environment }, name, tier),
      );
      return { environments, ok: answer.ok, diagnostics: answer.diagnostics };
    }
    yield { needs: answer.needs, texts, attachments };
  }
}
