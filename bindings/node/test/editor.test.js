// The published schemas in an editor: a real language server says what is wrong where, offers what there is, and explains it.

import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath, pathToFileURL } from "node:url";

import { start } from "./language-server.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const schema = (name) => `${ROOT}schemas/${name}.schema.json`;
const read = (path) => readFileSync(path, "utf8");

const policy = JSON.parse(read(schema("policy")));
const editor = await start({
  [pathToFileURL(schema("policy")).href]: "*.policy.yaml",
  [pathToFileURL(schema("project")).href]: "*.paritygate.yaml",
});
after(() => editor.stop());

/** A rule of a policy, from its lines. */
const rule = (...lines) => `policy: acme/web\nrules:\n  - id: one\n${lines.map((line) => `    ${line}\n`).join("")}`;
const gate = (...lines) => rule(...lines).replace("rules:", "gates:");
const inPolicy = (text) => editor.open("policy.yaml", text);
const inManifest = (text) => editor.open("paritygate.yaml", text);

test("good policies are good: those of the packs", async () => {
  const all = readdirSync(`${ROOT}policies`, { recursive: true });
  const files = all.filter((file) => file.endsWith(".yaml") && !file.endsWith(".cases.yaml"));
  assert.ok(files.length > 20);
  for (const file of files) assert.deepEqual((await inPolicy(read(`${ROOT}policies/${file}`))).wrong, [], file);
});

test("a good manifest is good", async () => {
  const manifest = `environments:
  staging: { tier: staging, sources: [{ path: .env.staging }] }
  production: { order: 2, sources: [{ from: dotenv, paths: [.env, .env.production] }], trigger: manual }
policies: [recommended, ./policies/ours.yaml]
waivers:
  - { rule: same-node, path: runtimes.node, environments: [staging], owner: web, reason: first, expiresAt: 2026-06-01T00:00:00Z }
pipeline: { stages: [staging, production], edges: [{ from: staging, to: production, needs: all }] }
`;
  assert.deepEqual((await inManifest(manifest)).wrong, []);
});

test("the examples of the schemas are good", async () => {
  for (const [name, open, head] of [["policy", inPolicy, "policy: acme/web\nrules: [{ id: a, kind: same, select: a.b }]\n"], ["project", inManifest, ""]]) {
    const { properties, $defs } = JSON.parse(read(schema(name)));
    for (const [field, holds] of Object.entries(properties)) {
      const { examples = [], markdownDescription } = holds.$ref ? $defs[holds.$ref.split("/").at(-1)] : holds;
      const shown = /```yaml\n([^]*?)\n```/.exec(markdownDescription ?? "")?.[1];
      const values = [...examples.map((example) => JSON.stringify(example)), ...(shown ? [`\n${shown.replaceAll(/^/gm, "  ")}`] : [])];
      for (const value of values) {
        const others = head.replace(new RegExp(`^${field}:.*\n`, "m"), "");
        assert.deepEqual((await open(`${others}${field}: ${value}\n`)).wrong, [], `${name}: ${field}: ${value}`);
      }
    }
  }
});

const RULE_KINDS = policy.$defs.rule.properties.kind.oneOf.map(({ const: word }) => word);

