import { ParityGateError, called, wrongType } from "./errors.js";
import type { Key, NamedText, PolicyText, Text } from "./generated/wire.js";

/**
 * What a file holds: its text, its bytes (UTF-8), or a plain object, which is handed in as JSON.
 *
 * Findings about a text or bytes point at line and column of what the user wrote; those about an object at its JSON.
 */
export type Content = string | Uint8Array | object;

/** Files by their path, relative to the project's root, with `/` between folders. */
export type Files = Readonly<Record<string, Content>> | ReadonlyMap<string, Content>;

/** A policy: its text, its bytes, a plain object; the same with a name for messages; or a built-in pack. */
export type Policy = string | Uint8Array | { readonly pack: string } | { readonly name?: string; readonly text: Content } | object;

/** One text, such as a request: its text, its bytes (UTF-8) or a plain object; or one of them with a name for messages. */
export type Source = Content | { readonly name?: string; readonly text: Content };

/** The largest text that is handed to the engine, in characters or bytes. The engine's own limit is lower, and it says so. */
const LARGEST = 64 * 1024 * 1024;

/** Texts in JSON: a name that says so stays, any other gets an ending. */
const HOLDS_JSON = /\.(json|ya?ml)$/i;

const encoder = new TextEncoder();

/** Texts that cross the border beside a call, by number. */
export class Attachments {
  /** The bytes. */
  readonly list: Uint8Array[] = [];

  /** Adds bytes, and answers their number. */
  add(bytes: Uint8Array): number {
    return this.list.push(bytes) - 1;
  }

  /** Adds files. */
  files(files: Files): Record<string, Text> {
    const texts: Record<string, Text> = Object.create(null) as Record<string, Text>;
    for (const [path, content] of entries(files)) {
      wellFormed("a file's name", path);
      const named = isPlain(content) && !HOLDS_JSON.test(path) ? `${path}.json` : path;
      if (named in texts) throw new ParityGateError("duplicate-file", `two files are named \`${named}\``);
      texts[named] = this.text(`\`${path}\``, content);
    }
    return texts;
  }

  /** Adds what a file holds. */
  text(name: string, content: Content): Text {
    return { attachment: this.add(bytes(name, content)) };
  }

  /** Adds a key. */
  key(key: string | Uint8Array): Key {
    if (typeof key !== "string" && !(key instanceof Uint8Array)) throw wrongType("`key`", "a text or bytes", key);
    return { attachment: this.add(bytes("`key`", key)) };
  }

  /** Adds policies. */
  policies(policies: Policy | readonly Policy[]): PolicyText[] {
    return (Array.isArray(policies) ? policies : [policies]).map((policy: unknown, at) => this.#policy(policy, at));
  }

  /** Adds a text; `usual` is its name where it has none. */
  source(place: string, usual: string, source: unknown): NamedText {
    if (!isPlain(source)) return { ...this.text(place, source as Content), name: usual };
    const isNamed = !Array.isArray(source) && "text" in source && Object.keys(source).every((key) => key === "text" || key === "name");
    if (!isNamed) return { ...this.text(place, source), name: `${usual}.json` };
    const { name, text } = source;
    if (name !== undefined && typeof name !== "string") throw wrongType("`name`", "a text", name);
    return { ...this.text(place, text as Content), name: name === undefined ? usual : wellFormed("`name`", name) };
  }

  #policy(policy: unknown, at: number): PolicyText {
    const place = `policy ${at + 1}`;
    if (isPlain(policy) && !Array.isArray(policy)) {
      if ("pack" in policy) {
        if (typeof policy["pack"] !== "string") throw wrongType("`pack`", "the name of a pack", policy["pack"]);
        return { pack: wellFormed("`pack`", policy["pack"]) };
      }
      if ("text" in policy) {
        const name = policy["name"];
        if (name !== undefined && typeof name !== "string") throw wrongType("`name`", "a text", name);
        const text = this.text(place, policy["text"] as Content);
        return name === undefined ? text : { ...text, name: wellFormed("`name`", name) };
      }
      return { ...this.text(place, policy), name: `policy-${at + 1}.json` };
    }
    return this.text(place, policy as Content);
  }
}

