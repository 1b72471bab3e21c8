import { ParityGateError, wrongType } from "./errors.js";

/** An instant: a `Date`, or text with a date, a time and a zone (`2026-03-01T09:00:00Z`). */
export type Instant = Date | string;

/** The instant of a check, as the engine reads it. The engine has no clock, and takes none from the host unasked. */
export function instant(now: Instant | undefined): string {
  if (now === undefined || now === null) {
    throw new ParityGateError("no-clock", "`now` is missing, and the engine has no clock; hand in `new Date()`");
  }
  return written("now", now);
}

/** An instant that is there, as the engine reads it. */
export function written(name: string, instant: Instant): string {
  if (typeof instant === "string") return instant;
  if (!(instant instanceof Date)) throw wrongType(`\`${name}\``, "a Date or a text such as 2026-03-01T09:00:00Z", instant);
  if (Number.isNaN(instant.getTime())) throw new ParityGateError("bad-instant", `\`${name}\` is an invalid Date`);
  return instant.toISOString();
}