for (const [what, open, text, wrong] of [
  ["a parameter that the kind does not have", inPolicy, rule("kind: ratio", "select: a.b", "params: { mim: 1 }"), ["6:15-18 the kind `ratio` takes the parameters `max` and `min`"]],
  ["a parameter of another kind", inPolicy, rule("kind: matches", "select: a.b", "params: { min: 1 }"), ["6:15-18 the kind `matches` takes the parameters `not` and `pattern`"]],
  ["a parameter of the wrong type", inPolicy, rule("kind: ratio", "select: a.b", "params: { min: low }"), ['6:20-23 Incorrect type. Expected "number".']],
  ["a word that a parameter does not know", inPolicy, rule("kind: present", "select: a.b", "params: { missingFrom: some }"), ['6:28-32 Value must be "any" | "reference" | "others".']],
  ["a parameter that is missing", inPolicy, gate("kind: soak", "params: { atLeast: 1 }"), ["5:5-11 the kind `soak` takes the parameters `after`, `atLeast`, `duration`, `during`, `environments` and `health`; it needs `duration`"]],
  ["no parameter at all", inPolicy, rule("kind: differ", "select: a.b", "params: { min: 1 }"), ["6:15-18 the kind `differ` takes no parameters"]],
  ["a kind that is none", inPolicy, rule("kind: rato", "select: a.b"), [`4:11-15 Value must be ${RULE_KINDS.map((kind) => `"${kind}"`).join(" | ")}.`]],
  ["nothing that is selected", inPolicy, rule("kind: ratio", "params: { min: 1 }"), ["3:5-6 a rule of the kind `ratio` needs `select`"]],
  ["a selection where there is none", inPolicy, rule("kind: coverage", "select: a.b"), ["5:5-11 `coverage` is about environments as a whole and takes no `select`"]],
  ["a field that rules don't have", inPolicy, rule("kind: ratio", "select: a.b", "sevrity: error"), ["6:5-12 Property sevrity is not allowed."]],
  ["words that nobody knows", inPolicy, rule("kind: ratio", "select: a.b", "severity: eror", "mode: watch", "onUnknown: ignore"), [
    '6:15-19 Value must be "error" | "warning" | "info".',
    '7:11-16 Value must be "enforce" | "observe".',
    '8:16-22 Value must be "unknown" | "fail" | "warn" | "skip".',
  ]],
  ["a policy that holds nothing", inPolicy, "policy: acme/web\n", ["1:1-2 a policy holds `rules`, `gates` or `breakGlass`"]],
  ["a field that manifests don't have", inManifest, "environments:\n  staging:\n    teir: staging\n", ["3:5-9 Property teir is not allowed."]],
  ["a format that is none", inManifest, "environments:\n  staging: { sources: [{ from: dotnev, path: a }] }\n", ['2:32-38 Value must be "ansible-facts" | "compose" | "dotenv" | "environment".']],
  ["a source without a file", inManifest, "environments:\n  staging: { sources: [{ from: dotenv }] }\n", ["2:24-25 a source names its file in `path`, or several in `paths`"]],
  ["a waiver without an end", inManifest, "waivers:\n  - { rule: a, path: b.c, environments: [staging], owner: web, reason: later }\n", ['2:5-6 Missing property "expiresAt".']],
]) {
  test(`${what} is told at its place`, async () => assert.deepEqual((await open(text)).wrong, wrong));
}

test("a text may name its schema itself", async () => {
  const text = `# yaml-language-server: $schema=schemas/policy.schema.json\n${rule("kind: ratio", "select: a.b", "params: { mim: 1 }")}`;
  const { wrong } = await editor.open("yaml", text, ROOT);
  assert.deepEqual(wrong, ["7:15-18 the kind `ratio` takes the parameters `max` and `min`"]);
});

