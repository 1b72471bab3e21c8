// Promotions in Node: the addon and the WebAssembly module. What a gate says is tested in Rust; this is about types, errors, the
// life of handles, and the time-zone database that the module has to be handed.

import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { load } from "../scripts/package.js";

const FRIDAY = "2026-08-21T15:40:00Z";
const MONDAY = "2026-08-24T08:00:00Z";
const DIGEST = `sha256:${"a".repeat(64)}`;
const MANIFEST = `environments:
  staging: { tier: staging }
  production: { tier: production }
pipeline: { stages: [staging, production] }
policies: [./gates.yaml]
`;
const GATES = `policy: acme/promotion
gates:
  - { id: upstream, kind: upstream-succeeded, to: production }
  - id: working-hours
    kind: allowed-window
    to: production
    params: { timezone: Europe/London, windows: [{ days: [mon, tue, wed, thu], start: "09:00", end: "17:00" }] }
`;
const FILES = { "paritygate.yaml": MANIFEST, "gates.yaml": GATES };
const REQUEST = `request: release-1432
from: staging
to: production
artifacts: [{ component: api, digest: "${DIGEST}" }]
deployments:
  - environment: staging
    component: api
    digest: "${DIGEST}"
    startedAt: 2026-08-20T08:00:00Z
    finishedAt: 2026-08-20T08:10:00Z
    result: succeeded
`;
/** The same without the deployment, as an object, and the deployment beside it. */
const ASKED = { request: "release-1432", from: "staging", to: "production", artifacts: [{ component: "api", digest: DIGEST }] };
const DEPLOYED = {
  deployments: [
    { environment: "staging", component: "api", digest: DIGEST, startedAt: "2026-08-20T08:00:00Z", finishedAt: "2026-08-20T08:10:00Z", result: "succeeded" },
  ],
};

const texts = {};

