/** The promotion: a request, its gates and its pipeline, judged at the instant that a clock shows. */

import { Clock } from "./clock";
import { byId, h, redraw } from "./dom";
import type { Mark, Range } from "./editor";
import { type Decided, type Opening, type Pipeline, type Promotion, ZonesNeeded, decide, loadZones, openings, pipelineOf } from "./engine";
import { type Asked, flow } from "./flow";
import { Gates, blocks, outline } from "./gates";
import { Panes } from "./panes";
import * as samples from "./samples";
import { HERE, HOUR, dayHere, howLong, timeHere, wall, zoneName } from "./time";
import { said } from "./verdict";

/** How many openings a week may have that are drawn. */
const MOST_OPENINGS = 200;
/** How many openings are listed. */
const LISTED = 5;

export class PromotionView {
  readonly panes: Panes;
  private readonly clock: Clock;
  private readonly gates: Gates;
  private decided: Decided = { decision: undefined, problems: [] };
  private pipeline: Pipeline = { stages: [], ways: [] };
  private week: { start: number; openings: readonly Opening[] } | undefined;
  /** The present opening or the next one, and those after it. */
  private coming: readonly Opening[] = [];
  private visible = false;
  private runs = 0;

  /** `parity` are the texts of the other view. */
  constructor(private readonly parity: () => Promotion["parity"]) {
    const specs = [
      { id: "request", name: "release.yaml", text: samples.request, speaks: /request|release|promot/i },
      { id: "gates", name: "gates.yaml", text: samples.gates, speaks: /polic|rules|gates/i },
      { id: "pipeline", name: "paritygate.yaml", text: samples.pipeline, speaks: /paritygate|pipeline|manifest/i },
    ];
    this.panes = new Panes(specs, "promotion-panes", "promotion-tabs", () => this.changed());
    this.clock = new Clock({ turned: () => this.run(), next: () => this.jump() });
    this.gates = new Gates({
      gate: (at) => this.followGate(at, undefined),
      fact: (at, fact) => this.followGate(at, fact),
      problem: (at) => {
        const problem = this.decided.problems[at];
        if (!problem?.document || !problem.line || !problem.column) return;
        const { document, line, column, endLine = line, endColumn = column } = problem;
        this.panes.follow([{ document, line, column, endLine, endColumn }], true);
      },
    });
    new ResizeObserver(() => this.drawPipeline()).observe(byId("flow"));
    setInterval(() => this.tick(), 1000);
  }

  /** Shows it, or leaves it. */
  show(visible: boolean): void {
    this.visible = visible;
    if (visible) this.changed();
  }

  /** Walks through the gates. */
  step(by: 1 | -1): void {
    this.gates.step(by);
  }

  private get texts(): Promotion {
    const text = (id: string) => this.panes.get(id).content;
    return { request: text("request"), gates: text("gates"), pipeline: text("pipeline"), parity: this.parity() };
  }

  /** A text is another one. */
  private changed(): void {
    this.week = undefined;
    this.run();
  }

  private tick(): void {
    if (!this.visible || !this.clock.live) return;
    if (this.clock.tick()) this.run();
    else this.drawClock();
  }

  /** Judges the texts as they stand, at the instant that the clock shows. */
  private run(): void {
    if (!this.visible) return;
    const run = ++this.runs;
    const start = performance.now();
    try {
      this.judge();
    } catch (error) {
      if (!(error instanceof ZonesNeeded)) throw error;
      // Only now: whoever names no zone loads none.
      loadZones().then(
        () => this.run(),
        // Meanwhile the texts may be other ones, which need none.
        () => run === this.runs && this.failed(),
      );
      return;
    }
    const judged = performance.now();
    this.draw();
    byId("timing").textContent = `decided in ${(judged - start).toFixed(1)} ms, drawn in ${(performance.now() - judged).toFixed(1)} ms`;
    // For those who measure the page.
    const { dataset } = document.documentElement;
    dataset["decisions"] = String(Number(dataset["decisions"] ?? 0) + 1);
  }

