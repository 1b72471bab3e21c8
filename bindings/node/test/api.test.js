// One test for what answers in Node: the addon and the WebAssembly module. What a rule says is tested in Rust; this is about
// types, errors, and the life of handles.

import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Worker } from "node:worker_threads";

import { load } from "../scripts/package.js";

const NOW = "2026-03-01T09:00:00Z";
const FILES = { ".env.staging": "PAY_URL=https://pay.example.com\nB=1\n", ".env.production": "B=1\n" };
const POLICY = "policy: acme\nrules:\n  - { id: same-node, kind: same, select: runtimes.node }\n";
const staging = { environment: "staging", tier: "staging", runtimes: { node: "20" } };
const production = { environment: "production", tier: "production", runtimes: { node: "22" } };

for (const backend of ["native", "wasm"]) {
  const api = await load(backend);
  const { Engine, Environment, ParityGateError, Report, checkProject, checkProjectAsync, format, importEnvironment } = api;

  /** That something is refused with a typed error, and that the engine goes on. */
  function refused(code, work) {
    assert.throws(work, (error) => {
      assert.ok(error instanceof ParityGateError, `${error?.stack ?? error}`);
      assert.equal(error.code, code, error.message);
      assert.ok(error.message.length > 0 && Array.isArray(error.diagnostics));
      return true;
    });
    assert.equal(api.version().name, "paritygate");
  }

  function environments() {
    return [staging, production].map((document) => importEnvironment({ [`${document.environment}.environment`]: document }));
  }

  describe(backend, () => {
    test("a project is checked, and the report is read", () => {
      const report = checkProject(FILES, { now: NOW });
      assert.equal(report.verdict, "fail");
      assert.equal(report.counts.fail, 1);
      assert.deepEqual(report.found?.environments.map(({ name }) => name).toSorted(), ["production", "staging"]);
      const [finding] = report.findings;
      assert.equal(finding?.path, "variables.PAY_URL");
      assert.equal(report.data.evaluatedAt, NOW);
      assert.match(format(report, "text"), /`variables.PAY_URL` is missing in production/);
      assert.deepEqual(JSON.parse(format(report, "json")), report.data);
      assert.deepEqual(JSON.parse(JSON.stringify(report)), report.data);
      assert.ok(format(report, "text", { color: true }).includes("\u001b["));
    });

    test("text, bytes, maps and plain objects say the same", () => {
      const encoder = new TextEncoder();
      const pairs = Object.entries(FILES);
      const shared = (text) => {
        const bytes = encoder.encode(text);
        const view = new Uint8Array(new SharedArrayBuffer(bytes.length));
        view.set(bytes);
        return view;
      };
      const all = [
        FILES,
        new Map(pairs),
        Object.fromEntries(pairs.map(([name, text]) => [name, encoder.encode(text)])),
        Object.fromEntries(pairs.map(([name, text]) => [name, Buffer.from(text)])),
        Object.fromEntries(pairs.map(([name, text]) => [name, shared(text)])),
      ];
      const texts = all.map((files) => format(checkProject(files, { now: new Date(NOW), key: "k" }), "json"));
      for (const text of texts) assert.equal(text, texts[0]);
    });

    test("policies are compiled once, for environments and for files", () => {
      const engine = Engine.compile(POLICY);
      assert.deepEqual(engine.rules, [{ id: "same-node", kind: "same" }]);
      const [one, other] = environments();
      assert.deepEqual([one.name, one.tier, other.name], ["staging", "staging", "production"]);
      assert.equal(one.toDocument().environment, "staging");
      const report = engine.check([one, other], { now: NOW, only: ["same-node"] });
      assert.equal(report.findings[0]?.message, "`runtimes.node` differs: staging `20`, production `22`");
      const files = { "a.environment.json": staging, "b.environment.json": production };
      assert.equal(engine.check(files, { now: NOW }).findings[0]?.rule, "same-node");
    });

    test("a wrong policy is thrown with all its diagnostics, or answered", () => {
      const wrong = { name: "mine.yaml", text: POLICY.replace("kind: same", "kind: smae") };
      refused("policy", () => Engine.compile(wrong));
      try {
        Engine.compile(wrong);
      } catch (error) {
        const [{ code, document, line, help }] = error.diagnostics;
        assert.deepEqual([code, document, line, help], ["unknown-kind", "mine.yaml", 3, "did you mean `same`?"]);
      }
      const { engine, ok, diagnostics } = Engine.tryCompile([wrong, { pack: "recommended" }]);
      assert.deepEqual([ok, diagnostics.length], [false, 1]);
      assert.ok(engine.rules.length > 5);
      const object = Engine.compile({ policy: "acme", rules: [{ id: "a", kind: "same", select: "runtimes.node" }] });
      assert.equal(object.rules.length, 1);
    });

    test("what is wrong with a file is in the report, or thrown by an import", () => {
      const report = checkProject({ "paritygate.yaml": "environments: [" }, { now: NOW });
      assert.equal(report.verdict, "error");
      assert.equal(report.diagnostics[0]?.document, "paritygate.yaml");
      refused("import", () => importEnvironment({ "staging.environment.yaml": "environment: [" }));
      const { ok, environments, diagnostics } = api.tryImport({ "a.environment.yaml": "nonsense: 1\nenvironment: a\n" });
      assert.deepEqual([ok, environments.length, diagnostics.length], [false, 1, 1]);
    });

    test("files that others name are asked for", async () => {
      const files = { "compose.staging.yaml": "services: { api: { image: a, env_file: [api.env] } }\n" };
      const asked = [];
      const read = (path) => {
        asked.push(path);
        return path === "api.env" ? "A=1\n" : undefined;
      };
      const environment = importEnvironment(files, { read });
      assert.equal(environment.toDocument().workloads.api.variables.A.value, "1");
      assert.deepEqual(asked.toSorted(), [".env", "api.env"]);
      const late = await api.importEnvironmentAsync(files, { read: async (path) => read(path) });
      assert.deepEqual(late.toDocument(), environment.toDocument());
      assert.equal(checkProject(files, { now: NOW }).verdict, "error");
      const project = await checkProjectAsync(files, { now: NOW, read: async (path) => read(path) });
      assert.notEqual(project.verdict, "error");
      const no = { refused: "the portal reads no other files" };
      const { diagnostics } = api.tryImport(files, { read: () => no });
      assert.match(diagnostics.map(({ message }) => message).join("\n"), /the portal reads no other files/);
      await assert.rejects(checkProjectAsync(files, { now: NOW, read: () => Promise.reject(new Error("disk")) }), /disk/);
    });

    test("a key makes fingerprints that compare with those of others", () => {
      const files = { "staging.environment.yaml": "environment: staging\nvariables: { API_KEY: { value: hunter2hunter2 } }\n" };
      const read = (key) => JSON.stringify(importEnvironment(files, { key }).toDocument());
      assert.equal(read("one"), read(new TextEncoder().encode("one\n")));
      assert.notEqual(read("one"), read("other"));
      assert.ok(!read("one").includes("hunter2"));
      refused("key", () => read(""));
    });

    test("the catalogue answers", () => {
      assert.ok(api.rules().kinds.some(({ kind }) => kind === "ratio"));
      assert.ok(api.version().outputFormats.includes("text"));
      assert.deepEqual(api.discover([".env.staging", "x.txt"]).environments.map(({ name }) => name), ["staging"]);
      if (backend === "native") {
        assert.match(api.explain("ratio"), /^# /);
        assert.equal(api.schema("policy").type, "object");
        refused("unknown-rule", () => api.explain("ratoi"));
      } else {
        // The small module holds no manual.
        refused("other-module", () => api.explain("ratio"));
        refused("other-module", () => api.schema("policy"));
      }
    });

    test("instants are required and valid", () => {
      for (const [code, now] of [
        ["no-clock", undefined],
        ["no-clock", null],
        ["bad-instant", new Date(Number.NaN)],
        ["bad-instant", "yesterday"],
        ["bad-instant", ""],
        ["wrong-type", 0],
        ["wrong-type", Number.NaN],
        ["wrong-type", {}],
      ]) {
        refused(code, () => checkProject(FILES, { now }));
      }
      refused("no-clock", () => checkProject(FILES));
      refused("no-clock", () => Engine.compile().check(environments()));
      refused("wrong-type", () => checkProject(FILES, 7));
    });

    test("values of the wrong type are refused", () => {
      const now = NOW;
      for (const files of [undefined, null, 7, "text", [], new Set(), () => 1, Symbol("a")]) {
        if (Array.isArray(files)) refused("nothing-to-check", () => Engine.compile().check(files, { now }));
        refused("wrong-type", () => checkProject(files, { now }));
        if (!Array.isArray(files)) refused("wrong-type", () => Engine.compile().check(files, { now }));
      }
      for (const content of [undefined, null, 7, true, 1n, Symbol("a"), () => 1, new Map(), new Date(), new Uint16Array(2)]) {
        refused("wrong-type", () => checkProject({ ".env.staging": content }, { now }));
        refused("wrong-type", () => Engine.compile(content ?? 7));
      }
      for (const environment of [undefined, null, 1, {}, Engine.compile()]) {
        refused("wrong-type", () => Engine.compile().check([environment], { now }));
      }
      refused("wrong-type", () => format({}, "text"));
      refused("unknown-format", () => format(checkProject(FILES, { now }), "txt"));
      refused("wrong-type", () => format(checkProject(FILES, { now }), "text", { width: Number.NaN }));
      refused("wrong-type", () => checkProject(FILES, { now, read: "file" }));
      refused("wrong-type", () => checkProject(FILES, { now, key: 7 }));
      refused("wrong-type", () => api.explain(7));
      refused("wrong-type", () => api.schema(undefined));
      refused("wrong-type", () => api.discover("name"));
      refused("wrong-type", () => api.discover([7]));
      for (const only of ["rule", 7, [7], { a: 1n }, [() => 1]]) {
        assert.throws(() => checkProject(FILES, { now, only }), ParityGateError);
      }
    });

    test("an option that does not exist is refused with the nearest", () => {
      assert.throws(() => checkProject(FILES, { now: NOW, onyl: ["a"] }), /onyl.*unknown|unknown.*onyl/);
      assert.throws(() => importEnvironment({ ".env.staging": "A=1\n" }, { teir: "staging" }), /did you mean `tier`/);
    });

    test("halves of characters, detached bytes and huge texts are refused", () => {
      const now = NOW;
      refused("lone-surrogate", () => checkProject({ ".env.staging": "A=\ud800\n" }, { now }));
      refused("lone-surrogate", () => checkProject({ ".env.\udc00": "A=1\n" }, { now }));
      refused("lone-surrogate", () => checkProject({ "a.environment": { environment: "\ud800" } }, { now }));
      refused("lone-surrogate", () => api.explain("\ud800"));
      refused("lone-surrogate", () => api.discover(["\ud800"]));
      assert.throws(() => checkProject(FILES, { now, only: ["\ud800"] }), ParityGateError);
      const bytes = new TextEncoder().encode("A=1\n");
      structuredClone(bytes.buffer, { transfer: [bytes.buffer] });
      refused("detached", () => checkProject({ ".env.staging": bytes }, { now }));
      const cut = new ArrayBuffer(8, { maxByteLength: 16 });
      const view = new Uint8Array(cut, 4, 4);
      cut.resize(2);
      refused("detached", () => checkProject({ ".env.staging": view }, { now }));
      const held = environments();
      const proxy = new Proxy(new TextEncoder().encode("A=1"), { get: (target, name) => Reflect.get(target, name, target) });
      refused("wrong-type", () => importEnvironment({ "staging.env": proxy }));
      refused("wrong-type", () => Engine.compile(proxy));
      class Lying extends Uint8Array {
        get length() {
          return 2 ** 40;
        }
      }
      assert.equal(importEnvironment({ "staging.env": Lying.from([65, 61, 49]) }).toDocument().variables.A.value, "1");
      for (const environment of held) assert.equal(environment.toDocument().environment, environment.name);
      refused("document-too-large", () => checkProject({ ".env.staging": "x".repeat(2 ** 27) }, { now }));
      refused("document-too-large", () => checkProject({ ".env.staging": new Uint8Array(2 ** 27) }, { now }));
      assert.equal(checkProject({ ".env.staging": `A=${"x".repeat(40 * 2 ** 20)}` }, { now }).verdict, "error");
      assert.equal(checkProject({ ".env.staging": new Uint8Array([0xff, 0xfe, 0]) }, { now }).verdict, "error");
      refused("call-too-large", () => api.discover(["x".repeat(2 ** 26)]));
      assert.equal(checkProject({ ".env.staging": new Uint8Array(0), ".env.production": "" }, { now }).verdict, "pass");
    });

    test("bytes that are taken away while files are asked for were copied", async () => {
      const text = "A=1\nB=2\n";
      const bytes = new TextEncoder().encode(text);
      const compose = (name) => `services: { a: { image: "x:1", env_file: [${name}.env] } }`;
      const files = { "compose.staging.yaml": compose("staging"), "compose.production.yaml": compose("production"), "staging.env": bytes };
      const engine = Engine.compile();
      const expected = await engine.checkAsync({ ...files, "staging.env": text }, { now: NOW, read: () => text });
      const read = async () => {
        structuredClone(0, { transfer: [bytes.buffer] });
        return text;
      };
      const report = await engine.checkAsync(files, { now: NOW, read });
      assert.equal(bytes.length, 0);
      assert.deepEqual(report.data, expected.data);
      assert.equal(report.findings.length, 0);
    });

    test("what is no option is refused by what it is, and never quoted", () => {
      const file = { "staging.env": "MYTHING=canary\n" };
      const canary = () => "canary";
      for (const options of [{ name: canary }, { name: Symbol("canary") }, { tier: new Date(NOW) }, { secrets: new Map() }, { secrets: ["MYTHING"] }]) {
        refused("wrong-type", () => importEnvironment(file, options));
        assert.throws(() => importEnvironment(file, options), (error) => !String(error).includes("canary"));
      }
      for (const options of [7, "options", new Map(), new Date(), []]) refused("wrong-type", () => importEnvironment(file, options));
      refused("lone-surrogate", () => importEnvironment(file, { name: "\ud800" }));
      refused("unknown-field", () => checkProject(FILES, { now: NOW, engine: 1 }));
      const round = { plain: [] };
      round.secret = [round];
      refused("wrong-type", () => importEnvironment(file, { secrets: round }));
      assert.equal(importEnvironment(file, { secrets: { secret: ["MYTHING"] } }).toDocument().variables.MYTHING.value, undefined);
    });

    test("handles are not made by hand, and are called by their names", () => {
      for (const Handle of [Environment, Report, api.Decision]) refused("wrong-type", () => new Handle());
      const [one] = environments();
      one.dispose();
      assert.throws(() => one.toDocument(), /this Environment was disposed/);
    });

    test("objects that JSON would change are refused", () => {
      const round = { environment: "a" };
      round.self = round;
      let deep = {};
      for (let at = 0; at < 100_000; at += 1) deep = { deep };
      const bad = [{ a: Number.NaN }, { a: Number.POSITIVE_INFINITY }, { a: 1n }, { a: () => 1 }, { a: new Map() }];
      for (const object of [...bad, { a: new Date(Number.NaN) }, { a: [Symbol("a")] }, round, deep]) {
        refused("no-json", () => checkProject({ "a.environment": object }, { now: NOW }));
      }
      refused("duplicate-file", () => checkProject({ a: {}, "a.json": {} }, { now: NOW }));
      const prototype = JSON.parse('{"environment":"a","variables":{"__proto__":{"value":"1"}}}');
      assert.equal(importEnvironment({ "__proto__.environment": prototype }).name, "a");
    });

    test("what was disposed is refused, and disposing twice is fine", () => {
      const engine = Engine.compile(POLICY);
      const [one, other] = environments();
      const report = engine.check([one, other], { now: NOW });
      const { findings } = report;
      report.dispose();
      report[Symbol.dispose]();
      assert.ok(report.disposed);
      assert.deepEqual([report.verdict, findings.length], ["fail", 1]);
      refused("disposed", () => report.findings);
      refused("disposed", () => format(report, "text"));
      one.dispose();
      refused("disposed", () => one.toDocument());
      refused("disposed", () => engine.check([one, other], { now: NOW }));
      engine.dispose();
      engine.dispose();
      refused("disposed", () => engine.check([other], { now: NOW }));
    });

    test("of old reports the data stays", () => {
      const engine = Engine.compile(POLICY);
      const subject = environments();
      const reports = Array.from({ length: 200 }, () => engine.check(subject, { now: NOW }));
      const expected = reports.at(-1)?.data;
      for (const report of reports) assert.deepEqual(report.data, expected);
      assert.match(format(reports.at(-1), "text"), /runtimes.node/);
      refused("released", () => format(reports[0], "text"));
      for (const report of reports) report.dispose();
      refused("disposed", () => reports[0]?.data);
    });

    test("a name is no place for an offset, and columns count characters", () => {
      const text = "a\n😀=ü😀x\r\nlast";
      const at = (line, column) => text.slice(api.offsetOf(text, { line, column })).slice(0, 2);
      assert.equal(at(1, 1), "a\n");
      assert.equal(at(2, 2), "=ü");
      assert.equal(at(2, 5), "x\r");
      assert.equal(at(2, 99), "\nl");
      assert.equal(at(3, 1), "la");
      assert.equal(at(9, 1), "");
      assert.equal(api.offsetOf("\ufeffA=1", { line: 1, column: 1 }), 1);
      refused("wrong-type", () => api.offsetOf(text, { line: Number.NaN, column: 1 }));
      refused("wrong-type", () => api.offsetOf(7, { line: 1, column: 1 }));
      refused("wrong-type", () => api.offsetOf(text));
      refused("wrong-type", () => api.offsetOf(text, null));
      const files = { ".env.staging": "\ufeffA=😀 ü\nB=1\n", ".env.production": "C=2\n" };
      const [finding] = checkProject(files, { now: NOW, only: ["key-present"] }).findings;
      const place = finding?.cells["staging"]?.source;
      const text2 = files[".env.staging"];
      const cut = text2.slice(api.offsetOf(text2, place), api.offsetOf(text2, { line: place.endLine, column: place.endColumn }));
      assert.equal(cut, "😀 ü");
    });

    test("each worker has an engine of its own", async () => {
      const entry = new URL(`../../../target/node/package/dist/${backend === "native" ? "node" : "node-wasm"}.js`, import.meta.url);
      const code = `
        import { parentPort, workerData } from "node:worker_threads";
        const { checkProject, format, backend } = await import(workerData.entry);
        const report = checkProject(workerData.files, { now: ${JSON.stringify(NOW)}, key: "k" });
        parentPort.postMessage([backend, format(report, "json")]);`;
      const url = new URL(`data:text/javascript,${encodeURIComponent(code)}`);
      const run = () =>
        new Promise((done, failed) => {
          const worker = new Worker(url, { workerData: { entry: entry.href, files: FILES } });
          worker.once("message", done).once("error", failed);
        });
      const expected = [backend, format(checkProject(FILES, { now: NOW, key: "k" }), "json")];
      for (const answer of await Promise.all([run(), run(), run()])) assert.deepEqual(answer, expected);
    });

    test("everything that is exported is what it says", () => {
      assert.equal(api.backend, backend);
      assert.ok(checkProject(FILES, { now: NOW }) instanceof Report);
      assert.ok(environments()[0] instanceof Environment);
      assert.ok(Engine.compile() instanceof api.Handle);
    });
  });
}
