/** What was found: the matrix, and the findings behind it. */

import { byId, h, prose } from "./dom";
import type { Cell, Finding, Report } from "./engine";
import { said } from "./verdict";

export type Severity = "error" | "warning" | "info";

const WORDS: Record<Severity, [string, string]> = {
  error: ["error", "errors"],
  warning: ["warning", "warnings"],
  info: ["info", "info"],
};

/** What the page does when someone picks something. */
export interface Picks {
  /** A finding: all its places are shown. */
  finding(at: number): void;
  /** One place of a finding. */
  place(at: number, environment: string): void;
  /** What is wrong with a text. */
  problem(at: number): void;
}

/** How an environment stands in a finding. */
function standing(finding: Finding, environment: string, cell: Cell | undefined): { mark: string; word: string; tone: string } {
  if (!cell) return { mark: "·", word: "not in the rule", tone: "none" };
  const deviates = finding.environments.includes(environment);
  const tone = finding.status === "waived" ? "waived" : finding.severity;
  if (cell.state === "unresolved" || cell.state === "notCollected") return { mark: "?", word: "can't be known", tone: deviates ? tone : "none" };
  if (cell.state === "missing" || cell.state === "null") return { mark: "∅", word: "missing", tone: deviates ? tone : "none" };
  if (!deviates) return { mark: "✓", word: "fine", tone: "fine" };
  if (finding.kind === "no-shared-secret" || finding.kind === "differ") return { mark: "=", word: "shared, must differ", tone };
  return finding.reference ? { mark: "≠", word: "differs", tone } : { mark: "✗", word: "breaks the rule", tone };
}

/** What a cell shows of its value. */
function shown(cell: Cell | undefined): Node {
  if (!cell) return h("span", { class: "absent" }, "");
  if (cell.masked) return h("span", { class: "secret", title: cell.masked }, cell.value ?? "secret");
  if (cell.state === "value") return h("span", { class: "value", title: cell.value ?? "" }, cell.value ?? "");
  const word: Record<string, string> = { empty: "empty", null: "null", missing: "missing", unresolved: "unresolved", notCollected: "not collected" };
  return h("span", { class: "absent", title: cell.reason ?? "" }, word[cell.state] ?? cell.state);
}

/** A path whose beginning may be cut. A facet (`.valueType`) belongs to the name before it. */
function pathOf(path: string): HTMLElement {
  const parts = path.match(/"(?:[^"\\]|\\.)*"|[^."]+/g) ?? [path];
  const keep = /^(valueType|valueClass|presence|sensitivity|version|kind)$/.test(parts.at(-1) ?? "") ? 2 : 1;
  const [start, end] = [parts.slice(0, -keep).join("."), parts.slice(-keep).join(".")];
  return h("span", { class: "row-path", title: path }, start ? h("span", { class: "path-start" }, `${start}.`) : null, h("span", { class: "path-end" }, end));
}

export class Results {
  private hidden = new Set<Severity>();
  private selected = -1;
  private report: Report | undefined;

  constructor(private readonly picks: Picks) {}

  /** Draws a report. */
  show(report: Report): void {
    this.report = report;
    if (this.selected >= report.findings.length) this.selected = -1;
    this.verdict(report);
    this.filters(report);
    this.matrix(report);
    this.list(report);
  }

  /** The findings that are shown, in their order. */
  private visible(report: Report): [number, Finding][] {
    return [...report.findings.entries()].filter(([, finding]) => !this.hidden.has(finding.severity));
  }

  /** Selects the next or the previous finding. */
  step(by: 1 | -1): void {
    if (!this.report) return;
    const order = this.visible(this.report).map(([at]) => at);
    if (order.length === 0) return;
    const here = order.indexOf(this.selected);
    const next = order[(here + by + order.length) % order.length] ?? order[0];
    if (next !== undefined) this.picks.finding(here < 0 && by < 0 ? (order.at(-1) ?? next) : next);
  }

  /** Marks a finding as the one that is looked at. */
  select(at: number): void {
    this.selected = at;
    for (const element of document.querySelectorAll<HTMLElement>("[data-finding]")) {
      const is = element.dataset["finding"] === String(at);
      element.classList.toggle("is-selected", is);
      if (is) element.scrollIntoView({ block: "nearest", behavior: matchMedia("(prefers-reduced-motion: reduce)").matches ? "auto" : "smooth" });
    }
  }

  private verdict(report: Report): void {
    const count = (severity: Severity) => report.findings.filter((finding) => finding.severity === severity && finding.status !== "waived").length;
    const problems = report.diagnostics.filter((diagnostic) => diagnostic.level === "error").length;
    const words: Record<string, string> = {
      pass: "In parity",
      warn: "In parity, with warnings",
      unknown: "Not all could be judged",
      fail: "Not in parity",
      error: problems === 1 ? "One mistake in the texts" : `${problems} mistakes in the texts`,
    };
    const counts = (["error", "warning", "info"] as const)
      .map((severity) => [severity, count(severity)] as const)
      .filter(([, number]) => number > 0)
      .map(([severity, number]) => `${number} ${WORDS[severity][number === 1 ? 0 : 1]}`);
    said(report.verdict, words[report.verdict] ?? report.verdict, counts.join(" · "));
  }

