// After a fault of the engine, the call is a typed error, old handles are refused, and the next call finds a new engine.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";

import { build } from "esbuild";

import { PACKAGE } from "../scripts/package.js";

const WASM = join(PACKAGE, "../../wasm/web");

/** A part of the sources that no entry exports. */
async function part(contents) {
  const stdin = { contents, resolveDir: "src", loader: "ts" };
  const alias = { "#core": join(WASM, "core/paritygate_core.js") };
  const { outputFiles } = await build({ stdin, alias, bundle: true, write: false, format: "esm", platform: "node", logLevel: "error" });
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString("base64")}`);
}

test("a fault ends the engine, not the program", async () => {
  const { Engine, ParityGateError, plugIn, version } = await part(
    'export { Engine } from "./engine.js"; export { ParityGateError } from "./errors.js";' +
      'export { version } from "./catalogue.js"; export { plugIn } from "./session.js";',
  );
  let opened = 0;
  const answers = { compile: '{"wire":1,"compile":{"engine":1,"ok":true,"rules":[],"diagnostics":[]}}' };
  plugIn((random) => {
    opened += 1;
    assert.equal(random.length, 36);
    return {
      call(call) {
        const [, verb] = Object.keys(JSON.parse(call));
        if (answers[verb] === undefined) throw new RangeError("unreachable");
        return answers[verb];
      },
    };
  });
  const isFault = (error) => error instanceof ParityGateError && error.code === "engine-fault" && error.cause instanceof RangeError;
  const engine = Engine.compile();
  assert.throws(version, isFault);
  assert.throws(version, isFault);
  assert.throws(() => engine.check([], { now: new Date() }), { code: "released" });
  engine.dispose();
  Engine.compile();
  assert.equal(opened, 3);
});

test("the WebAssembly module is made anew", async () => {
  const { openWasm, module } = await part('export { openWasm } from "./wasm-plug.js"; export * as module from "#core";');
  const open = openWasm(module, () => module.initSync({ module: readFileSync(join(WASM, "core/paritygate_core_bg.wasm")) }));
  const ask = (plug) => JSON.parse(plug.call('{"wire":1,"compile":{}}', [])).compile.engine;
  const first = open(new Uint8Array(36));
  assert.deepEqual([ask(first), ask(first)], [1, 2]);
  assert.equal(ask(open(new Uint8Array(36))), 1);
  assert.throws(() => ask(first));
  assert.throws(() => open(new Uint8Array(35)), /36 random bytes/);
});
