// Checks 10 000 times in one go, disposing nothing, and says how the memory grew after the first hundred.
//
//   node --expose-gc scripts/memory.js native|wasm

import { load } from "./package.js";

const CHECKS = 10_000;
const FIRST = 100;

const { checkProject } = await load(process.argv[2]);
const files = { ".env.staging": "PAY_URL=https://pay.example.com\nAPI_KEY=a-long-secret-0123456789\n", ".env.production": "B=1\n" };

function checks(count) {
  for (let at = 0; at < count; at += 1) {
    const { verdict, counts } = checkProject(files, { now: "2026-03-01T09:00:00Z" });
    if (verdict !== "fail" || counts.fail === 0) throw new Error(verdict);
  }
  gc();
  return process.memoryUsage();
}

const before = checks(FIRST);
const after = checks(CHECKS - FIRST);
const grown = (name) => after[name] - before[name];
console.log(JSON.stringify({ heap: grown("heapUsed"), external: grown("external"), all: grown("rss") }));