function entries(files: Files): Iterable<[string, Content]> {
  if (files instanceof Map) return files as ReadonlyMap<string, Content>;
  if (!isPlain(files) || Array.isArray(files)) throw wrongType("`files`", "a map from paths to texts", files);
  return Object.entries(files);
}

/** The bytes of a content. */
function bytes(name: string, content: unknown): Uint8Array {
  if (content instanceof Uint8Array) return copied(name, content);
  if (typeof content === "string") return encoder.encode(limited(name, wellFormed(name, content)));
  if (isPlain(content)) return encoder.encode(limited(name, json(name, content)));
  throw wrongType(name, "a text, a Uint8Array or a plain object", content);
}

function limited(name: string, text: string): string {
  if (text.length > LARGEST) throw tooLarge(name, text.length);
  return text;
}

function tooLarge(name: string, size: number): ParityGateError {
  const said = `${name} is too large: ${size} of at most ${LARGEST} characters or bytes`;
  return new ParityGateError("document-too-large", said);
}

const sizeOf = Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), "byteLength")?.get as () => number;

/** A copy of bytes: nobody else changes, transfers or cuts them while a call waits for more files. */
function copied(name: string, bytes: Uint8Array): Uint8Array {
  let size: number;
  try {
    // What the bytes are themselves, whatever a proxy or a class of its own says of them.
    size = sizeOf.call(bytes);
  } catch {
    throw new ParityGateError("wrong-type", `${name} is not the bytes that it seems to be, and a Uint8Array is needed`);
  }
  if (size > LARGEST) throw tooLarge(name, size);
  try {
    return new Uint8Array(bytes);
  } catch (cause) {
    throw new ParityGateError("detached", `the bytes of ${name} were transferred elsewhere, or cut off`, { cause });
  }
}

/** A text without lone halves of characters: they have no bytes. */
export function wellFormed(name: string, text: string): string {
  const check = (text as { isWellFormed?: () => boolean }).isWellFormed;
  const is = check === undefined ? !/\p{Surrogate}/u.test(text) : check.call(text);
  if (!is) throw new ParityGateError("lone-surrogate", `${name} holds half a character (a lone surrogate)`);
  return text;
}

/** An object as JSON, which holds all of it: what JSON would drop or change is refused. */
function json(name: string, value: object): string {
  try {
    refuseWhatIsNoJson(name, value);
    return JSON.stringify(value);
  } catch (cause) {
    if (cause instanceof ParityGateError) throw cause;
    throw new ParityGateError("no-json", `${name} is no JSON: it is too deep, or holds itself`, { cause });
  }
}

function refuseWhatIsNoJson(name: string, value: unknown): void {
  switch (typeof value) {
    case "string":
      wellFormed(`a value in ${name}`, value);
      return;
    case "number":
      if (!Number.isFinite(value)) throw new ParityGateError("no-json", `${name} holds ${value}, which JSON has not`);
      return;
    case "boolean":
    case "undefined":
      return;
    case "object":
      break;
    default:
      throw new ParityGateError("no-json", `${name} holds ${called(value)}, which JSON has not`);
  }
  if (value === null) return;
  if (Array.isArray(value)) {
    for (const item of value) refuseWhatIsNoJson(name, item);
  } else if (isPlain(value)) {
    for (const [key, item] of Object.entries(value)) {
      wellFormed(`a key in ${name}`, key);
      refuseWhatIsNoJson(name, item);
    }
  } else if (!(value instanceof Date && Number.isFinite(value.getTime()))) {
    throw new ParityGateError("no-json", `${name} holds ${called(value)}, which JSON has not`);
  }
}

/** Options that are there. */
export function given<T extends object>(options: T | undefined): T {
  if (options === undefined || options === null) return {} as T;
  const isList = typeof options === "object" && (Symbol.iterator in options || options instanceof Date);
  if (typeof options !== "object" || isList) throw wrongType("what is handed in as options", "an object", options);
  if ("engine" in options) throw new ParityGateError("unknown-field", "`engine` is no option: a compiled engine has methods of its own");
  return options as T;
}

/** Whether a value is a plain object or an array. */
export function isPlain(value: unknown): value is { readonly [key: string]: unknown } {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  // The prototype of another realm (a worker's message, a test's sandbox) is the last of its chain as well.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
