// The module `formats`: loaded on demand, and together with what came before. In Node with the addon all of it is there.

import assert from "node:assert/strict";
import { test } from "node:test";

import { withPage } from "../scripts/chromium.js";
import { PACKAGE, load } from "../scripts/package.js";

/** What both modules do, told as data. Runs in any runtime, so that it uses nothing but its arguments. */
async function steps(api) {
  const now = "2026-03-01T09:00:00Z";
  const facts = { web: { "web-1": { ansible_distribution: "Debian", ansible_distribution_version: "12" } } };
  const code = (work) => {
    try {
      work();
      return "nothing";
    } catch ({ code, message }) {
      return `${code}: ${message}`;
    }
  };
  const files = { "production.ansible-facts.json": { ansible_facts: facts.web["web-1"] } };
  const environment = (name, secret) => ({ environment: name, variables: { API_TOKEN: secret } });
  const { Engine, importEnvironment, loadFormats, explain, schema } = api;
  const engine = Engine.compile({ policy: "p", rules: [{ id: "shared", kind: "no-shared-secret", select: "variables.*" }] });
  const staging = importEnvironment({ "a.json": environment("staging", "9f8e7d6c5b4a-3210") });
  const before = [code(() => importEnvironment(files, { name: "production" })), code(() => explain("ratio")), code(() => schema("policy"))];
  await loadFormats();
  const after = [code(() => importEnvironment(files, { name: "production" })), code(() => explain("ratio")), code(() => schema("policy"))];
  const production = importEnvironment({ "b.json": environment("production", "9f8e7d6c5b4a-3210") });
  // An engine and an environment of the one module, and an environment of the other.
  const report = engine.check([staging, production], { now });
  return { before, after, found: report.findings.map(({ rule, status }) => `${rule} ${status}`) };
}

const ALL_THERE = ["nothing", "nothing", "nothing"];
const SHARED = ["shared fail"];

test("in Node with the addon, everything is there", async () => {
  assert.deepEqual(await steps(await load("native")), { before: ALL_THERE, after: ALL_THERE, found: SHARED });
});

for (const [runtime, run] of [
  ["wasm in Node", async () => steps(await load("wasm"))],
  [
    "wasm in Chromium",
    () =>
      withPage(PACKAGE, (page) =>
        page.evaluate(async (steps) => {
          const api = await import("/dist/browser.js");
          await api.init();
          return new Function(`return (${steps})`)()(api);
        }, steps.toString()),
      ),
  ],
]) {
  test(`${runtime}: what the small module does not hold, it says`, async () => {
    const { before, after, found } = await run();
    assert.match(before[0], /^import: .*is read by the module `formats`, which is not loaded/);
    assert.match(before[1], /^other-module: /);
    assert.match(before[2], /^other-module: /);
    assert.deepEqual(after, ALL_THERE);
    assert.deepEqual(found, SHARED);
  });
}
