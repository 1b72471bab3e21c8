// A page in Chromium that the built package is loaded into. Everything is served from memory; nothing else is reached.

import { existsSync, readFileSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join, normalize, sep } from "node:path";

import { chromium } from "playwright-core";

const PROGRAMS = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome", "/opt/google/chrome/chrome"];
const ARGUMENTS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];
const TYPES = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm", ".css": "text/css" };
const PAGE = '<!doctype html><meta charset="utf-8"><title>paritygate</title><link rel="icon" href="data:,">';

/** Chromium, where there is one. */
export const program = process.env.CHROMIUM ?? PROGRAMS.find((path) => existsSync(path));

/** Serves a folder, runs `work` with a page on it, and fails if the page said anything on its console. */
export async function withPage(folder, work) {
  if (program === undefined) throw new Error("there is no Chromium: `cargo xtask setup` installs one");
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(new URL(request.url, "http://localhost").pathname));
    if (path === sep) return response.writeHead(200, { "content-type": TYPES[".html"] }).end(PAGE);
    const file = join(folder, path);
    if (!existsSync(file)) return response.writeHead(404).end();
    return response.writeHead(200, { "content-type": TYPES[extname(file)] ?? "text/plain" }).end(readFileSync(file));
  });
  await new Promise((done) => server.listen(0, "127.0.0.1", done));
  const browser = await chromium.launch({ executablePath: program, headless: true, args: ARGUMENTS });
  try {
    const page = await browser.newPage();
    const said = [];
    page.on("console", (message) => said.push(message.text()));
    page.on("pageerror", (error) => said.push(String(error)));
    await page.goto(`http://127.0.0.1:${server.address().port}/`);
    const result = await work(page);
    if (said.length > 0) throw new Error(`the page said:\n${said.join("\n")}`);
    return result;
  } finally {
    await browser.close();
    server.close();
  }
}
