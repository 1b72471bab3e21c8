// Deploys what staging runs to production, and refuses where the two are not alike enough:
//
//   node deploy.js [FOLDER]
//
// Exit codes: 0 deployed, 1 refused, 2 the check could not be done.

import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";

import { Engine, ParityGateError, format, importEnvironment } from "paritygate";

const folder = process.argv[2] ?? "environments";

try {
  process.exitCode = isAlike() ? deploy() : refuse();
} catch (error) {
  if (!(error instanceof ParityGateError)) throw error;
  console.error(`error[${error.code}]: ${error.message}`);
  for (const { document, line, message, help } of error.diagnostics) {
    console.error(`  ${document === undefined ? "" : `${document}:${line}: `}${message}${help ? ` (${help})` : ""}`);
  }
  process.exitCode = 2;
}

/** Whether nothing forbids the deployment. Says what was found. */
function isAlike() {
  const policy = { name: "policy.yaml", text: readFileSync(join(import.meta.dirname, "policy.yaml")) };
  const engine = Engine.compile([{ pack: "recommended" }, policy]);
  const environments = ["staging", "production"].map(environment);
  const report = engine.check(environments, { now: new Date() });
  console.log(format(report, "text", { color: process.stdout.isTTY === true, width: process.stdout.columns ?? 100 }));
  for (const held of [report, ...environments, engine]) held.dispose();
  // What could not be judged is no reason to go on: only a pass is one.
  return report.verdict === "pass" || report.verdict === "warn";
}

/** An environment, from the base and what lies over it. */
function environment(name) {
  const names = ["compose.yaml", `compose.${name}.yaml`];
  const files = Object.fromEntries(names.map((file) => [file, readFileSync(join(folder, file))]));
  return importEnvironment(files, { name, read });
}

/** A file that a Compose file names, such as `env_file`. The engine reads nothing on its own. */
function read(path) {
  const file = join(folder, path);
  return existsSync(file) ? readFileSync(file) : undefined;
}

function deploy() {
  console.log("staging and production are alike: deploying");
  // Here the deployment begins.
  return 0;
}

function refuse() {
  console.error("not deployed: see the errors above");
  return 1;
}
