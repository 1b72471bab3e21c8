import { wrongType } from "./errors.js";
import type { DiscoverAnswer, RulesAnswer, VersionAnswer } from "./generated/wire.js";
import { session } from "./session.js";
import { wellFormed } from "./texts.js";

/** The manual page of a rule of a built-in pack, or of a kind of rule, as Markdown. */
export function explain(name: string): string {
  return session().ask("explain", { name: text("`name`", name) }).text;
}

/** The rules of the built-in packs, and the kinds of rules. */
export function rules(): RulesAnswer {
  return session().ask("rules", {});
}

/** The JSON schema of a file format: `policy`, `environment`, `project`, `report`. */
export function schema(name: string): object {
  return JSON.parse(session().ask("schema", { name: text("`name`", name) }).text) as object;
}

/** What answers here: versions, formats, packs. */
export function version(): VersionAnswer {
  return session().ask("version", {});
}

/** What the names of a project's files suggest: environments, the contract, and what is passed over. */
export function discover(fileNames: Iterable<string>): DiscoverAnswer {
  if (typeof fileNames === "string" || fileNames?.[Symbol.iterator] === undefined) {
    throw wrongType("`fileNames`", "a list of texts", fileNames);
  }
  return session().ask("discover", { names: [...fileNames].map((name) => text("a file's name", name)) });
}

function text(name: string, value: unknown): string {
  if (typeof value !== "string") throw wrongType(name, "a text", value);
  return wellFormed(name, value);
}
