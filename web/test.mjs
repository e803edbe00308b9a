// Runs the tests in tests/ on Node's own runner; esbuild turns the TypeScript into what Node reads.
import { mkdirSync, readdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { run } from "node:test";
import { spec } from "node:test/reporters";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const web = dirname(fileURLToPath(import.meta.url));
const out = join(web, "node_modules", ".cache", "tests");
const sources = readdirSync(join(web, "tests")).filter((name) => name.endsWith(".test.ts"));
mkdirSync(out, { recursive: true });
await build({
  absWorkingDir: web,
  entryPoints: sources.map((name) => join("tests", name)),
  outdir: out,
  outExtension: { ".js": ".mjs" },
  bundle: true,
  platform: "node",
  format: "esm",
  target: "node20",
  logLevel: "warning",
});
run({ files: sources.map((name) => join(out, name.replace(/\.ts$/, ".mjs"))) })
  .on("test:fail", () => {
    process.exitCode = 1;
  })
  .compose(new spec())
  .pipe(process.stdout);
