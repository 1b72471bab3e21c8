// The time-zone database in a browser: fetched only where a zone is named, and then once.

import assert from "node:assert/strict";
import { test } from "node:test";

import { withPage } from "../scripts/chromium.js";
import { PACKAGE, load } from "../scripts/package.js";

const FILES = {
  "paritygate.yaml": "environments: { staging: {}, production: {} }\npipeline: { stages: [staging, production] }\npolicies: [./gates.yaml]\n",
  "gates.yaml": `policy: acme
gates:
  - id: hours
    kind: allowed-window
    params: { timezone: Europe/London, windows: [{ days: [mon], start: "09:00", end: "17:00" }] }
`,
};
const REQUEST = "from: staging\nto: production\n";
const NOW = "2026-08-21T15:40:00Z";

/** Runs steps in a page with the package, and answers what they answer and how often the database was fetched. */
function inChromium(steps, routes = () => {}) {
  return withPage(PACKAGE, async (page) => {
    let fetched = 0;
    page.on("request", (request) => (fetched += request.url().endsWith("/zones.bin") ? 1 : 0));
    await routes(page);
    const answer = await page.evaluate(
      async ([steps, files, request, now]) => {
        const api = await import("/dist/browser.js");
        await api.init();
        return new Function(`return (${steps})`)()(api, files, request, now);
      },
      [steps.toString(), FILES, REQUEST, NOW],
    );
    return { answer, fetched };
  });
}

test("nothing is fetched where no zone is named", async () => {
  const { answer, fetched } = await inChromium((api, files, request, now) => {
    const utc = { ...files, "gates.yaml": files["gates.yaml"].replace("Europe/London", "UTC") };
    return [api.gateProject(utc, { request, now }).nextEligibleAt, api.version().tzdb ?? "none"];
  });
  assert.deepEqual(answer, ["2026-08-24T09:00:00Z", "none"]);
  assert.equal(fetched, 0);
});

test("a function that can't wait says what to await; afterwards it answers", async () => {
  const { answer, fetched } = await inChromium(async (api, files, request, now) => {
    const said = [];
    for (const work of [
      () => api.gateProject(files, { request, now }),
      () => api.Engine.compile(files["gates.yaml"]),
      () => api.Engine.tryCompile(files["gates.yaml"]),
      () => api.checkProject(files, { now }),
      () => api.when(files, { now, to: "production" }),
    ]) {
      try {
        work();
        said.push("nothing");
      } catch (error) {
        said.push(error instanceof api.ParityGateError && /await loadZones\(\)/.test(error.message) && error.diagnostics.length > 0 ? error.code : String(error));
      }
    }
    await Promise.all([api.loadZones(), api.loadZones()]);
    await api.loadZones();
    const decision = api.gateProject(files, { request, now });
    // Another module has to be handed it as well.
    await api.loadFormats();
    const again = api.gateProject(files, { request, now });
    return { said, text: api.format(decision, "json"), again: api.format(again, "json"), engine: api.Engine.compile(files["gates.yaml"]).rules.length };
  });
  const { gateProject, format } = await load("native");
  assert.deepEqual(answer.said, Array(5).fill("zones-not-loaded"));
  assert.equal(answer.text, format(gateProject(FILES, { request: REQUEST, now: NOW }), "json"));
  assert.equal(answer.again, answer.text);
  assert.equal(answer.engine, 1);
  assert.equal(fetched, 1);
});

test("a function that may take its time fetches it", async () => {
  const { answer, fetched } = await inChromium(async (api, files, request, now) => {
    const { "gates.yaml": gates, ...asking } = files;
    let read = 0;
    const options = { request, now, read: async () => ((read += 1), gates) };
    const both = await Promise.all([api.gateProjectAsync(asking, options), api.whenAsync(files, { now, to: "production" })]);
    return [both[0].nextEligibleAt, both[1].openings.length, read];
  });
  assert.deepEqual(answer, ["2026-08-24T08:00:00Z", 5, 1]);
  assert.equal(fetched, 1);
});

test("what is no database is told, and another may be handed in", async () => {
  const { answer } = await inChromium(async (api, files, request, now) => {
    const code = (work) => work.then(() => "nothing", (error) => `${error.code}${error.cause === undefined ? "" : ` for a reason`}`);
    const bytes = new Uint8Array(await (await fetch("/dist/zones.bin")).arrayBuffer());
    const said = [
      await code(api.loadZones(new TextEncoder().encode("<!doctype html>"))),
      await code(api.loadZones("data:text/plain,nothing")),
      await code(api.loadZones(Promise.reject(new Error("offline")))),
      await code(api.loadZones(bytes)),
    ];
    return [...said, api.gateProject(files, { request, now }).allowed];
  });
  assert.deepEqual(answer, ["bad-zones", "bad-zones", "zones-not-loaded for a reason", "nothing", false]);
});
