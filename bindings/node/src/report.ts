import { ParityGateError, wrongType } from "./errors.js";
import type { CheckAnswer, Counts, Diagnostic, DiscoverAnswer, Finding, ReportData, Verdict } from "./generated/wire.js";
import { Handle, type Held, release, used } from "./handle.js";
import { parse } from "./session.js";

/** A report that the engine holds, or held: then its data is here as text. */
interface HeldReport extends Held {
  text?: string;
}

/**
 * How many reports the engine holds. Older ones are taken over as text: nothing tells a program that makes thousands of
 * them in one go which ones it has forgotten.
 */
const MOST_HELD = 64;
const held = new Set<HeldReport>();

function take(report: HeldReport): void {
  held.add(report);
  const [oldest] = held;
  if (held.size <= MOST_HELD || oldest === undefined) return;
  held.delete(oldest);
  if (oldest.gone !== undefined) return;
  oldest.text ??= oldest.session.askForText("report", { report: oldest.handle });
  release(oldest, "released");
}

/** How a report is written. */
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

/**
 * How a check ended. The outline is there at once; the findings are fetched when they are first looked at.
 *
 * `dispose()` it, or let `using` do so, where many are made.
 */
export class Report extends Handle {
  /** How the check ended: `pass`, `warn`, `unknown`, `fail`, or `error` where a text was wrong. */
  readonly verdict: Verdict;
  /** How many findings of each status there are. */
  readonly counts: Counts;
  /** What is wrong with the manifest, the policies, the files and the request. */
  readonly diagnostics: readonly Diagnostic[];
  /** What was read, where files were handed in. */
  readonly found: DiscoverAnswer | undefined;
  readonly #held: HeldReport;
  #data: ReportData | undefined;

  /** @internal */
  constructor(report: HeldReport, answer: CheckAnswer) {
    super(report);
    this.#held = report;
    this.verdict = answer.verdict as Verdict;
    this.counts = answer.counts;
    this.diagnostics = answer.diagnostics;
    this.found = answer.found ?? undefined;
    take(report);
  }

  /** The whole report, as `schemas/report.schema.json` describes it. */
  get data(): ReportData {
    if (this.#held.gone === "disposed") used(this.#held, "Report");
    if (this.#data === undefined) {
      const { text } = this.#held;
      this.#data = parse("report", text ?? this.use.session.askForText("report", { report: this.use.handle }));
      delete this.#held.text;
    }
    return this.#data;
  }

  /** What was found, in the order of the rules and then of the paths. */
  get findings(): readonly Finding[] {
    return this.data.findings;
  }

  /** Frees what the engine holds. The outline stays; the findings are gone. */
  override dispose(): void {
    super.dispose();
    held.delete(this.#held);
    delete this.#held.text;
    this.#data = undefined;
  }

  /** What `JSON.stringify` writes: the whole report. */
  toJSON(): ReportData {
    return this.data;
  }

  /** @internal */
  format(name: string, options: FormatOptions): string {
    if (this.#held.gone === "released") {
      const why = `${MOST_HELD} newer reports were made since; format a report before, or dispose those that are done`;
      throw new ParityGateError("released", `this Report is only held as data by now: ${why}`);
    }
    const { session, handle } = this.use;
    return session.ask("format", { ...options, report: handle, format: name }).text;
  }
}

/** Writes a report as text, in an output format: `text`, `json`; `version().outputFormats` lists them. */
export function format(report: Report, name: string, options: FormatOptions = {}): string {
  if (!(report instanceof Report)) throw wrongType("`report`", "a Report", report);
  return report.format(name, options);
}
