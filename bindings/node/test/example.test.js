// `examples/node-deploy`, as a user would run it: with the packed package.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { fresh } from "./fresh.js";

const EXAMPLE = join(import.meta.dirname, "../../../examples/node-deploy");

/** The example in a folder of its own, with some texts replaced. */
function deploy(name, changes) {
  const files = ["package.json", "deploy.js", "policy.yaml"];
  files.push(...["compose.yaml", "compose.staging.yaml", "compose.production.yaml", "web.env"].map((file) => `environments/${file}`));
  const texts = Object.fromEntries(files.map((file) => [file, readFileSync(join(EXAMPLE, file), "utf8")]));
  const folder = fresh(name, texts);
  for (const [file, from, to] of changes) {
    assert.ok(texts[file].includes(from), `${file} holds ${from}`);
    writeFileSync(join(folder, file), texts[file].replace(from, to));
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, ["deploy.js"], { cwd: folder, encoding: "utf8" });
  return { status, stdout, stderr };
}

test("it refuses what is not alike, and says where", () => {
  const { status, stdout, stderr } = deploy("deploy-refused", []);
  assert.equal(status, 1, stderr);
  assert.equal(stderr, "not deployed: see the errors above\n");
  assert.match(stdout, /compose.staging.yaml:4:23/);
  assert.match(stdout, /fail: 3 errors/);
  assert.ok(!stdout.includes("kV3mZq8Lr1Xw9TnB5cYd"));
});

test("it deploys what is", () => {
  const { status, stdout, stderr } = deploy("deploy-done", [
    ["environments/compose.staging.yaml", "kV3mZq8Lr1Xw9TnB5cYd", "Qp7Rt2Wy6Ha0Dj4Gs8Zx"],
    ["environments/web.env", "PORT=8080", "PORT=8080\nPAYMENT_TIMEOUT_MS=2500"],
    ["environments/compose.production.yaml", "postgres:15.8", "postgres:16.4"],
  ]);
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /deploying\n$/);
});

test("a wrong policy is an error of its own", () => {
  const { status, stderr } = deploy("deploy-broken", [["policy.yaml", "version-tolerance", "version-tolerence"]]);
  assert.equal(status, 2);
  assert.match(stderr, /policy.yaml:4: there is no rule kind `version-tolerence` \(did you mean `version-tolerance`\?\)/);
});
