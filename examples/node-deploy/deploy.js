// Promotes what staging runs to production, and refuses where the two are not alike enough, or where it may not go now:
//
//   node deploy.js [FOLDER] [--now INSTANT]
//
// Exit codes: 0 deployed, 1 refused, 2 the check could not be done.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";

import { Engine, format, importEnvironment } from "paritygate";

const { values, positionals } = parseArgs({ options: { now: { type: "string" } }, allowPositionals: true });
const folder = positionals[0] ?? "environments";
// The engine has no clock. Another instant than this one is for rehearsals, and for tests.
const now = values.now ?? new Date();
const style = { color: process.stdout.isTTY === true, width: process.stdout.columns ?? 100 };

try {
  const engine = Engine.compile([{ pack: "recommended" }, named("policy.yaml")]);
  // Both are asked, so that one run shows all there is to mend.
  const [alike, allowed] = [isAlike(engine), mayGo(engine)];
  engine.dispose();
  process.exitCode = alike && allowed ? deploy() : refuse(alike);
} catch (error) {
  // A file that can't be read has a code as well. What has none is a mistake in this script.
  if (error?.code === undefined) throw error;
  console.error(`error[${error.code}]: ${error.message}`);
  for (const { document, line, message, help } of error.diagnostics ?? []) {
    console.error(`  ${document === undefined ? "" : `${document}:${line}: `}${message}${help ? ` (${help})` : ""}`);
  }
  process.exitCode = 2;
}

/** Whether nothing about the environments forbids the deployment. Says what was found. */
function isAlike(engine) {
  const environments = ["staging", "production"].map(environment);
  const report = engine.check(environments, { now });
  console.log(format(report, "text", style));
  for (const held of [report, ...environments]) held.dispose();
  // What could not be judged is no reason to go on: only a pass is one.
  return report.verdict === "pass" || report.verdict === "warn";
}

/** Whether the gates let the release pass, now. Says what each thinks, and when they are open together. */
function mayGo(engine) {
  const promotion = {
    now,
    // What GitHub printed. Facts in the request would be the word of whoever asks.
    facts: readdirSync(join(import.meta.dirname, "facts")).map((file) => named(join("facts", file))),
    files: { "pipeline.yaml": named("pipeline.yaml").text },
    manifest: "pipeline.yaml",
  };
  const request = named("release.yaml");
  const decision = engine.gate(request, promotion);
  console.log(format(decision, "text", style));
  if (!decision.allowed) {
    const [next] = engine.when({ ...promotion, request, count: 1 }).openings;
    console.log(next ? `next opening: ${next.openLocal} to ${next.closeLocal} (${next.zone})\n` : "no opening is in sight\n");
  }
  decision.dispose();
  return decision.allowed;
}

/** A text that lies beside this script, under the name that messages call it. */
function named(file) {
  return { name: file, text: readFileSync(join(import.meta.dirname, file)) };
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
  console.log("staging and production are alike, and every gate is open: deploying");
  // Here the deployment begins.
  return 0;
}

function refuse(alike) {
  console.error(alike ? "not deployed: see what blocks above" : "not deployed: see the errors above");
  return 1;
}
