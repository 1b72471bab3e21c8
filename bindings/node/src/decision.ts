import type { Blocker, Diagnostic, DiscoverAnswer, GateAnswer, GateFinding, Verdict } from "./generated/wire.js";
import type { Held } from "./handle.js";
import { type HeldResult, Result } from "./result.js";
import { wrongType } from "./errors.js";

/**
 * Whether a promotion may go, and what to wait for. Denied is an answer, not an error: `allowed` is false then.
 *
 * The outline is there at once; what each gate says is fetched when it is first looked at. `dispose()` it, or let `using` do
 * so, where many are made.
 */
export class Decision extends Result<"decision"> {
  /** Whether it may go: every gate that counts says so. */
  readonly allowed: boolean;
  /** The worst of all gates that count: `pass`, `warn`, `unknown` or `fail`. */
  readonly verdict: Verdict;
  /** The earliest instant at which time is not in the way, with the facts as they are; absent where there is none. */
  readonly nextEligibleAt: string | undefined;
  /** Warnings about the manifest, the policies, the files, the request and the facts. */
  readonly diagnostics: readonly Diagnostic[];
  /** What was read, where files were handed in. */
  readonly found: DiscoverAnswer | undefined;

  /** @internal */
  static of(decision: HeldResult, answer: GateAnswer): Decision {
    return new Decision(decision, answer);
  }

  private constructor(decision: HeldResult, answer: GateAnswer) {
    super(decision, "decision");
    this.allowed = answer.allowed;
    this.verdict = answer.verdict as Verdict;
    this.nextEligibleAt = answer.nextEligibleAt ?? undefined;
    this.diagnostics = answer.diagnostics;
    this.found = answer.found ?? undefined;
  }

  /** What blocks, in the order in which it can be cleared: by whom, by which fact, or by waiting until when. */
  get blockers(): readonly Blocker[] {
    return this.data.decision.blockers;
  }

  /** What each gate says, in the order of the policies. */
  get findings(): readonly GateFinding[] {
    return this.data.findings;
  }

  /** @internal Its number, and the session that holds it. */
  static handle(decision: unknown): Held {
    if (!(decision instanceof Decision)) throw wrongType("`decision`", "a Decision", decision);
    return decision.number;
  }
}
