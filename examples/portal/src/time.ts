/** Instants, as people read them. The engine says what the clocks of a gate's zone show; this says what the viewer's own show. */

import type { Local } from "./engine";

export const MINUTE = 60_000;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

/** The zone of whoever looks at the page. */
export const HERE = Intl.DateTimeFormat().resolvedOptions().timeZone || "UTC";

const date = (timeZone: string | undefined) => new Intl.DateTimeFormat("en-GB", { weekday: "short", day: "numeric", month: "short", ...(timeZone ? { timeZone } : {}) });
const time = (timeZone: string | undefined) => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", ...(timeZone ? { timeZone } : {}) });
const hereDate = date(undefined);
const hereTime = time(undefined);
const wallDate = date("UTC");

/** `Fri 21 Aug`, here. */
export function dayHere(at: Date): string {
  return hereDate.format(at).replace(",", "");
}

/** `16:40`, here. */
export function timeHere(at: Date): string {
  return hereTime.format(at);
}

/** What clocks elsewhere show: `Fri 21 Aug` and `16:40`. */
export function wall({ time }: Local): { day: string; time: string } {
  return { day: wallDate.format(new Date(`${time.slice(0, 19)}Z`)).replace(",", ""), time: time.slice(11, 16) };
}

/** The name of a zone as people write it. */
export function zoneName(zone: string): string {
  return zone.replaceAll("_", " ");
}

/** How long it is: `2 d 16 h 20 min`; seconds where it is less than an hour and they are wanted. */
export function howLong(milliseconds: number, seconds = false): string {
  const left = Math.max(0, milliseconds);
  const [days, hours, minutes] = [Math.floor(left / DAY), Math.floor((left % DAY) / HOUR), Math.floor((left % HOUR) / MINUTE)];
  const parts = [days ? `${days} d` : "", hours ? `${hours} h` : "", minutes ? `${minutes} min` : ""].filter(Boolean);
  if (seconds && days === 0) parts.push(`${Math.floor((left % MINUTE) / 1000)} s`);
  return parts.join(" ") || "less than a minute";
}

/** Midnight of a day here, and of days after it. */
export function midnight(at: Date, days = 0): Date {
  return new Date(at.getFullYear(), at.getMonth(), at.getDate() + days);
}

/** An instant as `datetime-local` takes it. */
export function toInput(at: Date): string {
  const two = (number: number) => String(number).padStart(2, "0");
  return `${at.getFullYear()}-${two(at.getMonth() + 1)}-${two(at.getDate())}T${two(at.getHours())}:${two(at.getMinutes())}`;
}
