// Answers the conformance cases in one runtime.
//
//   node scripts/conformance.js native|wasm|chromium CASES ANSWERS

import { readFileSync, writeFileSync } from "node:fs";

import { withPage } from "./chromium.js";
import { PACKAGE, load } from "./package.js";

const [runtime, casesFile, answersFile] = process.argv.slice(2);
const cases = JSON.parse(readFileSync(casesFile, "utf8"));
writeFileSync(answersFile, JSON.stringify(await run()));

function run() {
  if (runtime !== "chromium") return load(runtime).then((api) => api.loadFormats().then(() => answer(api, cases)));
  return withPage(PACKAGE, (page) =>
    page.evaluate(
      async ([answer, cases]) => {
        const api = await import("/dist/browser.js");
        await api.init();
        await api.loadFormats();
        // A page has to await the database before the answers that need it, and they must not tell whether it is there.
        if (cases.some(({ request }) => request)) await api.loadZones();
        return new Function(`return (${answer})`)()(api, cases);
      },
      [answer.toString(), cases],
    ),
  );
}

/**
 * What `check --format json` prints, by case; `drift` or `change` where it has a pairing, and `gate` where it has a request.
 * Runs in any runtime, so that it uses nothing but its arguments.
 */
function answer({ checkProject, gateProject, format }, cases) {
  const answers = {};
  for (const { name, now, key, files, only, request, facts, pairing, before } of cases) {
    const text = (path) => ({ name: path, text: files[path] });
    const result = request
      ? gateProject(files, { request: text(request), facts: (facts ?? []).map(text), now, key })
      : checkProject(files, { now, key, only, ...(pairing && { pairing }), ...(pairing === "change" && { before }) });
    answers[name] = format(result, "json");
    result.dispose();
  }
  return answers;
}
