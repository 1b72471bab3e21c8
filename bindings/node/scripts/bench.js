// Measures a full check of the yardstick W1, beside `JSON.parse` of the same text and a loop written by hand.
//
//   node scripts/bench.js TEXT POLICY

import { readFileSync } from "node:fs";

import { byHand } from "./by-hand.js";
import { load } from "./package.js";

const ROUNDS = 400;
const [textFile, policyFile] = process.argv.slice(2);
const bytes = new Uint8Array(readFileSync(textFile));
const text = readFileSync(textFile, "utf8");
const files = { "w1.json": bytes };
const now = "2026-01-01T00:00:00Z";

const candidates = [
  ["JSON.parse of the text", () => JSON.parse(text).environments.length],
  ["JSON.parse and a loop by hand", () => byHand(JSON.parse(text)).length],
];
for (const backend of ["native", "wasm"]) {
  const { Engine } = await load(backend);
  const engine = Engine.compile({ name: "policy.yaml", text: readFileSync(policyFile) });
  const check = (look) => () => {
    const report = engine.check(files, { now });
    const found = look(report);
    report.dispose();
    return found;
  };
  candidates.push(
    [`${backend}: bytes to verdict`, check(({ counts }) => counts.fail)],
    [`${backend}: bytes to findings`, check(({ findings }) => findings.length)],
  );
}

const times = candidates.map(() => []);
for (let round = 0; round < ROUNDS * 1.1; round += 1) {
  candidates.forEach(([, run], at) => {
    const start = process.hrtime.bigint();
    if (run() === 0) throw new Error("nothing was found");
    // The first tenth warms up.
    if (round >= ROUNDS / 10) times[at].push(Number(process.hrtime.bigint() - start) / 1000);
  });
}
const median = (list) => list.toSorted((one, other) => one - other)[list.length >> 1];
const floor = median(times[0]);
console.log(`\nW1 in Node, against JSON.parse (${bytes.length} bytes)`);
candidates.forEach(([name], at) => {
  const middle = median(times[at]);
  console.log(`  ${name.padEnd(44)} ${middle.toFixed(1).padStart(10)} µs  ${(middle / floor).toFixed(2).padStart(6)} ×`);
});
