/** What the gates say: the checklist, what blocks, and what is wrong with the texts. */

import { byId, h, prose, redraw } from "./dom";
import type { Blocker, Decided, Decision, Diagnostic, GateFinding } from "./engine";
import { howLong, wall, zoneName } from "./time";

/** What the page does when someone picks something. */
export interface GatePicks {
  /** A gate: the facts that it judged by are shown. */
  gate(at: number): void;
  /** One of them. */
  fact(at: number, fact: number): void;
  /** What is wrong with a text. */
  problem(at: number): void;
}

const LOOK: Record<GateFinding["status"], { mark: string; word: string; tone: string }> = {
  pass: { mark: "✓", word: "passes", tone: "fine" },
  warn: { mark: "!", word: "passes with a warning", tone: "warning" },
  waived: { mark: "↷", word: "passed over", tone: "warning" },
  unknown: { mark: "?", word: "can't be judged", tone: "unknown" },
  fail: { mark: "✗", word: "blocks", tone: "error" },
  notApplicable: { mark: "–", word: "not about this", tone: "none" },
};

const CLEARS: Record<Blocker["clearedBy"], { mark: string; word: string }> = {
  person: { mark: "☺", word: "somebody says so" },
  fact: { mark: "◆", word: "something happens" },
  time: { mark: "◔", word: "time passes" },
};

/** What a verdict shows. */
export interface Outline {
  tone: "pass" | "fail" | "unknown" | "error";
  title: string;
  more: string;
}

/** A decision in a few words. */
export function outline({ decision, problems }: Decided): Outline {
  if (!decision) {
    const count = problems.filter(({ level }) => level === "error").length;
    return { tone: "error", title: count === 1 ? "One mistake in the texts" : `${count} mistakes in the texts`, more: "nothing was decided" };
  }
  const { gates } = decision.summary;
  const passed = decision.findings.filter(({ status, observed }) => observed || !blocks(status)).length;
  const more = `${passed} of ${decision.findings.length} gates pass`;
  if (decision.decision.allowed) return { tone: "pass", title: "May go", more: gates === 0 ? "" : more };
  return { tone: decision.verdict === "unknown" ? "unknown" : "fail", title: "May not go", more };
}

/** Whether a gate that judged so blocks. */
export function blocks(status: GateFinding["status"]): boolean {
  return status === "fail" || status === "unknown";
}

export class Gates {
  private decided: Decided | undefined;
  private selected: string | undefined;

  constructor(private readonly picks: GatePicks) {}

  /** Draws what was decided. */
  show(decided: Decided): void {
    this.decided = decided;
    const { decision, problems } = decided;
    const shown = [...problems.entries()].map(([at, problem]) => this.problem(problem, at));
    redraw(byId("gates"), ...shown, ...(decision?.findings ?? []).map((finding, at) => this.gate(finding, at, decision as Decision)), ...others(decision));
    redraw(byId("blockers"), ...blockers(decision));
    byId("blockers-card").hidden = !decision || decision.decision.blockers.length === 0;
  }

  /** Selects the next or the previous gate. */
  step(by: 1 | -1): void {
    const findings = this.decided?.decision?.findings ?? [];
    if (findings.length === 0) return;
    const here = findings.findIndex(({ rule }) => rule === this.selected);
    this.picks.gate(here < 0 ? (by > 0 ? 0 : findings.length - 1) : (here + by + findings.length) % findings.length);
  }

  /** Marks a gate as the one that is looked at. */
  select(rule: string): void {
    this.selected = rule;
    for (const element of document.querySelectorAll<HTMLElement>("[data-gate]")) {
      const is = element.dataset["gate"] === rule;
      element.classList.toggle("is-selected", is);
      if (is) element.scrollIntoView({ block: "nearest" });
    }
  }

