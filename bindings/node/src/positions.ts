import { wrongType } from "./errors.js";

/** A place as people count: from 1; columns in characters (Unicode scalar values), as findings and diagnostics say it. */
export interface Position {
  /** The line, from 1. */
  readonly line: number;
  /** The column in characters, from 1. */
  readonly column: number;
}

/**
 * The offset of a place in a JavaScript string, in UTF-16 units: what editors take. A place beyond the end of its line
 * is that end, one beyond the text is the end of the text.
 */
export function offsetOf(text: string, place: Position): number {
  if (typeof text !== "string") throw wrongType("`text`", "a text", text);
  if (typeof place !== "object" || place === null) throw wrongType("a position", "an object with `line` and `column`", place);
  const { line, column } = place;
  if (!Number.isInteger(line) || !Number.isInteger(column)) throw wrongType("a position", "`line` and `column`, from 1,", { line, column });
  let at = 0;
  for (let left = line - 1; left > 0; left -= 1) {
    const end = text.indexOf("\n", at);
    if (end < 0) return text.length;
    at = end + 1;
  }
  // A byte order mark is no character of the text.
  if (at === 0 && text.charCodeAt(0) === 0xfeff) at = 1;
  for (let left = column - 1; left > 0 && at < text.length && text[at] !== "\n"; left -= 1) {
    at += (text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1;
  }
  return at;
}
