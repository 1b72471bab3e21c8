// Makes the npm package in the folder that is named: JavaScript for each entry, types, the module, and the addon beside them.
//
//   node scripts/build.js TARGET_FOLDER WASM_FOLDER ADDON

import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";

import { build } from "esbuild";

const [folder, wasm, addon] = process.argv.slice(2);
const dist = join(folder, "dist");
rmSync(folder, { recursive: true, force: true });
mkdirSync(dist, { recursive: true });

const common = { bundle: true, keepNames: true, target: "es2022", logLevel: "warning", alias: { "#core": join(wasm, "core", "paritygate_core.js"), "#formats": join(wasm, "formats", "paritygate_formats.js") } };
const node = { ...common, entryPoints: ["src/node.ts", "src/node-wasm.ts"], outdir: dist, platform: "node" };
await build({ ...node, format: "esm" });
await build({
  ...node,
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  define: { "import.meta.url": "__address" },
  banner: { js: 'const __address = require("node:url").pathToFileURL(__filename).href;' },
});
const browser = { ...common, outdir: dist, platform: "browser", format: "esm" };
// The larger module has a file of its own, which is fetched when it is asked for.
await build({ ...browser, entryPoints: ["src/browser.ts"], external: ["./formats.js"] });
await build({ ...browser, entryPoints: ["src/formats.ts"] });

const typescript = join(dirname(createRequire(import.meta.url).resolve("typescript/package.json")), "bin", "tsc");
const { status } = spawnSync(process.execPath, [typescript, "--project", ".", "--outDir", join(dist, "types")], { stdio: "inherit" });
if (status !== 0) process.exit(1);
// The same types once more, for those who `require`: TypeScript goes by the nearest package.json.
cpSync(join(dist, "types"), join(dist, "types-cjs"), { recursive: true });
writeFileSync(join(dist, "types-cjs", "package.json"), '{ "type": "commonjs" }\n');

for (const name of ["core", "formats"]) {
  const file = `paritygate_${name}_bg.wasm`;
  cpSync(join(wasm, name, file), join(dist, file));
}
// Where no addon is: the time-zone database, which the modules do not carry.
cpSync(join(wasm, "zones.bin"), join(dist, "zones.bin"));
cpSync(addon, join(dist, `paritygate.${process.platform}-${process.arch}.node`));
const { devDependencies: _, ...manifest } = JSON.parse(readFileSync("package.json", "utf8"));
writeFileSync(join(folder, "package.json"), `${JSON.stringify(manifest, null, 2)}\n`);
for (const file of ["README.md"]) cpSync(file, join(folder, file));
cpSync("../../LICENSE", join(folder, "LICENSE"));
