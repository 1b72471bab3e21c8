/** The pipeline as a drawing: a node per environment, in columns by how far it is from the beginning, and the ways between them. */

import { h, s } from "./dom";
import type { Pipeline } from "./engine";

/** The way that is asked about, and how it stands. */
export interface Asked {
  from: string;
  to: string;
  tone: "fine" | "error" | "unknown" | "none";
  /** What stands on the way: `1 of 2 gates`. */
  label: string;
  /** The same in words. */
  words: string;
}

interface Box {
  name: string;
  column: number;
  x: number;
  y: number;
}

const HEIGHT = 50;
const ROW = 64;
/** How far below it a way goes around what lies between. */
const AROUND = 44;

/** Draws it as wide as there is room. */
export function flow({ stages, ways }: Pipeline, asked: Asked | undefined, room: number): Node {
  if (stages.length === 0) return h("p", { class: "nothing" }, "The manifest names no environments.");
  const columns = inColumns(stages, ways);
  const count = columns.length;
  const narrow = room < 560;
  const width = narrow ? 96 : Math.min(176, Math.max(110, room / (count * 1.8)));
  const gap = count > 1 ? Math.min(200, Math.max(narrow ? 28 : 110, (room - 4 - count * width) / (count - 1))) : 0;
  const rows = Math.max(...columns.map((column) => column.length));
  const boxes = new Map<string, Box>();
  columns.forEach((column, at) => {
    column.forEach((name, row) => boxes.set(name, { name, column: at, x: 2 + at * (width + gap), y: 2 + (row + (rows - column.length) / 2) * ROW }));
  });
  const ends = ways.flatMap(({ from, to }) => from.map((source) => ({ from: source, to })));
  // A way that is asked about and that the pipeline does not have is drawn as well.
  const isMissing = asked !== undefined && !ends.some(({ from, to }) => from === asked.from && to === asked.to);
  if (isMissing) ends.push({ from: asked.from, to: asked.to });
  const edges: SVGElement[] = [];
  const labels: SVGElement[] = [];
  let lowest = 0;
  for (const { from, to } of ends) {
    const [a, b] = [boxes.get(from), boxes.get(to)];
    if (!a || !b || a === b) continue;
    const is = asked?.from === from && asked.to === to ? asked : undefined;
    const way = route(a, b, width);
    lowest = Math.max(lowest, way.lowest);
    edges.push(s("g", { class: `edge${is ? ` asked ${is.tone}` : ""}${is && isMissing ? " missing" : ""}` }, s("path", { class: "line", d: way.line }), s("path", { class: "head", d: way.head })));
    if (is) labels.push(label(way, gap, is));
  }
  const size = { width: 4 + count * width + (count - 1) * gap, height: Math.max(4 + (rows - 1) * ROW + HEIGHT, lowest) };
  const nodes = [...boxes.values()].map((box) => node(box, width, narrow, asked));
  const spoken = `${ways.map(({ from, to }) => `${from.join(" and ")} to ${to}`).join("; ") || stages.join(", ")}.${asked ? ` Asked for: ${asked.from} to ${asked.to}, ${asked.words}.` : ""}`;
  const drawing = s("svg", { role: "img", "aria-label": `Pipeline: ${spoken}`, width: size.width, height: size.height, viewBox: `0 0 ${size.width} ${size.height}` });
  drawing.append(...edges, ...nodes, ...labels);
  return drawing;
}

/** Each environment one column after the last of those that it comes from. */
function inColumns(stages: string[], ways: Pipeline["ways"]): string[][] {
  const depth = new Map(stages.map((stage) => [stage, 0]));
  // As many rounds as there are stages are enough, and end where ways go in a circle.
  for (let round = 0; round < stages.length; round++) {
    for (const { from, to } of ways) {
      const deepest = Math.max(...from.map((source) => depth.get(source) ?? 0));
      if (depth.has(to)) depth.set(to, Math.min(stages.length - 1, Math.max(depth.get(to) ?? 0, deepest + 1)));
    }
  }
  const columns: string[][] = [];
  for (const [stage, at] of depth) (columns[at] ??= []).push(stage);
  return columns.filter((column) => column !== undefined);
}

function node({ name, x, y }: Box, width: number, narrow: boolean, asked: Asked | undefined): SVGElement {
  const part = asked?.to === name ? "to" : asked?.from === name ? "from" : "";
  const word = { to: "goes to", from: "comes from", "": "" }[part];
  const most = Math.floor((width - 10) / (narrow ? 7 : 7.8));
  const shown = name.length > most ? `${name.slice(0, most - 1)}…` : name;
  const middle = x + width / 2;
  return s(
    "g",
    { class: `node ${part}` },
    s("title", {}, name),
    s("rect", { x, y, width, height: HEIGHT, rx: 10 }),
    s("text", { class: narrow ? "name small" : "name", x: middle, y: y + (word ? 22 : 30) }, shown),
    word ? s("text", { class: "word", x: middle, y: y + 39 }, word) : null,
  );
}

/** A way between two nodes. */
interface Route {
  line: string;
  head: string;
  /** Its middle. */
  x: number;
  y: number;
  /** How far down it needs room. */
  lowest: number;
  isAround: boolean;
}

function route(a: Box, b: Box, width: number): Route {
  if (b.column !== a.column + 1) {
    // Backwards, or over a column: around what lies between.
    const [x1, x2] = [a.x + width / 2 + 12, b.x + width / 2 - 12];
    const [y1, y2] = [a.y + HEIGHT, b.y + HEIGHT];
    const low = Math.max(y1, y2) + AROUND;
    const line = `M ${x1} ${y1 + 2} C ${x1} ${low}, ${x2} ${low}, ${x2} ${y2 + 4}`;
    const head = `M ${x2 - 5} ${y2 + 10} l 5 -8 l 5 8`;
    return { line, head, x: (x1 + x2) / 2, y: (y1 + y2) / 8 + low * 0.75, lowest: low, isAround: true };
  }
  const [x1, y1, x2, y2] = [a.x + width + 2, a.y + HEIGHT / 2, b.x - 2, b.y + HEIGHT / 2];
  const bend = Math.max(12, (x2 - x1) / 2);
  const line = `M ${x1} ${y1} C ${x1 + bend} ${y1}, ${x2 - bend} ${y2}, ${x2 - 4} ${y2}`;
  return { line, head: `M ${x2 - 9} ${y2 - 5} l 8 5 l -8 5`, x: (x1 + x2) / 2 - 3, y: (y1 + y2) / 2, lowest: 0, isAround: false };
}

function label({ x, y, isAround }: Route, gap: number, { label, tone }: Asked): SVGElement {
  const wide = label.length * 6.4 + 20;
  if (wide > gap - 16 && !isAround) return s("circle", { class: `spot ${tone}`, cx: x, cy: y, r: 6 });
  return s("g", { class: `badge-label ${tone}` }, s("rect", { x: x - wide / 2, y: y - 11, width: wide, height: 22, rx: 11 }), s("text", { x, y: y + 4 }, label));
}
