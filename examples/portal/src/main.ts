/** The portal: texts in, findings and decisions out, at every keystroke. Nothing leaves the page. */

import { byId } from "./dom";
import { acceptDrops } from "./drop";
import type { Mark } from "./editor";
import { type Cell, type Finding, type Report, check, load } from "./engine";
import { Panes } from "./panes";
import { PromotionView } from "./promotion";
import { Results } from "./results";
import * as samples from "./samples";
import { themeButton } from "./theme";

let report: Report | undefined;
let followed: Finding | undefined;

const environment = (id: keyof typeof samples & string, speaks: RegExp) => ({ id, name: `${id}.environment.yaml`, text: samples[id], speaks });
const panes = new Panes(
  [
    environment("development", /dev|local/i),
    environment("staging", /stag|stg|uat|preprod/i),
    environment("production", /prod|prd|live/i),
    { id: "policy", name: "policy.yaml", text: samples.policy, speaks: /polic|rules/i },
  ],
  "panes",
  "tabs",
  () => run(),
);
const parity = () => ({
  environments: panes.all.filter((pane) => pane.id !== "policy").map((pane) => pane.content),
  policy: panes.get("policy").content,
  pack: (byId("pack") as HTMLInputElement).checked,
});
const promotion = new PromotionView(parity);
const results = new Results({
  finding: (at) => follow(at),
  place: (at, environment) => follow(at, environment),
  problem: (at) => {
    const diagnostic = report?.diagnostics[at];
    if (diagnostic?.document && diagnostic.line && diagnostic.column) {
      const { document, line, column, endLine = line, endColumn = column } = diagnostic;
      panes.follow([{ document, line, column, endLine, endColumn }], true);
    }
  },
});

/** Shows every place of a finding; those of one environment get the focus. */
function follow(at: number, environment?: string): void {
  const finding = report?.findings[at];
  if (!finding) return;
  followed = finding;
  results.select(at);
  const cells = Object.entries(finding.cells).sort(([a], [b]) => Number(b === environment) - Number(a === environment));
  const places = cells.flatMap(([, cell]) => (cell.source ? [cell.source] : []));
  panes.follow(finding.source ? [finding.source, ...places] : places, environment !== undefined);
}

/** What to underline in a document. */
function marks(report: Report, document: string): Mark[] {
  const marks: Mark[] = [];
  for (const diagnostic of report.diagnostics) {
    if (diagnostic.document !== document || !diagnostic.line || !diagnostic.column) continue;
    const { line, column, endLine = line, endColumn = column, message, help, code } = diagnostic;
    marks.push({ line, column, endLine, endColumn, severity: diagnostic.level === "error" ? "error" : "warning", title: code, message, help: help ?? undefined });
  }
  for (const finding of report.findings) {
    if (finding.status === "waived") continue;
    const deviating = (name: string, cell: Cell) => finding.environments.includes(name) || cell.source === finding.source;
    const cells = Object.entries(finding.cells);
    // What is missing stands nowhere: then the places of the others are underlined.
    const placed = cells.filter(([name, cell]) => cell.source && deviating(name, cell));
    for (const [, cell] of placed.length ? placed : cells) {
      if (cell.source?.document !== document) continue;
      marks.push({ ...cell.source, severity: finding.severity, title: finding.rule, message: finding.message, help: finding.help ?? undefined });
    }
  }
  return marks;
}

/** Checks the texts as they stand. */
function run(): void {
  const start = performance.now();
  const { environments, policy, pack } = parity();
  report = check(environments, policy, pack, new Date());
  const checked = performance.now();
  for (const pane of panes.all) {
    pane.show(pane.id === "policy" ? "policy" : "", marks(report, pane.name));
  }
  results.show(report);
  const again = followed && report.findings.findIndex((finding) => finding.rule === followed?.rule && finding.path === followed.path);
  if (again !== undefined && again >= 0) results.select(again);
  const drawn = performance.now();
  byId("timing").textContent = `checked in ${(checked - start).toFixed(1)} ms, drawn in ${(drawn - checked).toFixed(1)} ms`;
  // For those who measure the page.
  document.documentElement.dataset["checks"] = String(Number(document.documentElement.dataset["checks"] ?? 0) + 1);
}

/** Whether the promotion is shown, and not the parity of environments. */
const isPromotion = () => location.hash === "#promotion";
const shown = () => (isPromotion() ? promotion.panes : panes);
const resultsOf = () => (isPromotion() ? "promotion-results" : "results");

/** Shows the view that the address names. */
function view(): void {
  const is = isPromotion();
  byId("parity-view").hidden = is;
  byId("promotion-view").hidden = !is;
  for (const [id, current] of [["to-parity", !is], ["to-promotion", is]] as const) {
    if (current) byId(id).setAttribute("aria-current", "page");
    else byId(id).removeAttribute("aria-current");
  }
  byId("pack-switch").hidden = is;
  byId("skip").setAttribute("href", `#${resultsOf()}`);
  byId("what-is-next").textContent = is ? "next gate" : "next finding";
  byId("last-text").textContent = String(shown().all.length);
  document.title = is ? "Promotion" : "Environment parity";
  promotion.show(is);
  if (!is) run();
}

addEventListener("hashchange", view);
// The skip link is no address of a view.
byId("skip").addEventListener("click", (event) => {
  event.preventDefault();
  byId(resultsOf()).focus();
});
addEventListener("keydown", (event) => {
  if (event.key === "F8") {
    event.preventDefault();
    (isPromotion() ? promotion : results).step(event.shiftKey ? -1 : 1);
  } else if (event.altKey && /^[0-4]$/.test(event.key)) {
    event.preventDefault();
    const pane = shown().all[Number(event.key) - 1];
    if (pane) {
      shown().select(pane);
      pane.editor.view.focus();
    } else {
      byId(resultsOf()).focus();
    }
  }
});
byId("pack").addEventListener("change", () => run());
themeButton();
acceptDrops(shown);
await load();
view();
