// A client of `yaml-language-server`: as much of the protocol as an editor needs to show what is wrong, to offer and to explain.

import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { pathToFileURL } from "node:url";

const SERVER = join(dirname(createRequire(import.meta.url).resolve("yaml-language-server/package.json")), "bin", "yaml-language-server");

/** Where the cursor is in a text. */
const CURSOR = "│";

const CAPABILITIES = {
  workspace: { configuration: true },
  textDocument: {
    hover: { contentFormat: ["markdown"] },
    completion: { completionItem: { documentationFormat: ["markdown"] } },
  },
};

/** Starts the server. `schemas` says which schema is for which files, as editors are told in their settings. */
export async function start(schemas) {
  // Nothing is fetched: neither the store of schemas nor that of Kubernetes is asked.
  const settings = {
    schemas, validate: true, hover: true, completion: true,
    schemaStore: { enable: false }, kubernetesCRDStore: { enable: false },
  };
  const server = spawn(process.execPath, [SERVER, "--stdio"], { stdio: ["pipe", "pipe", "inherit"] });
  const answers = new Map();
  const told = new Map();
  let last = 0;
  let opened = 0;

  const send = (message) => {
    const body = Buffer.from(JSON.stringify({ jsonrpc: "2.0", ...message }));
    server.stdin.write(`Content-Length: ${body.length}\r\n\r\n`);
    server.stdin.write(body);
  };
  const ask = (method, params) =>
    new Promise((resolve, reject) => {
      last += 1;
      answers.set(last, ({ result, error }) => (error ? reject(new Error(error.message)) : resolve(result)));
      send({ id: last, method, params });
    });
  const take = (message) => {
    const { id, method, params } = message;
    if (method === undefined) answers.get(id)?.(message);
    else if (method === "workspace/configuration") {
      send({ id, result: params.items.map(({ section }) => (section === "yaml" ? settings : null)) });
    } else if (method === "textDocument/publishDiagnostics") told.get(params.uri)?.(params.diagnostics);
    else if (id !== undefined) send({ id, result: null });
  };
  receive(server.stdout, take);

  const rootUri = pathToFileURL(process.cwd()).href;
  await ask("initialize", { processId: process.pid, rootUri, capabilities: CAPABILITIES });
  send({ method: "initialized", params: {} });

  return {
    /** Opens a text with a cursor in it: what is wrong with it, and what is offered and explained there. */
    async open(name, marked, folder = "nowhere") {
      const at = marked.indexOf(CURSOR);
      const text = marked.replace(CURSOR, "");
      const before = text.slice(0, Math.max(at, 0)).split("\n");
      const position = { line: before.length - 1, character: before.at(-1).length };
      opened += 1;
      const uri = pathToFileURL(join(folder, `${opened}.${name}`)).href;
      const diagnostics = new Promise((resolve) => told.set(uri, resolve));
      send({ method: "textDocument/didOpen", params: { textDocument: { uri, languageId: "yaml", version: 1, text } } });
      const place = { textDocument: { uri }, position };
      return {
        wrong: (await diagnostics).map(said).sort(),
        offered: async () => {
          const answer = await ask("textDocument/completion", place);
          return (answer.items ?? answer).map(({ label, documentation }) => ({ label, about: documentation?.value ?? documentation }));
        },
        explained: async () => (await ask("textDocument/hover", place))?.contents.value,
      };
    },
    async stop() {
      await ask("shutdown");
      const ended = once(server, "exit");
      send({ method: "exit" });
      await ended;
    },
  };
}

/** `line:column-column message`, from 1 as editors count; what spans lines says where it begins. */
function said({ range: { start, end }, message }) {
  const to = start.line === end.line ? `-${end.character + 1}` : "";
  return `${start.line + 1}:${start.character + 1}${to} ${message}`;
}

/** Takes messages from a stream, each behind its length. */
function receive(stream, take) {
  let held = Buffer.alloc(0);
  stream.on("data", (bytes) => {
    held = Buffer.concat([held, bytes]);
    for (;;) {
      const head = held.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/Content-Length: (\d+)/i.exec(held.subarray(0, head))[1]);
      const end = head + 4 + length;
      if (held.length < end) return;
      const message = JSON.parse(held.subarray(head + 4, end));
      held = held.subarray(end);
      take(message);
    }
  });
}
