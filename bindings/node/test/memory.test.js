// 10 000 checks grow the memory by nothing after the first hundred: in Node, and in a page.

import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

import { withPage } from "../scripts/chromium.js";
import { PACKAGE } from "../scripts/package.js";

const MEGABYTE = 2 ** 20;

for (const backend of ["native", "wasm"]) {
  test(`10 000 checks in Node, ${backend}`, () => {
    // Without the small space for young objects, V8 takes 30 MB for it when it likes, whatever the program keeps.
    const flags = ["--expose-gc", "--max-semi-space-size=1"];
    const { stdout, stderr } = spawnSync(process.execPath, [...flags, "scripts/memory.js", backend], { encoding: "utf8" });
    assert.equal(stderr, "");
    const { heap, external, all } = JSON.parse(stdout);
    console.log(`${backend}: heap ${heap}, external ${external}, resident ${all} bytes more after the first hundred`);
    assert.ok(heap < MEGABYTE / 2, `the heap grew by ${heap}`);
    assert.ok(external < MEGABYTE / 2, `memory outside the heap grew by ${external}`);
    // Kept reports would be more than 100 MB. What the process holds also depends on when V8 gives memory back.
    assert.ok(all < 24 * MEGABYTE, `the process grew by ${all}`);
  });
}

test("10 000 checks in a page", async () => {
  const [heap, module] = await withPage(PACKAGE, async (page) => {
    const client = await page.context().newCDPSession(page);
    await page.evaluate(async () => {
      const instantiate = WebAssembly.instantiateStreaming;
      WebAssembly.instantiateStreaming = async (...all) => {
        const made = await instantiate(...all);
        globalThis.memory = made.instance.exports.memory;
        return made;
      };
      const api = await import("/dist/browser.js");
      await api.init();
      const files = { ".env.staging": "PAY_URL=https://pay.example.com\nA=1\n", ".env.production": "B=1\n" };
      globalThis.checks = (count) => {
        for (let at = 0; at < count; at += 1) {
          const { verdict } = api.checkProject(files, { now: "2026-03-01T09:00:00Z" });
          if (verdict !== "fail") throw new Error(verdict);
        }
        return globalThis.memory.buffer.byteLength;
      };
    });
    const measure = async (count) => {
      const module = await page.evaluate((count) => globalThis.checks(count), count);
      await client.send("HeapProfiler.collectGarbage");
      const { usedSize } = await client.send("Runtime.getHeapUsage");
      return [usedSize, module];
    };
    const before = await measure(100);
    const after = await measure(9_900);
    return after.map((size, at) => size - before[at]);
  });
  console.log(`in a page: heap ${heap}, module ${module} bytes more after the first hundred`);
  assert.ok(heap < MEGABYTE / 2, `the heap grew by ${heap}`);
  assert.equal(module, 0);
});
