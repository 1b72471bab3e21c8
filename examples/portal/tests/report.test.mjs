/** The page that `format(report, "html")` writes, in Chromium, as people use it. */

import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, beforeEach, describe, test } from "node:test";
import { pathToFileURL } from "node:url";
import { checkProject, format, gateProject } from "paritygate";
import { faults, launch, overflow } from "./browser.mjs";

const NOW = new Date("2026-08-20T17:30:00Z");
const FILES = {
  "paritygate.yaml": `environments:
  development: { sources: [{ path: development.env }] }
  staging: { sources: [{ path: staging.env }] }
  production: { sources: [{ path: production.env }] }
pipeline: { stages: [development, staging, production] }
policies: [./policy.yaml]
`,
  "policy.yaml": `policy: shop
defaults: { environments: all }
rules:
  - { id: all-present, kind: present, select: "variables.*", why: what staging tried is needed in production }
  - { id: same-values, kind: same, select: "variables.*", severity: warning, onUnknown: unknown }
  - { id: same-region, kind: same, select: variables.REGION, mode: observe }
`,
  "development.env": "LEVEL=debug\nREGION=${WHERE}\nMARKUP=<script>alert(1)</script>\n",
  "staging.env": `LEVEL=info\nREGION=eu\nSEARCH_URL=https://search.example/${"long/".repeat(30)}\nMARKUP='"><img src=x onerror=alert(1)>'\n`,
  "production.env": "LEVEL=info\nREGION=us\nMARKUP=plain\n",
};

let browser, folder, page, wrong, address;

before(async () => {
  browser = await launch();
  folder = await mkdtemp(join(tmpdir(), "report-"));
  address = await write("report.html", format(checkProject(FILES, { now: NOW }), "html"));
});

after(async () => {
  await browser?.close();
  await rm(folder, { recursive: true });
});

beforeEach(async () => {
  await page?.context().close();
  page = await (await browser.newContext({ viewport: { width: 1600, height: 1000 }, reducedMotion: "reduce" })).newPage();
  wrong = [];
  page.on("console", (message) => wrong.push(message.text()));
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("request", (request) => request.url().startsWith(pathToFileURL(folder).href) || wrong.push(request.url()));
  await page.goto(address);
});

async function write(name, text) {
  await writeFile(join(folder, name), text);
  return pathToFileURL(join(folder, name)).href;
}

const shown = (selector) => page.locator(`${selector}:visible`).count();
const said = () => page.locator("output").textContent();

/** Waits until the page says something else than before. */
async function narrowed(act) {
  const before = await said();
  await act();
  await page.waitForFunction((before) => document.querySelector("output").textContent !== before, before);
}

/** axe-core sees colours of what lies elsewhere where the browser puts off to lay out what is not in sight. */
async function faultsOfAll() {
  await page.evaluate(() => document.querySelectorAll("article").forEach((article) => (article.style.contentVisibility = "visible")));
  return faults(page);
}

