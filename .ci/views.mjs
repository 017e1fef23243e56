// Every view as the programs see it that it is made for: `node .ci/views.mjs CONFSIM FOLDER`, with Mermaid installed
// in FOLDER. Pictures of what was looked at stay there.
import { execFileSync } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { start } from "./browser.mjs";

const [confsim, folder] = process.argv.slice(2).map((path) => resolve(path));
const DRAWN = ["chaos:3", "lossy:5", "crash:7", "hostile-peer:2"];

const run = (...args) => execFileSync(confsim, args, { maxBuffer: 1 << 28 }).toString();
const check = (holds, what) => {
  if (!holds) throw new Error(what);
};
const page = (name, text) => {
  writeFileSync(`${folder}/${name}`, text);
  return `file://${folder}/${name}`;
};

/** Mermaid's own parser takes every diagram, and draws one. */
async function mermaid(browser) {
  const named = run("list", "scenarios").trim().split("\n").map((line) => line.split(" ")[0]);
  const diagrams = [...named, ...DRAWN].flatMap((name) =>
    [[], ["--hops"]].map((hops) => [`${name} ${hops}`, run("view", name, "--as", "mermaid", ...hops)]),
  );
  const data = JSON.stringify(diagrams).replaceAll("<", "\\u003c");
  const url = page(
    "mermaid.html",
    `<!doctype html><meta charset="utf-8"><script src="node_modules/mermaid/dist/mermaid.min.js"></script>
    <body><script>const diagrams = ${data};</script>`,
  );
  const shown = await browser.open(url, { height: 1600 });
  const refused = await shown.evaluate(`(async () => {
    mermaid.initialize({ startOnLoad: false });
    const refused = [];
    for (const [name, text] of diagrams) {
      await mermaid.parse(text).catch((error) => refused.push(name + ": " + error));
    }
    const { svg } = await mermaid.render("drawn", diagrams.find(([name]) => name === "eject ")[1]);
    document.body.innerHTML = svg;
    return refused;
  })()`);
  check(refused.length === 0, `mermaid refuses ${refused.length} diagrams:\n${refused.join("\n")}`);
  await shown.picture(`${folder}/mermaid.png`);
  console.log(`mermaid: takes ${diagrams.length} diagrams`);
}

/** The picture of a run becomes pixels. */
async function svg(browser) {
  const shown = await browser.open(page("eject.svg", run("view", "eject", "--as", "svg")), { width: 1500 });
  const texts = await shown.evaluate("document.querySelectorAll('text.label').length");
  check(texts > 50, `${texts} labels`);
  check(shown.complaints.length === 0, shown.complaints.join("\n"));
  await shown.picture(`${folder}/eject.png`);
  console.log(`svg: drawn, with ${texts} labels`);
}

mkdirSync(folder, { recursive: true });
const browser = start();
try {
  for (const part of [mermaid, svg]) await part(browser);
} finally {
  browser.close();
}
