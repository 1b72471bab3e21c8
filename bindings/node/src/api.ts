/**
 * What the package exports, whatever answers behind it.
 *
 * @packageDocumentation
 */
export { discover, explain, rules, schema, version } from "./catalogue.js";
export {
  type CheckOptions,
  type FilesAsyncOptions,
  type FilesOptions,
  type ProjectAsyncOptions,
  type ProjectOptions,
  checkProject,
  checkProjectAsync,
} from "./check.js";
export { Decision } from "./decision.js";
export { type Compiled, Engine } from "./engine.js";
export {
  Environment,
  type ImportAsyncOptions,
  type ImportOptions,
  type Imported,
  importEnvironment,
  importEnvironmentAsync,
  tryImport,
  tryImportAsync,
} from "./environment.js";
export { type ErrorDetails, ParityGateError } from "./errors.js";
export { format } from "./format.js";
export type * from "./generated/wire.js";
export { Handle } from "./handle.js";
export type { Instant } from "./instant.js";
export type { Read, ReadAsync, Supply } from "./needs.js";
export { type Position, offsetOf } from "./positions.js";
export {
  type DiagramAsyncOptions,
  type DiagramOptions,
  type EngineGateAsyncOptions,
  type EngineGateOptions,
  type EngineReplayOptions,
  type EngineWhenOptions,
  type GateAsyncOptions,
  type GateOptions,
  type Openings,
  type PromotionOptions,
  type ReadDiagram,
  type Recorded,
  type ReplayAsyncOptions,
  type ReplayOptions,
  type Replayed,
  type WhenAsyncOptions,
  type WhenOptions,
  diagram,
  diagramAsync,
  gateProject,
  gateProjectAsync,
  readDiagram,
  replay,
  replayAsync,
  when,
  whenAsync,
} from "./promotion.js";
export { Report } from "./report.js";
export { type FormatOptions, Result } from "./result.js";
export type { Backend } from "./session.js";
export type { Content, Files, Policy, Source } from "./texts.js";
