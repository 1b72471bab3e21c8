import { Decision } from "./decision.js";
import { wrongType } from "./errors.js";
import { Report } from "./report.js";
import type { FormatOptions } from "./result.js";

/** Writes a report or a decision as text, in an output format: `text`, `json`, `markdown`; `version().outputFormats` lists them. */
export function format(result: Report | Decision, name: string, options: FormatOptions = {}): string {
  if (!(result instanceof Report || result instanceof Decision)) throw wrongType("what is to be written", "a Report or a Decision", result);
  return result.format(name, options);
}
