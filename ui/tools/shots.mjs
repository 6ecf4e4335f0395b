// Photographs of every screen in its states, both themes, two sizes, from the page that is built for it (`--mode shots`
// has the pretended bench in it; the program's page has not). Ends with an error when a page complained, when something
// could not be photographed, or, with --axe, when axe-core found anything.
//
//   node tools/shots.mjs [--only=PATTERN] [--axe] [--cut] [--themes=dark] [--sizes=1280x800] [--text=125] [--longer]
//                        [--lang=en,de,zh] [--font="DejaVu Sans"] [--out=FOLDER] [--no-build]
//
// Without --lang every state is photographed in English, and those of the two densest screens in all languages.

import { spawnSync } from "node:child_process";
import { createServer } from "node:http";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { Chromium, findChromium } from "./chromium.mjs";
import { Page } from "./page.mjs";

const tools = dirname(fileURLToPath(import.meta.url));
const ui = join(tools, "..");
const built = join(ui, "../target/shots-page");
const given = new Map(
  process.argv.slice(2).map((word) => {
    const [, name, value] = /^--([a-z-]+)(?:=(.*))?$/.exec(word) ?? [];
    if (!name) throw new Error(`What is “${word}”? See the head of tools/shots.mjs.`);
    return [name, value ?? "yes"];
  }),
);
const out = given.get("out") ?? join(ui, "../target/screenshots");
const themes = (given.get("themes") ?? "light,dark").split(",");
const sizes = given.has("axe") ? ["1280x800"] : (given.get("sizes") ?? "1280x800,1920x1080").split(",");
const states = JSON.parse(readFileSync(join(tools, "shots.json"), "utf8")).filter(({ name }) =>
  new RegExp(given.get("only") ?? "").test(name),
);

const LANGUAGES = ["en", "de", "zh"];
const DENSEST = ["drive", "record"];
/** The languages in which a state is photographed. */
function languagesOf({ at }) {
  return given.get("lang")?.split(",") ?? (DENSEST.includes(at) && !given.has("axe") ? LANGUAGES : ["en"]);
}
const named = (state, language) => (language === "en" ? state.name : `${state.name}-${language}`);

const KINDS = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml" };

function serve(folder) {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url, "http://here").pathname);
    const file = path === "/" ? "/index.html" : path;
    try {
      const bytes = readFileSync(join(folder, file));
      response.writeHead(200, { "content-type": KINDS[extname(file)] ?? "application/octet-stream" }).end(bytes);
    } catch {
      response.writeHead(404).end();
    }
  });
  return new Promise((go) => server.listen(0, "127.0.0.1", () => go(server)));
}

function build() {
  const vite = join(ui, "node_modules/vite/bin/vite.js");
  const options = ["build", "--mode", "shots", "--outDir", built, "--emptyOutDir", "--logLevel", "warn"];
  const { status } = spawnSync(process.execPath, [vite, ...options], { cwd: ui, stdio: "inherit" });
  if (status !== 0) throw new Error("The page could not be built.");
}

/** All photographs on one page, a row a state. */
function index(names) {
  const cells = (name) =>
    themes.flatMap((theme) => sizes.map((size) => `${name}-${theme}-${size}.png`));
  const row = (name) =>
    `<h2 id="${name}">${name}</h2><p>${cells(name)
      .map((file) => `<a href="${file}"><img loading="lazy" src="${file}" alt="${file}" title="${file}"></a>`)
      .join("\n")}</p>`;
  return `<!doctype html><html lang="en"><meta charset="utf-8"><title>Tendon, screen by screen</title>
<style>body{font:14px system-ui;margin:16px;background:#777;color:#fff}p{display:flex;flex-wrap:wrap;gap:8px}img{width:640px;max-width:100%;display:block}h2{font-size:16px}</style>
${names.map(row).join("\n")}</html>\n`;
}

let complaints = 0;
function complain(what) {
  complaints++;
  console.error(what);
}

async function photograph(page, base, state, language, axe) {
  const query = new URLSearchParams({ fake: state.fake, theme: "system", lang: language, n: state.name });
  if (given.has("text") || state.text) query.set("text", given.get("text") ?? state.text);
  if (given.has("longer") || state.longer) query.set("longer", "1");
  await page.look(themes[0], sizes[0]);
  await page.go(`${base}/?${query}#${state.at}`, state.after ?? 300);
  for (const step of state.do ?? []) await page.act(step);
  for (const size of sizes) {
    for (const theme of themes) {
      const name = `${named(state, language)}-${theme}-${size}`;
      await page.look(theme, size);
      await page.settle(350);
      if (axe) {
        for (const { id, where, why } of await page.axe(axe)) {
          complain(`${name}: ${id} at ${where}\n    ${why.replaceAll("\n", "\n    ")}`);
        }
        continue;
      }
      writeFileSync(join(out, `${name}.png`), await page.picture());
      if (given.has("cut")) for (const what of await page.cutOff()) console.log(`${name}: ${what}`);
    }
  }
  for (const error of page.errors) complain(`${named(state, language)}: the page says ${error}`);
}

const binary = findChromium();
if (states.length === 0) throw new Error("No state has such a name.");
if (!given.has("no-build")) build();
mkdirSync(out, { recursive: true });
const axe = given.has("axe") ? readFileSync(join(ui, "node_modules/axe-core/axe.min.js"), "utf8") : null;
const server = await serve(built);
const chromium = new Chromium(binary, given.get("font") ?? "Inter");
for (const signal of ["SIGINT", "SIGTERM"]) {
  process.once(signal, () => void chromium.close().finally(() => process.exit(1)));
}
try {
  const page = await Page.open(chromium);
  const base = `http://127.0.0.1:${server.address().port}`;
  for (const state of states) {
    for (const language of languagesOf(state)) {
      await photograph(page, base, state, language, axe).catch((error) => complain(`${named(state, language)}: ${error.message}`));
    }
  }
} finally {
  await chromium.close();
  server.close();
}
if (!axe) writeFileSync(join(out, "index.html"), index(states.flatMap((state) => languagesOf(state).map((language) => named(state, language)))));
const looks = `${states.length} states, ${themes.join(" and ")}, ${sizes.join(" and ")}`;
if (complaints > 0) {
  console.error(`${complaints} complaints about ${looks}.`);
  process.exit(1);
}
console.log(axe ? `axe-core finds nothing: ${looks}.` : `Photographed: ${looks}. See ${join(out, "index.html")}`);
