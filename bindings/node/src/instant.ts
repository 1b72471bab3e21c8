import { ParityGateError, wrongType } from "./errors.js";

/** An instant: a `Date`, or text with a date, a time and a zone (`2026-03-01T09:00:00Z`). */
export type Instant = Date | string;

/** The instant of a check, as the engine reads it. The engine has no clock, and takes none from the host unasked. */
export function instant(now: Instant | undefined): string {
  if (now === undefined || now === null) {
    throw new ParityGateError("no-clock", "`now` is missing, and the engine has no clock; hand in `new Date()`");
  }
  if (typeof now === "string") return now;
  if (!(now instanceof Date)) throw wrongType("`now`", "a Date or a text such as 2026-03-01T09:00:00Z", now);
  if (Number.isNaN(now.getTime())) throw new ParityGateError("bad-instant", "`now` is an invalid Date");
  return now.toISOString();
}
