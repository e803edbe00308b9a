// Bundles what runs in the browser into geoteam/server/static/build/ and writes manifest.json
// (file -> content hash), by which the server and the maps name versioned addresses. The files are made
// in a folder beside it and moved over one by one, so that a running server misses none meanwhile.
import { createHash } from "node:crypto";
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const web = dirname(fileURLToPath(import.meta.url));
const served = resolve(web, "../geoteam/server/static/build");
const out = `${served}.${process.pid}`;
const modules = join(web, "node_modules");
const npm = (path) => join(modules, path);

process.on("exit", () => rmSync(out, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(1));
mkdirSync(join(out, "fonts"), { recursive: true });

const common = {
  absWorkingDir: web,
  bundle: true,
  minify: true,
  sourcemap: false,
  legalComments: "none",
  target: ["es2022", "chrome109", "firefox115", "safari16"],
  logLevel: "warning",
};

await build({
  ...common,
  entryPoints: {
    app: "src/app.ts",
    map: "src/map/index.ts",
    editor: "src/editor/index.ts",
    compare: "src/editor/compare.ts",
    road: "src/road/index.ts",
    // Served under /road/, where its scope is.
    "road-sw": "src/road/sw.ts",
    day: "src/day/index.ts",
    week: "src/day/week.ts",
  },
  outdir: out,
  format: "iife",
  // Sources that ask for a content network would fail in a closed network: none may be bundled.
  define: { "process.env.NODE_ENV": '"production"' },
});
await build({
  ...common,
  entryPoints: {
    app: "src/styles/app.css",
    map: "src/styles/map.css",
    editor: "src/styles/editor.css",
    day: "src/styles/day.css",
    fonts: "src/styles/fonts.css",
  },
  outdir: out,
  // Images go into the style sheet, so that a stand-alone map needs no second file.
  loader: { ".png": "dataurl", ".svg": "dataurl" },
  external: ["./fonts/*"],
});

const weights = [400, 600, 700];
for (const weight of weights) {
  for (const subset of ["latin", "latin-ext"]) {
    const name = `public-sans-${subset}-${weight}-normal.woff2`;
    copyFileSync(npm(`@fontsource/public-sans/files/${name}`), join(out, "fonts", name));
  }
}
// The printed sheets need TrueType.
const ttf = npm("@expo-google-fonts/public-sans");
for (const face of ["400Regular", "400Regular_Italic", "600SemiBold", "700Bold"]) {
  const file = `PublicSans_${face}.ttf`;
  copyFileSync(join(ttf, face, file), join(out, "fonts", file));
}
copyFileSync(join(ttf, "LICENSE_FONT"), join(out, "fonts", "LICENSE.txt"));
copyFileSync(npm("htmx.org/dist/htmx.min.js"), join(out, "htmx.js"));
copyFileSync(join(web, "src/icon.svg"), join(out, "icon.svg"));

const notices = [];
for (const name of ["leaflet", "leaflet.markercluster", "protomaps-leaflet", "htmx.org"]) {
  const about = JSON.parse(readFileSync(npm(`${name}/package.json`), "utf8"));
  notices.push(`${about.name} ${about.version} (${about.license})`);
}
notices.push("Public Sans (OFL-1.1), see fonts/LICENSE.txt");
writeFileSync(join(out, "NOTICES.txt"), `${notices.join("\n")}\n`);

const files = (folder) =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory() ? files(join(folder, entry.name)) : [join(folder, entry.name)],
  );
const made = files(out)
  .map((path) => relative(out, path))
  .sort();
const manifest = {};
for (const name of made) {
  const bytes = readFileSync(join(out, name));
  if (name.endsWith(".css")) refuseOutside(name, bytes.toString("utf8"));
  manifest[name.replaceAll("\\", "/")] = createHash("sha256")
    .update(bytes)
    .digest("hex")
    .slice(0, 12);
}
writeFileSync(join(out, "manifest.json"), `${JSON.stringify(manifest, null, 1)}\n`);

// The manifest last: it names no file that is not there yet.
made.push("manifest.json");
for (const name of made) {
  mkdirSync(dirname(join(served, name)), { recursive: true });
  renameSync(join(out, name), join(served, name));
}
const kept = new Set(made.map((name) => join(served, name)));
for (const path of files(served)) if (!kept.has(path)) rmSync(path, { force: true });

function refuseOutside(name, css) {
  for (const [, address] of css.matchAll(/url\(\s*["']?([^"')]+)/g)) {
    if (address.startsWith("data:") || address.startsWith("./fonts/") || address.startsWith("#"))
      continue;
    throw new Error(`${name} asks for ${address}: every file must be our own`);
  }
  if (/@import\s/.test(css)) throw new Error(`${name} imports from outside`);
}
