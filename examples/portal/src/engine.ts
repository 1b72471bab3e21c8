/** The engine, as the page uses it: texts in, a report out. */

import { type Compiled, Engine, type ReportData, init } from "paritygate";

export type { Cell, Diagnostic, Finding } from "paritygate";
export type Report = ReportData;

/** A text and the name under which the report speaks of it. */
export interface Text {
  name: string;
  text: string;
}

/** Loads the engine. */
export const load = init;

let compiled: Compiled | undefined;
let from: { policy: Text; pack: boolean } | undefined;

/** The compiled policies; they are compiled anew only where they changed. */
function policies(policy: Text, pack: boolean): Compiled {
  const same = from?.pack === pack && from.policy.name === policy.name && from.policy.text === policy.text;
  if (!compiled || !same) {
    compiled?.engine.dispose();
    compiled = Engine.tryCompile([...(pack ? [{ pack: "recommended" }] : []), policy]);
    from = { policy, pack };
  }
  return compiled;
}

/** Compares environments under the policy, beside the recommended pack where that is wanted. */
export function check(environments: Text[], policy: Text, pack: boolean, now: Date): Report {
  const { engine, ok, diagnostics } = policies(policy, pack);
  const files = new Map(environments.map(({ name, text }) => [name, text]));
  const report = engine.check(files, { now });
  const { data } = report;
  report.dispose();
  return { ...data, verdict: ok ? data.verdict : "error", diagnostics: [...diagnostics, ...data.diagnostics] };
}
