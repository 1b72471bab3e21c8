// The packed package, installed into fresh projects and run there. CommonJS belongs to the long run.

import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { test } from "node:test";

import { build } from "vite";

import { withPage } from "../scripts/chromium.js";
import { fresh, run } from "./fresh.js";

const ALL = process.env.PARITYGATE_TEST_ALL === "1";
const typescript = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");

const PROGRAM = `
const staging = "PAY_URL=https://pay.example.com\\n";
const report = checkProject({ ".env.staging": staging, ".env.production": "B=1\\n" }, { now: "2026-03-01T09:00:00Z" });
`;
const SAY = "console.log(backend, report.verdict, report.findings.length);\n";
const EXPECTED = "native fail 2\n";

test("ES modules", () => {
  const main = `import { backend, checkProject } from "paritygate";\n${PROGRAM}${SAY}`;
  const folder = fresh("esm", {
    "package.json": { name: "fresh", private: true, type: "module" },
    "main.js": main,
    "wasm.js": main.replace('"paritygate"', '"paritygate/wasm"'),
  });
  assert.equal(run("node", ["main.js"], folder), EXPECTED);
  assert.equal(run("node", ["wasm.js"], folder), EXPECTED.replace("native", "wasm"));
  rmSync(join(folder, `node_modules/paritygate/dist/paritygate.${process.platform}-${process.arch}.node`));
  assert.equal(run("node", ["main.js"], folder), EXPECTED.replace("native", "wasm"));
});

if (ALL) {
  test("CommonJS", () => {
    const main = `const { backend, checkProject } = require("paritygate");\n${PROGRAM}${SAY}`;
    const folder = fresh("cjs", {
      "package.json": { name: "fresh", private: true },
      "main.js": main,
      "wasm.js": main.replace('"paritygate"', '"paritygate/wasm"'),
    });
    assert.equal(run("node", ["main.js"], folder), EXPECTED);
    assert.equal(run("node", ["wasm.js"], folder), EXPECTED.replace("native", "wasm"));
  });
}

const TYPED = `import { Engine, type Finding, ParityGateError, type Report, backend, checkProject } from "paritygate";
${PROGRAM}
const findings: readonly Finding[] = (report satisfies Report).findings;
const engine: Engine = Engine.compile({ pack: "recommended" });
engine.dispose();
// @ts-expect-error \`now\` is required
try { checkProject({}, {}); } catch (error) { if (!(error instanceof ParityGateError)) throw error; }
${SAY.replace("report.findings", "findings")}`;

for (const [name, type, module] of [
  ["node16", "module", "node16"],
  ["node16", "commonjs", "node16"],
  ["bundler", "module", "esnext"],
]) {
  test(`TypeScript with \`moduleResolution: ${name}\`, ${type}`, () => {
    const compilerOptions = { module, moduleResolution: name, target: "es2022", lib: ["es2022", "dom"], strict: true, types: [], outDir: "out" };
    const folder = fresh(`typescript-${name}-${type}`, {
      "package.json": { name: "fresh", private: true, type },
      "tsconfig.json": { compilerOptions, files: ["main.ts"] },
      "main.ts": `declare const console: { log(...all: unknown[]): void };\n${TYPED}`,
    });
    run("node", [typescript, "--project", "."], folder);
    assert.equal(run("node", ["out/main.js"], folder), EXPECTED);
  });
}

test("Vite", async () => {
  const folder = fresh("vite", {
    "package.json": { name: "fresh", private: true, type: "module" },
    "index.html": '<!doctype html><link rel="icon" href="data:,"><script type="module" src="/main.js"></script>',
    "main.js": `import { backend, checkProject, init } from "paritygate";
      await init();
      ${PROGRAM}
      document.title = [backend, report.verdict, report.findings.length].join(" ");`,
  });
  await build({ root: folder, base: "./", logLevel: "error", configFile: false, build: { target: "es2022" } });
  const title = await withPage(join(folder, "dist"), async (page) => {
    await page.goto(new URL("index.html", page.url()).href);
    await page.waitForFunction(() => document.title !== "");
    return page.title();
  });
  assert.equal(title, "wasm fail 2");
});