  private filters(report: Report): void {
    byId("filters").replaceChildren(
      ...(["error", "warning", "info"] as const).map((severity) => {
        const number = report.findings.filter((finding) => finding.severity === severity).length;
        const button = h(
          "button",
          { type: "button", class: `filter ${severity}`, "aria-pressed": String(!this.hidden.has(severity)) },
          h("span", { class: "dot" }),
          `${number} ${WORDS[severity][number === 1 ? 0 : 1]}`,
        );
        button.addEventListener("click", () => {
          if (!this.hidden.delete(severity)) this.hidden.add(severity);
          this.show(report);
          byId("filters").querySelector<HTMLElement>(`.${severity}`)?.focus();
        });
        return button;
      }),
    );
  }

  private matrix(report: Report): void {
    const columns = report.environments;
    const rows = this.visible(report).filter(([, finding]) => Object.keys(finding.cells).length > 0);
    byId("legend").replaceChildren(
      ...(
        [
          ["✓", "fine"],
          ["≠", "differs"],
          ["=", "shared"],
          ["✗", "breaks the rule"],
          ["∅", "missing"],
        ] as const
      ).map(([mark, word]) => h("span", {}, h("b", { "aria-hidden": "true" }, mark), word)),
    );
    if (rows.length === 0) {
      byId("matrix").replaceChildren(h("p", { class: "nothing" }, report.diagnostics.length ? "Nothing to show: see the mistakes in the texts." : `Nothing drifted: ${report.summary.rows} rows were compared under ${report.summary.rules} rules.`));
      return;
    }
    const head = h(
      "tr",
      {},
      h("th", { scope: "col", class: "path-head" }, "Path"),
      ...columns.map((column) => h("th", { scope: "col" }, h("span", { class: "env" }, column.name), column.contract ? h("span", { class: "tier" }, "contract") : column.tier !== column.name ? h("span", { class: "tier" }, column.tier) : null)),
    );
    const body = rows.map(([at, finding]) =>
      h(
        "tr",
        { "data-finding": String(at), class: at === this.selected ? "is-selected" : "" },
        h(
          "th",
          { scope: "row" },
          h(
            "button",
            { type: "button", class: "row-button", onclick: () => this.picks.finding(at) },
            h("span", { class: `dot ${finding.severity}` }),
            pathOf(finding.path),
            h("span", { class: "row-rule" }, finding.rule),
          ),
        ),
        ...columns.map((column) => {
          const cell = finding.cells[column.name];
          const { mark, word, tone } = standing(finding, column.name, cell);
          const inside = [h("span", { class: "mark", "aria-hidden": "true" }, mark), h("span", { class: "sr" }, `${word}: `), shown(cell)];
          return h(
            "td",
            { class: `tone-${tone}` },
            cell?.source
              ? h("button", { type: "button", class: "cell", title: `${cell.source.document}:${cell.source.line}`, onclick: () => this.picks.place(at, column.name) }, ...inside)
              : h("span", { class: "cell" }, ...inside),
          );
        }),
      ),
    );
    byId("matrix").replaceChildren(h("table", {}, h("thead", {}, head), h("tbody", {}, ...body)));
  }

  private list(report: Report): void {
    const problems = report.diagnostics.map((diagnostic, at) =>
      h(
        "li",
        { class: `finding problem ${diagnostic.level}` },
        h("div", { class: "finding-head" }, h("span", { class: "badge" }, diagnostic.level === "error" ? "mistake" : "doubt"), h("span", { class: "rule" }, diagnostic.code)),
        h("p", { class: "message" }, prose(diagnostic.message)),
        ...diagnostic.notes.map((note) => h("p", { class: "note" }, prose(note))),
        diagnostic.help ? h("p", { class: "help" }, prose(diagnostic.help)) : null,
        diagnostic.document ? h("p", { class: "places" }, h("button", { type: "button", class: "place", onclick: () => this.picks.problem(at) }, `${diagnostic.document}:${diagnostic.line}`)) : null,
      ),
    );
    const findings = this.visible(report).map(([at, finding]) => {
      const places = Object.entries(finding.cells).filter(([, cell]) => cell.source);
      return h(
        "li",
        { class: `finding ${finding.severity} ${finding.status}${at === this.selected ? " is-selected" : ""}`, "data-finding": String(at) },
        h(
          "div",
          { class: "finding-head" },
          h("span", { class: "badge" }, finding.status === "waived" ? "waived" : finding.status === "unknown" ? "unknown" : finding.severity),
          h("button", { type: "button", class: "rule", onclick: () => this.picks.finding(at) }, finding.rule),
        ),
        h("p", { class: "message" }, prose(finding.message)),
        ...(finding.notes ?? []).map((note) => h("p", { class: "note" }, prose(note))),
        finding.help ? h("p", { class: "help" }, prose(finding.help)) : null,
        h(
          "p",
          { class: "places" },
          ...places.map(([name, cell]) => h("button", { type: "button", class: "place", onclick: () => this.picks.place(at, name) }, `${name} :${cell.source?.line}`)),
        ),
      );
    });
    const nothing = problems.length + findings.length === 0 ? [h("li", { class: "nothing" }, "No findings.")] : [];
    byId("findings").replaceChildren(...problems, ...findings, ...nothing);
  }
}