  private judge(): void {
    const { texts, clock } = this;
    this.decided = decide(texts, clock.now);
    const { start, end } = clock.span;
    if (this.week?.start !== start.getTime()) {
      // While the manifest is being mended, the drawing stays.
      this.pipeline = pipelineOf(texts.pipeline) ?? this.pipeline;
      this.week = { start: start.getTime(), openings: openings(texts, start, end, MOST_OPENINGS) };
    }
    this.coming = openings(texts, clock.now, undefined, LISTED);
  }

  /** The time zones can't be had. */
  private failed(): void {
    const message = "the time zones can't be loaded: `zones.bin` is not to be had";
    this.decided = { decision: undefined, problems: [{ code: "zones-not-loaded", level: "error", message, notes: [], help: "use `UTC`, or try again" }] };
    this.coming = [];
    this.draw();
  }

  private draw(): void {
    const { decided } = this;
    const { tone, title, more } = outline(decided);
    said(tone, title, more);
    this.gates.show(decided);
    for (const pane of this.panes.all) pane.show("", this.marks(pane.name));
    this.drawPipeline();
    this.drawClock();
    this.drawOpenings();
    this.clock.draw(this.week?.openings ?? [], title.toLowerCase());
  }

  private drawPipeline(): void {
    if (!this.visible) return;
    const host = byId("flow");
    const room = host.clientWidth - 28;
    host.replaceChildren(flow(this.pipeline, this.asked(), room));
    // Only what is wider than its place has to be reached to be scrolled.
    if (host.scrollWidth > host.clientWidth) host.tabIndex = 0;
    else host.removeAttribute("tabindex");
  }

  private asked(): Asked | undefined {
    const { decision } = this.decided;
    if (!decision) return undefined;
    const passed = decision.findings.filter(({ status, observed }) => observed || !blocks(status)).length;
    const { tone, title } = outline(this.decided);
    const mark = { pass: "✓", fail: "✗", unknown: "?", error: "!" }[tone];
    return {
      from: decision.request.from,
      to: decision.request.to,
      tone: tone === "pass" ? "fine" : tone === "unknown" ? "unknown" : "error",
      label: `${mark} ${passed} of ${decision.findings.length} gates`,
      words: `${title.toLowerCase()}, ${passed} of ${decision.findings.length} gates pass`,
    };
  }

  /** What the clock shows, and what there is to wait for. */
  private drawClock(): void {
    const { clock, decided } = this;
    const { now } = clock;
    byId("clock-time").textContent = `${dayHere(now)}, ${timeHere(now)}`;
    const elsewhere = decided.decision?.evaluatedLocal;
    const there = elsewhere && elsewhere.zone !== HERE ? ` · ${wall(elsewhere).time} ${zoneName(elsewhere.zone)}` : "";
    const planned = decided.decision && decided.decision.evaluatedAt !== decided.decision.now ? ", judged for the planned start" : "";
    byId("clock-zone").textContent = `your time, ${zoneName(HERE)}${there}${planned}`;
    const [title, more] = this.waiting();
    byId("next-title").textContent = title;
    byId("next-more").replaceChildren(...more.map((line) => h("span", {}, line)));
    const next = this.next();
    byId("clock-next").toggleAttribute("disabled", !next);
    byId("clock-next").title = next ? `Turn the clock to ${dayHere(next)} ${timeHere(next)}` : "No opening is in sight";
    byId("clock").dataset["tone"] = decided.decision && this.isOpen() ? "open" : "shut";
  }

  /** When it opens next, to turn the clock there. */
  private drawOpenings(): void {
    byId("openings-card").hidden = this.coming.length === 0;
    byId("openings-zone").textContent = `your time, ${zoneName(HERE)}`;
    const now = this.clock.now.getTime();
    const items = this.coming.map(({ open, close }) => {
      const [from, to] = [new Date(open), close ? new Date(close) : undefined];
      const ends = !to ? "" : dayHere(to) === dayHere(from) ? timeHere(to) : `${dayHere(to)}, ${timeHere(to)}`;
      const isNow = from.getTime() <= now;
      return h(
        "li",
        {},
        h(
          "button",
          { type: "button", class: "opening", "data-key": `opening ${open}`, onclick: () => this.clock.turn(from) },
          h("span", { class: "opening-when" }, h("b", {}, dayHere(from)), ` ${timeHere(from)}`, to ? ` – ${ends}` : " on"),
          h("span", { class: `opening-wait${isNow ? " now" : ""}` }, isNow ? "open now" : `in ${howLong(from.getTime() - now)}`),
        ),
      );
    });
    redraw(byId("openings"), ...items);
  }