for (const backend of ["native", "wasm"]) {
  const api = await load(backend);
  const { Decision, Engine, ParityGateError, format, gateProject, importEnvironment } = api;

  /** That something is refused with a typed error, and that the engine goes on. */
  function refused(code, work, message = /./) {
    assert.throws(work, (error) => {
      assert.ok(error instanceof ParityGateError, `${error?.stack ?? error}`);
      assert.equal(error.code, code, error.message);
      assert.match(error.message, message);
      assert.ok(Array.isArray(error.diagnostics));
      return true;
    });
    assert.equal(api.version().name, "paritygate");
  }

  describe(`promotion, ${backend}`, () => {
    test("the time-zone database is handed in when a zone is named, and not before", () => {
      const knows = () => api.version().tzdb !== undefined;
      assert.equal(knows(), backend === "native");
      const utc = GATES.replace("Europe/London", "UTC");
      const early = gateProject({ ...FILES, "gates.yaml": utc }, { request: REQUEST, now: FRIDAY });
      assert.equal(knows(), backend === "native");
      // Whether it is known shows nowhere, where no zone is named.
      assert.equal(early.data.engine.tzdb, undefined);
      texts.early ??= format(early, "json");
      assert.equal(format(early, "json"), texts.early);
      Engine.compile(GATES).dispose();
      assert.ok(knows());
      assert.equal(gateProject(FILES, { request: REQUEST, now: FRIDAY }).data.engine.tzdb, api.version().tzdb);
      assert.equal(format(gateProject({ ...FILES, "gates.yaml": utc }, { request: REQUEST, now: FRIDAY }), "json"), texts.early);
      refused("policy", () => Engine.compile(GATES.replace("Europe/London", "Europe/Londn")), /Londn/);
    });

    test("denied is a decision, and says what to wait for", () => {
      const decision = gateProject(FILES, { request: { name: "release.yaml", text: REQUEST }, now: FRIDAY });
      assert.ok(decision instanceof Decision && decision instanceof api.Result);
      assert.deepEqual([decision.allowed, decision.verdict, decision.nextEligibleAt], [false, "fail", MONDAY]);
      assert.deepEqual(decision.diagnostics, []);
      assert.deepEqual(decision.found?.environments.map(({ name }) => name), ["staging", "production"]);
      const [blocker, ...more] = decision.blockers;
      assert.deepEqual([blocker?.rule, blocker?.clearedBy, blocker?.until, more.length], ["working-hours", "time", MONDAY, 0]);
      assert.deepEqual(decision.findings.map(({ rule, status }) => [rule, status]), [["upstream", "pass"], ["working-hours", "fail"]]);
      const place = decision.findings[0]?.facts?.[0]?.place;
      assert.deepEqual([place?.document, place?.line], ["release.yaml", 6]);
      assert.deepEqual(JSON.parse(JSON.stringify(decision)), decision.data);
      assert.deepEqual(JSON.parse(format(decision, "json")), decision.data);
      assert.match(format(decision, "text"), /working-hours/);
      assert.match(format(decision, "markdown"), /working-hours/);
      assert.ok(format(decision, "text", { color: true }).includes("\u001b["));
      refused("unknown-format", () => format(decision, "pdf"));
      // The other backend writes the same bytes.
      texts.denied ??= format(decision, "json");
      assert.equal(format(decision, "json"), texts.denied);
    });

    test("allowed is one as well", () => {
      const decision = gateProject(FILES, { request: REQUEST, now: new Date(MONDAY) });
      assert.deepEqual([decision.allowed, decision.verdict, decision.nextEligibleAt], [true, "pass", MONDAY]);
      assert.deepEqual(decision.blockers, []);
    });

    test("an engine decides with files, with environments, and with nothing but the request", () => {
      const engine = Engine.compile(GATES);
      assert.deepEqual(engine.rules, [{ id: "upstream", kind: "upstream-succeeded" }, { id: "working-hours", kind: "allowed-window" }]);
      const { "gates.yaml": _, ...files } = FILES;
      assert.ok(engine.gate(REQUEST, { now: MONDAY, files }).allowed);
      assert.ok(engine.gate(REQUEST, { now: MONDAY }).allowed);
      const environments = ["staging", "production"].map((name) => importEnvironment({ [`${name}.environment`]: { environment: name } }));
      assert.ok(engine.gate(REQUEST, { now: MONDAY, environments }).allowed);
      assert.ok(engine.gate(REQUEST, { now: MONDAY, files, environments: environments.slice(0, 1), key: "k" }).allowed);
      environments[0]?.dispose();
      refused("disposed", () => engine.gate(REQUEST, { now: MONDAY, environments }));
      engine.dispose();
      refused("disposed", () => engine.gate(REQUEST, { now: MONDAY }));
    });

    test("requests and facts are texts, bytes or objects", () => {
      const encoder = new TextEncoder();
      const written = JSON.stringify(ASKED);
      const facts = JSON.stringify(DEPLOYED);
      for (const request of [ASKED, written, encoder.encode(written), { name: "asked.json", text: written }, { text: ASKED }]) {
        for (const beside of [DEPLOYED, [DEPLOYED], facts, [encoder.encode(facts)], [{ name: "deployments.json", text: facts }]]) {
          const decision = gateProject(FILES, { request, facts: beside, now: MONDAY });
          assert.ok(decision.allowed, format(decision, "text"));
          assert.equal(decision.findings[0]?.facts?.[0]?.source, "imported");
          decision.dispose();
        }
      }
      assert.equal(gateProject(FILES, { request: ASKED, now: MONDAY }).verdict, "unknown");
      const names = gateProject(FILES, { request: ASKED, facts: [DEPLOYED, facts], now: MONDAY }).data.inputs.map(({ name }) => name);
      assert.deepEqual(names.slice(0, 3), ["request.json", "facts-1.json", "facts-2"]);
    });

    test("what is broken is thrown with its diagnostics", () => {
      const now = FRIDAY;
      const broken = (work, code, document) => {
        refused("promotion", work, /^nothing was decided: /);
        try {
          work();
        } catch (error) {
          const found = error.diagnostics.find(({ level }) => level === "error");
          assert.deepEqual([found?.code, found?.document], [code, document]);
        }
      };
      broken(() => gateProject(FILES, { request: { name: "r.yaml", text: `${REQUEST}aproved: true\n` }, now }), "unknown-field", "r.yaml");
      broken(() => Engine.compile(GATES).gate("from: [", { now }), "yaml-syntax", "request");
      broken(() => gateProject(FILES, { request: ASKED, facts: { name: "f.yaml", text: "deploiments: []\n" }, now }), "unknown-field", "f.yaml");
      broken(() => gateProject({ ...FILES, "gates.yaml": GATES.replace("mon,", "moon,") }, { request: REQUEST, now }), "unknown-word", "gates.yaml");
      refused("promotion", () => gateProject({ "paritygate.yaml": MANIFEST }, { request: REQUEST, now }), /gates.yaml/);
      assert.ok(gateProject({ "paritygate.yaml": MANIFEST }, { request: REQUEST, now: MONDAY, read: (path) => FILES[path] }).allowed);
    });

    test("without `now` the request's own instant counts, or nothing does", () => {
      refused("no-clock", () => gateProject(FILES, { request: REQUEST }));
      refused("no-clock", () => Engine.compile(GATES).gate(REQUEST));
      refused("no-clock", () => gateProject(FILES, { request: REQUEST, now: null }));
      const request = `${REQUEST}evaluateAt: ${MONDAY}\n`;
      const own = gateProject(FILES, { request });
      assert.deepEqual([own.allowed, own.data.decision.clock, own.data.now], [true, "request", MONDAY]);
      assert.equal(gateProject(FILES, { request, now: FRIDAY }).data.decision.clock, "host");
      for (const [code, now] of [
        ["bad-instant", new Date(Number.NaN)],
        ["bad-instant", "yesterday"],
        ["wrong-type", 0],
        ["wrong-type", {}],
      ]) {
        refused(code, () => gateProject(FILES, { request, now }));
        refused(code, () => api.when(FILES, { request, now }));
      }
    });

    test("values of the wrong type are refused", () => {
      const now = FRIDAY;
      for (const files of [undefined, null, 7, "text", [], new Set()]) refused("wrong-type", () => gateProject(files, { request: REQUEST, now }));
      for (const request of [null, 7, true, 1n, Symbol("a"), () => 1, new Map(), new Date(), new Uint16Array(2), { text: 7 }, { name: 7, text: "" }]) {
        refused("wrong-type", () => gateProject(FILES, { request, now }));
        refused("wrong-type", () => gateProject(FILES, { request: ASKED, facts: [request], now }));
        refused("wrong-type", () => Engine.compile(GATES).gate(request, { now }));
      }
      refused("no-request", () => gateProject(FILES, { now }));
      refused("no-request", () => Engine.compile(GATES).gate(undefined, { now }));
      refused("wrong-type", () => gateProject(FILES, { request: ASKED, facts: 7, now }));
      refused("wrong-type", () => gateProject(FILES, 7));
      refused("wrong-type", () => Engine.compile(GATES).gate(ASKED, 7));
      for (const environments of [7, {}, [{}], [Engine.compile()]]) refused("wrong-type", () => gateProject(FILES, { request: ASKED, environments, now }));
      refused("wrong-type", () => gateProject(FILES, { request: ASKED, read: "file", now }));
      refused("lone-surrogate", () => gateProject(FILES, { request: "\ud800", now }));
      refused("no-json", () => gateProject(FILES, { request: { from: Number.NaN }, now }));
      refused("wrong-type", () => format({ allowed: true }, "text"));
      assert.throws(() => gateProject(FILES, { request: ASKED, enviroments: [], now }), /did you mean `environments`|enviroments.*unknown|unknown.*enviroments/);
      assert.throws(() => Engine.compile(GATES).gate(ASKED, { fact: [], now }), ParityGateError);
    });

    test("what was disposed is refused, and of old decisions the data stays", () => {
      const engine = Engine.compile(GATES);
      const decision = engine.gate(REQUEST, { now: FRIDAY });
      const { findings } = decision;
      decision.dispose();
      decision[Symbol.dispose]();
      assert.ok(decision.disposed);
      assert.deepEqual([decision.allowed, decision.verdict, findings.length], [false, "fail", 2]);
      refused("disposed", () => decision.findings);
      refused("disposed", () => decision.blockers);
      refused("disposed", () => format(decision, "text"));
      refused("disposed", () => api.diagram(FILES, { decision }));
      refused("disposed", () => api.replay(decision, FILES, { request: REQUEST }));
      const decisions = Array.from({ length: 100 }, () => engine.gate(REQUEST, { now: FRIDAY }));
      for (const old of decisions) assert.deepEqual(old.data, decisions.at(-1)?.data);
      refused("released", () => format(decisions[0], "text"));
      for (const old of decisions) old.dispose();
    });

    test("openings, and when each gate opens and shuts", () => {
      const { openings, transitions, diagnostics } = api.when(FILES, { now: FRIDAY, to: "production", count: 2 });
      assert.deepEqual(openings.map(({ open, close }) => [open, close]), [
        [MONDAY, "2026-08-24T16:00:00Z"],
        ["2026-08-25T08:00:00Z", "2026-08-25T16:00:00Z"],
      ]);
      assert.deepEqual([openings[0]?.zone, transitions, diagnostics], ["Europe/London", [], []]);
      const ahead = Engine.compile(GATES).when({ now: new Date(FRIDAY), until: new Date("2026-08-25T00:00:00Z"), transitions: true, request: REQUEST });
      assert.deepEqual(ahead.transitions.map(({ at, rule, opens }) => [at, rule, opens]), [
        ["2026-08-21T15:40:00Z", "working-hours", false],
        [MONDAY, "working-hours", true],
        ["2026-08-24T16:00:00Z", "working-hours", false],
      ].slice(ahead.transitions.length === 2 ? 1 : 0));
      refused("no-clock", () => api.when(FILES, { to: "production" }));
      // An environment that nobody knows is never open; without one the last of the pipeline is meant.
      refused("unknown-environment", () => api.when(FILES, { now: FRIDAY, to: "prodution" }), /no environment `prodution`/);
      refused("unknown-environment", () => api.when(FILES, { now: FRIDAY, to: "production", from: "stagin" }));
      refused("no-target", () => Engine.compile(GATES).when({ now: FRIDAY }));
      assert.deepEqual(api.when(FILES, { now: FRIDAY, count: 2 }).openings, openings);
      refused("missing-field", () => api.when(FILES, { now: FRIDAY, transitions: true }));
      refused("bad-instant", () => api.when(FILES, { now: FRIDAY, until: new Date(Number.NaN) }));
      refused("promotion", () => api.when(FILES, { now: FRIDAY, request: "from: [" }));
      refused("conflicting-fields", () => api.when(FILES, { now: FRIDAY, request: REQUEST, to: "production" }));
      // That a gate never opens is an answer.
      const never = GATES.replace('start: "09:00"', 'until: "2020-01-01", start: "09:00"');
      const shut = api.when({ ...FILES, "gates.yaml": never }, { now: FRIDAY, to: "production" });
      assert.deepEqual(shut.openings, []);
      assert.ok(shut.diagnostics.length > 0 && shut.diagnostics.every(({ level }) => level === "warning"));
    });

    test("the pipeline is drawn, and read back", () => {
      const drawn = api.diagram(FILES);
      assert.match(drawn, /^flowchart LR/);
      const { manifest, diagnostics } = api.readDiagram(drawn);
      assert.deepEqual([manifest.pipeline.stages, diagnostics], [["staging", "production"], []]);
      const decision = gateProject(FILES, { request: REQUEST, now: FRIDAY });
      assert.match(api.diagram(FILES, { decision }), /✗ working-hours/);
      refused("diagram", () => api.readDiagram("graf LR"), /this is no flowchart/);
      refused("wrong-type", () => api.readDiagram(undefined));
      refused("wrong-type", () => api.diagram(FILES, { decision: {} }));
      refused("promotion", () => api.diagram({ "paritygate.yaml": "pipeline: [" }));
    });

    test("a decision is made again", () => {
      const decision = gateProject(FILES, { request: REQUEST, now: FRIDAY });
      const recorded = format(decision, "json");
      for (const record of [recorded, new TextEncoder().encode(recorded), { name: "d.json", text: recorded }, decision]) {
        assert.deepEqual(api.replay(record, FILES, { request: REQUEST }), { same: true, changes: [], diagnostics: [] });
      }
      const { "gates.yaml": _, ...files } = FILES;
      const by = Engine.compile({ name: "gates.yaml", text: GATES });
      assert.ok(by.replay(recorded, { request: REQUEST, files }).same);
      const other = api.replay(recorded, FILES, { request: REQUEST.replace("08:10", "08:11") });
      assert.deepEqual([other.same, other.changes.length], [false, 1]);
      assert.match(other.changes[0] ?? "", /the request `request` is another text/);
      refused("not-a-decision", () => api.replay("{}", FILES, { request: REQUEST }));
      refused("wrong-type", () => api.replay(decision.data, FILES, { request: REQUEST }));
      refused("promotion", () => api.replay(recorded, FILES, { request: "from: [" }));
      refused("no-request", () => api.replay(recorded, FILES, {}));
    });

    test("functions that may take their time answer the same", async () => {
      const read = async (path) => FILES[path];
      const files = { "paritygate.yaml": MANIFEST };
      const decision = await api.gateProjectAsync(files, { request: REQUEST, now: FRIDAY, read });
      assert.equal(format(decision, "json"), format(gateProject(FILES, { request: REQUEST, now: FRIDAY }), "json"));
      assert.ok((await Engine.compile(GATES).gateAsync(REQUEST, { now: MONDAY, files, read })).allowed);
      assert.equal((await api.whenAsync(files, { now: FRIDAY, to: "production", read })).openings.length, 5);
      assert.equal(await api.diagramAsync(files, { read }), api.diagram(FILES));
      assert.ok((await api.replayAsync(decision, files, { request: REQUEST, read })).same);
      await assert.rejects(api.gateProjectAsync(files, { request: REQUEST, now: FRIDAY, read: () => Promise.reject(new Error("disk")) }), /disk/);
      await assert.rejects(api.gateProjectAsync(files, { request: "from: [", now: FRIDAY, read }), { code: "promotion" });
      await assert.rejects(api.gateProjectAsync(files), { code: "no-request" });
    });

    test("environments of another module are judged as well", async () => {
      const engine = Engine.compile(GATES);
      const environments = ["staging", "production"].map((name) => importEnvironment({ [`${name}.environment`]: { environment: name } }));
      await api.loadFormats();
      // Without an engine the new module decides.
      const decision = gateProject(FILES, { request: REQUEST, now: MONDAY, environments });
      assert.ok(decision.allowed, format(decision, "text"));
      assert.ok(engine.gate(REQUEST, { now: MONDAY, environments }).allowed);
      assert.ok(Engine.compile(GATES).gate(REQUEST, { now: MONDAY, environments }).allowed);
      await api.loadZones();
      await api.loadZones();
      assert.ok(api.version().tzdb);
    });
  });
}
