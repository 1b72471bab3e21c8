// Projects of their own, with the packed package in them. No test itself.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";

import { PACKAGE } from "../scripts/package.js";

const TARGET = resolve(PACKAGE, "../..");
const dist = join(TARGET, "dist");
const tarball = readdirSync(dist).find((name) => /^paritygate-[\d.]+\.tgz$/.test(name));

/** Makes a project of these files, and installs the package. */
export function fresh(name, files) {
  const folder = join(TARGET, "node/fresh", name);
  rmSync(folder, { recursive: true, force: true });
  for (const [file, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, file)), { recursive: true });
    writeFileSync(join(folder, file), typeof text === "string" ? text : JSON.stringify(text));
  }
  run("npm", ["install", join(dist, tarball), "--offline", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel", "error"], folder);
  return folder;
}

/** Runs a program, and answers what it printed. */
export function run(program, args, cwd) {
  const { status, stdout, stderr } = spawnSync(program, args, { cwd, encoding: "utf8" });
  assert.equal(status, 0, `${program} ${args.join(" ")}\n${stdout}${stderr}`);
  return stdout;
}
