/** The engine, as the page uses it: texts in, a report or a decision out. */

import { type Compiled, type DecisionData, type Diagnostic, Engine, type Environment, type Opening, ParityGateError, type ReportData, diagram, init, loadZones, readDiagram, tryImport } from "paritygate";

export type { Blocker, Cell, Diagnostic, Finding, GateFinding, GateStatus, Local, Opening } from "paritygate";
export type Report = ReportData;
export type Decision = DecisionData;

/** A text and the name under which the report speaks of it. */
export interface Text {
  name: string;
  text: string;
}

/** Loads the engine. */
export const load = init;

/** Policies that are compiled anew only where they changed. */
class Policies {
  private compiled: Compiled | undefined;
  private from: { policies: Text[]; pack: boolean } | undefined;

  get(policies: Text[], pack: boolean): Compiled {
    const { from } = this;
    if (!this.compiled || from?.pack !== pack || !same(from.policies, policies)) {
      const compiled = Engine.tryCompile([...(pack ? [{ pack: "recommended" }] : []), ...policies]);
      this.compiled?.engine.dispose();
      this.compiled = compiled;
      this.from = { policies, pack };
    }
    return this.compiled;
  }
}

/** Environments that are read anew only where a text changed. */
class Environments {
  private read: Environment[] = [];
  private from: Text[] = [];

  get(texts: Text[]): Environment[] {
    if (!same(this.from, texts)) {
      for (const environment of this.read) environment.dispose();
      // What is wrong with them is told where they are compared.
      this.read = texts.flatMap(({ name, text }) => tryImport({ [name]: text }).environments);
      this.from = texts;
    }
    return this.read;
  }
}

function same(some: Text[], others: Text[]): boolean {
  return some.length === others.length && some.every(({ name, text }, at) => name === others[at]?.name && text === others[at]?.text);
}

const rules = new Policies();
const gates = new Policies();
const described = new Environments();

/** Compares environments under the policy, beside the recommended pack where that is wanted. */
export function check(environments: Text[], policy: Text, pack: boolean, now: Date): Report {
  const { engine, ok, diagnostics } = rules.get([policy], pack);
  const files = new Map(environments.map(({ name, text }) => [name, text]));
  const report = engine.check(files, { now });
  const { data } = report;
  report.dispose();
  return { ...data, verdict: ok ? data.verdict : "error", diagnostics: [...diagnostics, ...data.diagnostics] };
}

/** The texts of a promotion: what is asked, what it has to pass, and where it goes along. */
export interface Promotion {
  request: Text;
  gates: Text;
  pipeline: Text;
  /** What stands in the other view: a gate may ask whether the environments are alike under its policy. */
  parity: { environments: Text[]; policy: Text; pack: boolean };
}

/** What is said about a promotion: a decision, unless a text is broken. */
export interface Decided {
  decision: Decision | undefined;
  problems: readonly Diagnostic[];
}

/** The time-zone database is needed, and it is not there: `await loadZones()`, and ask again. */
export class ZonesNeeded extends Error {}

export { loadZones };

/** Decides a promotion at an instant. */
export function decide({ request, gates: policy, pipeline, parity }: Promotion, now: Date): Decided {
  return zoned(() => {
    const { engine, ok, diagnostics } = gates.get([parity.policy, policy], parity.pack);
    try {
      const decision = engine.gate(request, { now, environments: described.get(parity.environments), ...project(pipeline) });
      const { data } = decision;
      decision.dispose();
      return { decision: ok ? data : undefined, problems: [...diagnostics, ...data.diagnostics] };
    } catch (error) {
      return { decision: undefined, problems: [...diagnostics, ...problems(error)] };
    }
  });
}

/** The times from an instant on, and until another, at which no gate that depends on time blocks; none where a text is broken. */
export function openings({ request, gates: policy, pipeline, parity }: Promotion, now: Date, until: Date | undefined, count: number): readonly Opening[] {
  return zoned(() => {
    const { engine, ok } = gates.get([parity.policy, policy], parity.pack);
    try {
      return ok ? engine.when({ now, count, request, ...(until ? { until } : {}), ...project(pipeline) }).openings : [];
    } catch (error) {
      problems(error);
      return [];
    }
  });
}

/** The stages of a pipeline, and the ways between them. */
export interface Pipeline {
  stages: string[];
  ways: { from: string[]; to: string }[];
}

/** The pipeline of a manifest, which is what the engine draws, read as data; nothing where the manifest is broken. */
export function pipelineOf(manifest: Text): Pipeline | undefined {
  return zoned(() => {
    try {
      const drawn = readDiagram(diagram({ [manifest.name]: manifest.text }, { manifest: manifest.name })).manifest["pipeline"];
      const { stages = [], edges = [] } = (drawn ?? {}) as { stages?: string[]; edges?: { from: string | string[]; to: string }[] };
      return { stages, ways: edges.map(({ from, to }) => ({ from: [from].flat(), to })) };
    } catch (error) {
      problems(error);
      return undefined;
    }
  });
}

function project(manifest: Text) {
  return { files: { [manifest.name]: manifest.text }, manifest: manifest.name };
}

/** What is wrong with the texts; any other error is one of the page. */
function problems(error: unknown): readonly Diagnostic[] {
  if (!(error instanceof ParityGateError) || error.code === "zones-not-loaded") throw error;
  return error.diagnostics.length > 0 ? error.diagnostics : [{ code: error.code, level: "error", message: error.message, notes: [] }];
}

function zoned<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw error instanceof ParityGateError && error.code === "zones-not-loaded" ? new ZonesNeeded() : error;
  }
}
