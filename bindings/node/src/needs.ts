import type { Need, Text } from "./generated/wire.js";
import { wrongType } from "./errors.js";
import type { Zones } from "./session.js";
import { type Attachments, type Content } from "./texts.js";
import { zonesLater, zonesMissing } from "./zones.js";

/** What a host says about a file that others name: what it holds, or why it is not handed in; nothing where there is none. */
export type Supply = Content | { readonly refused: string } | null | undefined;

/** Supplies a file by its path, relative to the project's root. The engine itself reads none. */
export type Read = (path: string) => Supply;

/** {@link Read} that may take its time. */
export type ReadAsync = (path: string) => Supply | Promise<Supply>;

/** A call that asks for files, with what they are added to. */
export interface Asking {
  readonly needs: readonly Need[];
  readonly texts: Record<string, Text>;
  /** The files as they were, which are handed in whole: what they ask for is absent. */
  readonly earlier?: Record<string, Text>;
  readonly attachments: Attachments;
}

/** A call under way: it waits for files, or for the time-zone database. */
export type Underway<T> = Generator<Asking | Zones, T, void>;

/** Runs a call until it needs no more files. Each is asked for once: the answer, even that there is none, is kept. */
export function supply<T>(asking: Underway<T>, read?: Read): T {
  check(read);
  try {
    for (;;) {
      const { done, value } = asking.next();
      if (done === true) return value;
      if ("zones" in value) throw zonesMissing(value.zones);
      for (const need of value.needs) add(value, need, need.before === true ? undefined : read?.(need.path));
    }
  } finally {
    asking.return(undefined as T);
  }
}

/** {@link supply} with a `read` that may take its time. The time-zone database is fetched where it is needed. */
export async function supplyAsync<T>(asking: Underway<T>, read?: ReadAsync): Promise<T> {
  check(read);
  try {
    for (;;) {
      const { done, value } = asking.next();
      if (done === true) return value;
      if ("zones" in value) {
        await zonesLater();
      } else {
        const supplies = await Promise.all(
          value.needs.map((need) => (need.before === true ? undefined : read?.(need.path))),
        );
        value.needs.forEach((need, at) => add(value, need, supplies[at]));
      }
    }
  } finally {
    asking.return(undefined as T);
  }
}

function check(read: unknown): void {
  if (read !== undefined && typeof read !== "function") throw wrongType("`read`", "a function from a path to a text", read);
}

function add({ texts, earlier, attachments }: Asking, { path, before }: Need, supply: Supply): void {
  if (before === true && earlier !== undefined) {
    earlier[path] = { absent: true };
  } else if (supply === null || supply === undefined) {
    texts[path] = { absent: true };
  } else if (typeof supply === "object" && "refused" in supply && typeof supply.refused === "string") {
    texts[path] = { refused: supply.refused };
  } else {
    texts[path] = attachments.text(`\`${path}\``, supply);
  }
}