for (const [half, write] of [["rule", rule], ["gate", gate]]) {
  test(`\`kind:\` of a ${half} offers every kind, each with what it asks and its manual`, async () => {
    const offered = await (await inPolicy(write("kind: │"))).offered();
    const kinds = policy.$defs[half].properties.kind.oneOf;
    assert.deepEqual(offered.map(({ label }) => label).sort(), kinds.map(({ const: word }) => word).sort());
    for (const { label, about } of offered) {
      const { description } = kinds.find(({ const: word }) => word === label);
      const [summary, ...manual] = about.split("\n\n");
      assert.equal(summary.toLowerCase(), `${description.toLowerCase()}.`, label);
      assert.match(manual.join("\n\n"), /```yaml\n/, label);
    }
  });
}

for (const [what, open, text, expected] of [
  ["the parameters of a kind", inPolicy, rule("kind: ratio", "select: a.b", "params:", "  │"), { max: "The largest share of the reference's number.", min: "The smallest share of the reference's number: 0.5 is one half." }],
  ["the words of a parameter", inPolicy, rule("kind: present", "select: a.b", "params:", "  missingFrom: │"), { any: "Any environment. The default.", reference: "The reference lacks what another environment has.", others: "Another environment lacks what the reference has." }],
  ["severities", inPolicy, rule("kind: ratio", "select: a.b", "severity: │"), { error: "It fails the check.", warning: "It is told, and the check passes with a warning.", info: "It is worth knowing." }],
  ["modes", inPolicy, rule("kind: ratio", "select: a.b", "mode: │"), { enforce: "It counts. The default.", observe: "It is run and told only: a trial." }],
  ["what becomes of the unknown", inPolicy, rule("kind: ratio", "select: a.b", "onUnknown: │"), { unknown: "It is unknown, and so is the check unless something fails. The default.", fail: "It fails.", warn: "It is counted, and the check passes with a warning.", skip: "It is passed over." }],
  ["how deployments begin", inManifest, "environments:\n  staging:\n    trigger: │\n", { automatic: "By themselves.", manual: "By somebody.", scheduled: "At a time." }],
]) {
  test(`${what} are offered with what they mean`, async () => {
    const offered = await (await open(text)).offered();
    assert.deepEqual(Object.fromEntries(offered.map(({ label, about }) => [label, about])), expected);
  });
}

test("fields are offered that are not there yet", async () => {
  const fields = async (open, text) => (await (await open(text)).offered()).map(({ label }) => label).sort();
  assert.deepEqual(await fields(inPolicy, "policy: acme/web\n│\n"), Object.keys(policy.properties).filter((field) => field !== "policy").sort());
  const { properties } = JSON.parse(read(schema("project")));
  assert.deepEqual(await fields(inManifest, "policies: [recommended]\n│\n"), Object.keys(properties).filter((field) => field !== "policies").sort());
});

for (const [what, open, text, expected] of [
  ["a kind", inPolicy, rule("kind: ra│tio", "select: a.b", "params: { min: 1 }"), /^#### ratio\n\nA number stays in proportion to the reference's\.\n\nDivides [^]*```yaml\nselect: [^]*expect: fail/],
  ["a kind of gate", inPolicy, gate("kind: so│ak", "params: { duration: PT4H }"), /^#### soak\n\n[A-Z][^]*```yaml\n/],
  ["a parameter", inPolicy, rule("kind: ratio", "select: a.b", "params: { m│in: 1 }"), /^#### parameters of ratio\n\nThe smallest share of the reference's number/],
  ["a severity", inPolicy, rule("kind: ratio", "select: a.b", "severity: warn│ing"), /^#### warning\n\nIt is told, and the check passes with a warning\./],
  ["the rules of a policy", inPolicy, rule("kind: ratio", "select: a.b").replace("rules", "ru│les"), /^#### Rules\n\nWhat environments are asked\.\n\n```yaml\n- id: same-node\n/],
  ["the waivers of a manifest", inManifest, "wai│vers: []\n", /^#### Waivers\n\nTemporary exceptions, [^]*```yaml\n- rule: same-node\n/],
  ["a path of a manifest", inManifest, "environments: { staging: { sources: [{ pa│th: .env.staging }] } }\n", /^#### Path\n\nThe file, from the project's folder\.\n\nExample:\n\n```yaml\n\.env\.production\n/],
]) {
  test(`${what} is explained where the cursor is`, async () => assert.match(await (await open(text)).explained(), expected));
}

test("every field of a policy and a manifest has a title, a description and an example, or words that say it", () => {
  for (const name of ["policy", "project"]) {
    const { properties, $defs } = JSON.parse(read(schema(name)));
    for (const [field, holds] of Object.entries(properties)) {
      const { title, description, examples, markdownDescription, oneOf } = holds.$ref ? $defs[holds.$ref.split("/").at(-1)] : holds;
      assert.ok(title && description && (examples ?? markdownDescription ?? oneOf), `${name}: ${field}`);
    }
  }
});
