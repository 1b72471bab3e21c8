import { ParityGateError } from "./errors.js";
import type { Diagnostic } from "./generated/wire.js";

/** How a backend comes by the time-zone database, which the WebAssembly modules do not carry. */
export interface ZonesFile {
  /** Reads it at once, where that is possible. */
  readonly now?: () => Uint8Array;
  /** Fetches it. */
  readonly later: () => Promise<Uint8Array>;
}

let supplier: ZonesFile | undefined;
let file: Uint8Array | undefined;
let coming: Promise<Uint8Array> | undefined;

/** Says where the database comes from: each entry of the package whose backend carries none does, once. */
export function zonesFrom(source: ZonesFile): void {
  supplier = source;
}

/** Whether the database can be had: a backend that carries it needs none. */
export function canHaveZones(): boolean {
  return supplier !== undefined;
}

/** The database, where it is there or can be read at once. */
export function zonesNow(): Uint8Array | undefined {
  file ??= supplier?.now?.();
  return file;
}

/** The database, fetched where it is not there yet. However many ask for it at once, it is fetched once. */
export async function zonesLater(fetchIt: (() => Promise<Uint8Array>) | undefined = supplier?.later): Promise<Uint8Array | undefined> {
  if (file !== undefined || fetchIt === undefined) return file;
  coming ??= fetchIt();
  try {
    file = await coming;
    return file;
  } catch (cause) {
    throw new ParityGateError("zones-not-loaded", "the time-zone database can't be loaded", { cause });
  } finally {
    coming = undefined;
  }
}

/** Forgets what turned out to be no database. */
export function forgetZones(): void {
  file = undefined;
}

/** The code of the diagnostics that ask for the database, and of the error where it is not there. */
export const NOT_LOADED = "zones-not-loaded";

/** The error where a time zone is named, and the database has to be awaited. */
export function zonesMissing(diagnostics: readonly Diagnostic[]): ParityGateError {
  const message = "a time zone is named, and the time-zone database is not there yet: `await loadZones()` first, or call the function whose name ends in `Async`";
  return new ParityGateError(NOT_LOADED, message, { diagnostics });
}