  /** Whether time is not in the way. */
  private isOpen(): boolean {
    const at = this.decided.decision?.decision.nextEligibleAt;
    return at !== undefined && at !== null && Date.parse(at) <= this.clock.now.getTime();
  }

  /** What there is to wait for: in short, and when that is on which clocks. */
  private waiting(): [string, string[]] {
    const { decision } = this.decided;
    if (!decision) return ["Nothing was decided", ["mend the texts first"]];
    const now = this.clock.now.getTime();
    const { allowed, nextEligibleAt, nextEligibleLocal = [], nextEligibleReason } = decision.decision;
    const at = nextEligibleAt ? new Date(nextEligibleAt) : undefined;
    if (!at) return ["No opening in sight", [nextEligibleReason ?? ""]];
    if (at.getTime() > now) {
      const left = at.getTime() - now;
      const zones = nextEligibleLocal.filter(({ zone }) => zone !== HERE).map((local) => `${wall(local).day}, ${wall(local).time} ${zoneName(local.zone)}`);
      return [`Opens in ${howLong(left, this.clock.live && left < HOUR)}`, [`${dayHere(at)}, ${timeHere(at)} your time`, ...zones]];
    }
    const close = this.coming[0]?.close;
    const end = close ? new Date(close) : undefined;
    const left = end ? end.getTime() - now : 0;
    const until = end ? [`until ${dayHere(end)}, ${timeHere(end)} your time`] : ["no end in sight"];
    if (!allowed) return ["Time is not in the way", ["what blocks can be cleared now", ...(end ? [`for ${howLong(left)}, ${until[0]}`] : [])]];
    return [end ? `Open for ${howLong(left, this.clock.live && left < HOUR)}` : "Open", until];
  }

  /** The next time at which it opens, after the one that the clock may be in. */
  private next(): Date | undefined {
    const now = this.clock.now.getTime();
    return this.coming.map(({ open }) => new Date(open)).find((open) => open.getTime() > now);
  }

  private jump(): void {
    const next = this.next();
    if (next) this.clock.turn(next);
  }

  /** Shows the facts that a gate judged by; one of them gets the focus where that is wanted. */
  private followGate(at: number, fact: number | undefined): void {
    const finding = this.decided.decision?.findings[at];
    if (!finding) return;
    this.gates.select(finding.rule);
    const facts = (finding.facts ?? []).flatMap(({ place }, number) => (place ? [{ place, number }] : []));
    const places: (Range & { document: string })[] = facts.sort((a, b) => Number(b.number === fact) - Number(a.number === fact)).map(({ place }) => place);
    this.panes.follow(places, fact !== undefined);
  }

  /** What to underline in a document. */
  private marks(document: string): Mark[] {
    const { decision, problems } = this.decided;
    const marks: Mark[] = [];
    for (const problem of problems) {
      if (problem.document !== document || !problem.line || !problem.column) continue;
      const { line, column, endLine = line, endColumn = column, message, help, code } = problem;
      marks.push({ line, column, endLine, endColumn, severity: problem.level === "error" ? "error" : "warning", title: code, message, help: help ?? undefined });
    }
    for (const finding of decision?.findings ?? []) {
      if (!blocks(finding.status) || finding.observed) continue;
      for (const { place } of finding.facts ?? []) {
        if (place?.document === document) marks.push({ ...place, severity: finding.status === "fail" ? "error" : "warning", title: finding.rule, message: finding.message, help: finding.help ?? undefined });
      }
    }
    return marks;
  }
}