  private gate(finding: GateFinding, at: number, decision: Decision): HTMLElement {
    const look = LOOK[finding.status];
    const tone = finding.observed && blocks(finding.status) ? "none" : look.tone;
    const moment = finding.nextClose ?? finding.nextOpen;
    const change = moment && new Date(moment.at);
    const ahead = change ? change.getTime() - Date.parse(decision.evaluatedAt) : 0;
    return h(
      "li",
      { class: `gate tone-${tone}${finding.rule === this.selected ? " is-selected" : ""}`, "data-gate": finding.rule },
      h("span", { class: "mark", "aria-hidden": "true" }, look.mark),
      h(
        "div",
        { class: "gate-body" },
        h(
          "p",
          { class: "gate-head" },
          h("button", { type: "button", class: "gate-name", "data-key": `gate ${finding.rule}`, onclick: () => this.picks.gate(at) }, h("span", { class: "sr" }, `${look.word}: `), finding.rule),
          h("span", { class: "gate-kind" }, finding.kind),
          finding.observed ? h("span", { class: "gate-kind" }, "only observes") : null,
          change && ahead > 0 ? h("span", { class: "gate-change" }, `${finding.nextClose ? "closes" : "opens"} in ${howLong(ahead)}`) : null,
        ),
        h("p", { class: "message" }, prose(finding.message)),
        ...(finding.notes ?? []).map((note) => h("p", { class: "note" }, prose(note))),
        finding.help ? h("p", { class: "help" }, prose(finding.help)) : null,
        h(
          "p",
          { class: "places" },
          ...(finding.facts ?? []).map((fact, number) =>
            fact.place
              ? h(
                  "button",
                  { type: "button", class: "place", title: `${fact.place.document}:${fact.place.line}`, "data-key": `fact ${finding.rule} ${number}`, onclick: () => this.picks.fact(at, number) },
                  `${fact.label} :${fact.place.line}`,
                  h("span", { class: "fact-source" }, fact.source),
                )
              : null,
          ),
        ),
      ),
    );
  }

  private problem(diagnostic: Diagnostic, at: number): HTMLElement {
    const isError = diagnostic.level === "error";
    return h(
      "li",
      { class: `gate problem tone-${isError ? "error" : "warning"}` },
      h("span", { class: "mark", "aria-hidden": "true" }, "!"),
      h(
        "div",
        { class: "gate-body" },
        h("p", { class: "gate-head" }, h("span", { class: "gate-name" }, isError ? "mistake" : "doubt"), h("span", { class: "gate-kind" }, diagnostic.code)),
        h("p", { class: "message" }, prose(diagnostic.message)),
        ...diagnostic.notes.map((note) => h("p", { class: "note" }, prose(note))),
        diagnostic.help ? h("p", { class: "help" }, prose(diagnostic.help)) : null,
        diagnostic.document
          ? h("p", { class: "places" }, h("button", { type: "button", class: "place", "data-key": `problem ${at}`, onclick: () => this.picks.problem(at) }, `${diagnostic.document}:${diagnostic.line}`))
          : null,
      ),
    );
  }
}

/** Gates that are not about this promotion. */
function others(decision: Decision | undefined): HTMLElement[] {
  const names = decision?.summary.notApplicable ?? [];
  if (names.length === 0) return [];
  const list = names.flatMap((name, at) => [at > 0 ? ", " : "", h("code", {}, name)]);
  return [h("li", { class: "gate-others" }, "Not about this promotion: ", ...list)];
}

/** What has to happen, in the order in which it can. */
function blockers(decision: Decision | undefined): HTMLElement[] {
  if (!decision) return [];
  return decision.decision.blockers.map((blocker) => {
    const { mark, word } = CLEARS[blocker.clearedBy];
    const until = blocker.until ? Date.parse(blocker.until) - Date.parse(decision.now) : undefined;
    const local = blocker.untilLocal ? wall(blocker.untilLocal) : undefined;
    const who = blocker.who ?? [];
    return h(
      "li",
      { class: `blocker ${blocker.clearedBy}` },
      h("span", { class: "mark", "aria-hidden": "true" }, mark),
      h(
        "div",
        {},
        h("p", { class: "blocker-head" }, h("strong", {}, blocker.rule), h("span", {}, `when ${word}`)),
        // What only time clears says the checklist; here it is until when.
        blocker.clearedBy === "time" && local ? null : h("p", {}, prose(blocker.message)),
        who.length > 0 ? h("p", { class: "note" }, `Who can: ${who.join(", ")}`) : null,
        until !== undefined && local && blocker.untilLocal ? h("p", {}, `${local.day}, ${local.time} ${zoneName(blocker.untilLocal.zone)}, in ${howLong(until)}`) : null,
      ),
    );
  });
}