describe("the page of a report", () => {
  test("its policy lets its style and its script run, and nothing that a value holds", async () => {
    assert.equal(await page.locator("h1").evaluate((h1) => getComputedStyle(h1).margin), "0px", "the style runs");
    assert.equal(await page.locator(".filters").isVisible(), true, "the script runs");
    assert.equal(await page.locator("img").count(), 0);
    assert.equal(await page.locator("script").count(), 1);
    assert.match((await page.locator("main").textContent()) ?? "", /<script>alert\(1\)<\/script>/);
    assert.deepEqual(wrong, []);
  });

  test("is narrowed down by each filter, the matrix and the findings alike", async () => {
    const all = await shown("article");
    assert.equal(await said(), `${all} findings`);
    const rows = await shown("tr.one");
    await narrowed(() => page.fill("[name=text]", "search_url"));
    assert.equal(await shown("tr.one"), 1);
    assert.equal(await said(), `${await shown("article")} of ${all} findings`);
    await narrowed(() => page.click("[type=reset]"));
    assert.deepEqual([await shown("article"), await shown("tr.one")], [all, rows]);
    await narrowed(() => page.selectOption("[name=rule]", { label: "all-present" }));
    assert.ok((await page.locator("article:visible .meta").allTextContents()).every((text) => text.includes("rule all-present")));
    await narrowed(() => page.click("[type=reset]"));
    await narrowed(() => page.selectOption("[name=environment]", { label: "production" }));
    assert.ok((await page.locator("article:visible figure.meant strong").allTextContents()).includes("production"));
    await narrowed(() => page.click("[type=reset]"));
    await narrowed(() => page.selectOption("[name=severity]", "warning"));
    assert.equal(await shown("article"), await shown("article[data-severity=warning]"));
    await narrowed(() => page.click("[type=reset]"));
    await narrowed(() => page.uncheck("[value=observed]"));
    assert.equal(await shown(".observed article"), 0);
    assert.equal(await page.locator("h3", { hasText: "observed" }).isVisible(), false, "no heading stays without its findings");
  });

  test("a row stays as long as one of its findings does", async () => {
    const row = page.locator("tr.one", { hasText: "REGION" });
    await narrowed(() => page.uncheck("[value=warning]"));
    assert.equal(await row.isVisible(), true, "what is observed there is shown");
    await narrowed(() => page.uncheck("[value=observed]"));
    assert.equal(await row.isVisible(), true, "what can't be judged there is shown");
    await narrowed(() => page.uncheck("[value=not-judged]"));
    assert.equal(await row.isVisible(), false);
  });

  test("a row leads to its finding, and back", async () => {
    await page.locator("tr.one a", { hasText: "SEARCH_URL" }).click();
    assert.match((await page.locator("article:target h4").textContent()) ?? "", /SEARCH_URL/);
    await page.locator("article:target .meta a").click();
    assert.match((await page.locator("tr:target").textContent()) ?? "", /SEARCH_URL/);
  });

  test("works with the keyboard only", async () => {
    const reached = [];
    for (let at = 0; at < 14; at++) {
      await page.keyboard.press("Tab");
      reached.push(await page.evaluate(() => document.activeElement?.name || document.activeElement?.id || document.activeElement?.className));
    }
    for (const name of ["skip", "theme", "text", "group", "severity", "rule", "environment", "scroll"]) {
      assert.ok(reached.includes(name), `${name} is reached: ${reached.join(", ")}`);
    }
    await page.focus("[value=observed]");
    await narrowed(() => page.keyboard.press("Space"));
    await page.focus("[name=text]");
    await narrowed(() => page.keyboard.type("level"));
    assert.equal(await shown("tr.one"), 1);
  });

  test("head and paths of the matrix stay in sight", async () => {
    await page.setViewportSize({ width: 390, height: 420 });
    const place = (selector) => page.locator(selector).first().evaluate((element) => element.getBoundingClientRect().toJSON());
    const edge = await place(".scroll");
    await page.locator(".scroll").evaluate((scroll) => scroll.scrollTo(9999, 9999));
    assert.ok(await page.locator(".scroll").evaluate((scroll) => scroll.scrollLeft > 0), "there is something to scroll");
    assert.ok(Math.abs((await place("thead th")).top - edge.top) < 3);
    assert.ok(Math.abs((await place("tr.one th")).left - edge.left) < 3);
  });

  test("is dark where the system is or the reader wants it, and prints light", async () => {
    const paper = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await paper();
    await page.emulateMedia({ colorScheme: "dark" });
    const dark = await paper();
    assert.notEqual(dark, light);
    await page.click("#theme");
    assert.equal(await paper(), light, "light by choice");
    await page.click("#theme");
    await page.emulateMedia({ colorScheme: "light" });
    assert.equal(await paper(), dark, "dark by choice");
    await page.emulateMedia({ media: "print" });
    assert.equal(await paper(), light);
    assert.equal(await overflow(page), 0);
    assert.equal(await page.locator(".filters select").first().isVisible(), false);
  });

  test("shows everything without its script", async () => {
    const all = await shown("article");
    const context = await browser.newContext({ javaScriptEnabled: false });
    const plain = await context.newPage();
    await plain.goto(address);
    assert.equal(await plain.locator("article:visible").count(), all);
    assert.equal(await plain.locator("form:visible, button:visible").count(), 0);
    await context.close();
  });

  test("axe-core finds no fault, light and dark, wide and narrow, and nothing is cut off", async () => {
    for (const colorScheme of ["light", "dark"]) {
      for (const width of [1600, 390, 360]) {
        await page.emulateMedia({ colorScheme });
        await page.setViewportSize({ width, height: 1000 });
        assert.deepEqual(await faultsOfAll(), [], `${colorScheme} at ${width}`);
        assert.equal(await overflow(page), 0, `nothing is cut off at ${width}`);
      }
    }
  });
});

test("the page of a report without findings says so", async () => {
  const same = Object.fromEntries(Object.keys(FILES).map((name) => [name, name.endsWith(".env") ? "LEVEL=info\n" : FILES[name]]));
  await page.goto(await write("clean.html", format(checkProject(same, { now: NOW }), "html")));
  assert.match((await page.locator("main").textContent()) ?? "", /Nothing was found/);
  assert.deepEqual([await faultsOfAll(), wrong], [[], []]);
});

test("the page of a decision has no fault either", async () => {
  const example = (name) => readFile(new URL(`../../pipeline/${name}`, import.meta.url), "utf8");
  const environments = ["development", "staging", "production"].map((name) => `environments/${name}.environment.yaml`);
  const names = ["paritygate.yaml", "policies/promotion.yaml", ...environments];
  const files = Object.fromEntries(await Promise.all(names.map(async (name) => [name, await example(name)])));
  const request = { name: "thursday-evening.yaml", text: await example("thursday-evening.yaml") };
  await page.goto(await write("decision.html", format(gateProject(files, { request }), "html")));
  assert.match((await page.locator(".verdict").textContent()) ?? "", /denied/);
  await page.locator("ol a").first().click();
  assert.equal(await page.locator("article:target").count(), 1);
  for (const colorScheme of ["light", "dark"]) {
    await page.emulateMedia({ colorScheme });
    assert.deepEqual([await faultsOfAll(), wrong, await overflow(page)], [[], [], 0], colorScheme);
  }
});
