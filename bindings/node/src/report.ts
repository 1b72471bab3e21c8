import type { CheckAnswer, Counts, Diagnostic, DiscoverAnswer, Finding, Verdict } from "./generated/wire.js";
import { type HeldResult, Result } from "./result.js";

/**
 * How a check ended. The outline is there at once; the findings are fetched when they are first looked at.
 *
 * `dispose()` it, or let `using` do so, where many are made.
 */
export class Report extends Result<"report"> {
  /** How the check ended: `pass`, `warn`, `unknown`, `fail`, or `error` where a text was wrong. */
  readonly verdict: Verdict;
  /** How many findings of each status there are. */
  readonly counts: Counts;
  /** What is wrong with the manifest, the policies, the files and the request. */
  readonly diagnostics: readonly Diagnostic[];
  /** What was read, where files were handed in. */
  readonly found: DiscoverAnswer | undefined;

  /** @internal */
  static of(report: HeldResult, answer: CheckAnswer): Report {
    return new Report(report, answer);
  }

  private constructor(report: HeldResult, answer: CheckAnswer) {
    super(report, "report");
    this.verdict = answer.verdict as Verdict;
    this.counts = answer.counts;
    this.diagnostics = answer.diagnostics;
    this.found = answer.found ?? undefined;
  }

  /** What was found, in the order of the rules and then of the paths. */
  get findings(): readonly Finding[] {
    return this.data.findings;
  }
}
