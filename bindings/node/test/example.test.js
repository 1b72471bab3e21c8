// `examples/node-deploy`, as a user would run it: with the packed package.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { fresh } from "./fresh.js";

const EXAMPLE = join(import.meta.dirname, "../../../examples/node-deploy");

const FRIDAY = "2026-08-21T15:40:00Z";
const MONDAY = "2026-08-24T10:00:00Z";
/** What makes staging and production alike. */
const ALIKE = [
  ["environments/compose.staging.yaml", "kV3mZq8Lr1Xw9TnB5cYd", "Qp7Rt2Wy6Ha0Dj4Gs8Zx"],
  ["environments/web.env", "PORT=8080", "PORT=8080\nPAYMENT_TIMEOUT_MS=2500"],
  ["environments/compose.production.yaml", "postgres:15.8", "postgres:16.4"],
];

/** The example in a folder of its own, with some texts replaced, at an instant. */
function deploy(name, changes, now = MONDAY) {
  const files = ["package.json", "deploy.js", "policy.yaml", "pipeline.yaml", "release.yaml", "facts/deployments.json", "facts/statuses.json"];
  files.push(...["compose.yaml", "compose.staging.yaml", "compose.production.yaml", "web.env"].map((file) => `environments/${file}`));
  const texts = Object.fromEntries(files.map((file) => [file, readFileSync(join(EXAMPLE, file), "utf8")]));
  const folder = fresh(name, texts);
  for (const [file, from, to] of changes) {
    assert.ok(texts[file].includes(from), `${file} holds ${from}`);
    writeFileSync(join(folder, file), texts[file].replace(from, to));
  }
  const { status, stdout, stderr } = spawnSync(process.execPath, ["deploy.js", "--now", now], { cwd: folder, encoding: "utf8" });
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

test("it deploys what is, while every gate is open", () => {
  const { status, stdout, stderr } = deploy("deploy-done", ALIKE);
  assert.equal(status, 0, stdout + stderr);
  assert.match(stdout, /✓ ran-in-staging: `web` runs in staging/);
  assert.match(stdout, /allowed/);
  assert.match(stdout, /deploying\n$/);
});

test("it waits for working hours, and says until when", () => {
  const { status, stdout, stderr } = deploy("deploy-friday", ALIKE, FRIDAY);
  assert.equal(status, 1, stderr);
  assert.equal(stderr, "not deployed: see what blocks above\n");
  assert.ok(!stdout.includes("deploying\n"));
  const said = stdout.slice(stdout.indexOf("web-2.4.0: "));
  const readme = readFileSync(join(EXAMPLE, "README.md"), "utf8");
  assert.ok(readme.includes(said.trimEnd()), `the README shows what it prints:\n${said}`);
});

test("it believes who deployed, and not who asks", () => {
  const digest = readFileSync(join(EXAMPLE, "release.yaml"), "utf8").match(/sha256:\w+/)?.[0];
  const claim = `deployments: [{ environment: staging, component: web, digest: "${digest}", startedAt: 2026-08-20T13:00:00Z, finishedAt: 2026-08-20T13:09:00Z, result: succeeded }]\n`;
  const changes = [...ALIKE, ["facts/deployments.json", '"staging"', '"testing"'], ["release.yaml", "actor:", `${claim}actor:`]];
  const { status, stdout } = deploy("deploy-claimed", changes);
  assert.equal(status, 1);
  assert.match(stdout, /\? ran-in-staging: no deployment of `web` to staging is known\n.*asserted/);
});

test("a wrong policy is an error of its own", () => {
  const { status, stderr } = deploy("deploy-broken", [["policy.yaml", "version-tolerance", "version-tolerence"]]);
  assert.equal(status, 2);
  assert.match(stderr, /policy.yaml:4: there is no rule kind `version-tolerence` \(did you mean `version-tolerance`\?\)/);
});

test("so is a broken request", () => {
  const { status, stderr } = deploy("deploy-unread", [["release.yaml", "from:", "form:"]]);
  assert.equal(status, 2);
  assert.match(stderr, /error\[promotion\]: .*\n  release.yaml:\d+: .*`form`/s);
});
