import type { Need, Text } from "./generated/wire.js";
import { wrongType } from "./errors.js";
import { type Attachments, type Content } from "./texts.js";

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
  readonly attachments: Attachments;
}

/** Runs a call until it needs no more files. Each is asked for once: the answer, even that there is none, is kept. */
export function supply<T>(asking: Generator<Asking, T, void>, read?: Read): T {
  check(read);
  for (;;) {
    const step = asking.next();
    if (step.done === true) return step.value;
    for (const { path } of step.value.needs) add(step.value, path, read?.(path));
  }
}

/** {@link supply} with a `read` that may take its time. */
export async function supplyAsync<T>(asking: Generator<Asking, T, void>, read?: ReadAsync): Promise<T> {
  check(read);
  for (;;) {
    const step = asking.next();
    if (step.done === true) return step.value;
    const paths = step.value.needs.map(({ path }) => path);
    const supplies = await Promise.all(paths.map((path) => read?.(path)));
    paths.forEach((path, at) => add(step.value, path, supplies[at]));
  }
}

function check(read: unknown): void {
  if (read !== undefined && typeof read !== "function") throw wrongType("`read`", "a function from a path to a text", read);
}

function add({ texts, attachments }: Asking, path: string, supply: Supply): void {
  if (supply === null || supply === undefined) {
    texts[path] = { absent: true };
  } else if (typeof supply === "object" && "refused" in supply && typeof supply.refused === "string") {
    texts[path] = { refused: supply.refused };
  } else {
    texts[path] = attachments.text(`\`${path}\``, supply);
  }
}
