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
        return new Function(`return (${answer})`)()(api, cases);
      },
      [answer.toString(), cases],
    ),
  );
}

/** What `check --format json` prints, by case. Runs in any runtime, so that it uses nothing but its arguments. */
function answer({ checkProject, format }, cases) {
  const answers = {};
  for (const { name, now, key, files, only } of cases) {
    const report = checkProject(files, { now, key, only });
    answers[name] = format(report, "json");
    report.dispose();
  }
  return answers;
}
