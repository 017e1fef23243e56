// Every view as the programs see it that it is made for: `node .ci/views.mjs CONFSIM FOLDER`, with Mermaid installed
// in FOLDER. Pictures of what was looked at stay there.
import { execFileSync, spawnSync } from "node:child_process";
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

/** The page of a run answers to mouse and keys, and complains of nothing. */
async function html(browser) {
  const shown = await browser.open(page("eject.html", run("view", "eject", "--as", "html")));
  const text = (id) => shown.evaluate(`document.getElementById("${id}").textContent`);
  const rows = () => shown.evaluate("document.querySelectorAll('.row').length");
  const choose = (id, name) =>
    shown.evaluate(`(() => {
      const select = document.getElementById("${id}");
      select.value = [...select.options].find((option) => option.textContent === "${name}").value;
      select.dispatchEvent(new Event("change"));
    })()`);
  check((await text("verdict")) === "HELD", await text("verdict"));
  const all = await rows();

  await choose("by-method", "INFO");
  const infos = await rows();
  check(infos > 3 && infos < all, `${infos} of ${all} lines are INFO`);
  await shown.click(".row");
  check((await text("message-title")) === "INFO, alice → focus", await text("message-title"));
  check((await text("head")).startsWith("INFO sip:"), await text("head"));
  check((await text("body")).includes("\n    <userKeys"), await text("body"));
  await shown.picture(`${folder}/eject-message.png`);

  await shown.press("e");
  check((await text("message-title")) !== "INFO, alice → focus", "a key goes on to what it leads to");
  check((await rows()) > infos, "and shows it although it was filtered out");
  await shown.press("c");
  check((await text("message-title")) === "INFO, alice → focus", "and back to its cause");
  await shown.press("/");
  for (const key of "deleteUser") await shown.press(key);
  check(/^[1-9]/.test(await text("found")), await text("found"));
  await shown.press("Enter");
  check((await shown.evaluate("document.querySelector('.row.found[aria-selected=true]') !== null")), "found and chosen");
  await shown.press("Escape");
  for (const [key, words] of [["2", "v8"], ["3", "Nobody said"], ["4", "eviction.ends"], ["5", "Alice, Bob and Carol"]]) {
    await shown.press(key);
    check((await text(["", "", "rosters", "reports", "properties", "faults"][key])).includes(words), `sheet ${key}`);
  }
  const dark = await browser.open(page("eject-dark.html", run("view", "imdn-failure", "--as", "html")), { dark: true });
  const ground = await dark.evaluate("getComputedStyle(document.body).backgroundColor");
  check(ground === "rgb(20, 23, 27)", `${ground} is not dark`);
  await dark.picture(`${folder}/dark.png`);
  const complaints = [...shown.complaints, ...dark.complaints];
  check(complaints.length === 0, complaints.join("\n"));
  console.log(`html: ${all} lines, filtered, clicked, searched and walked`);
}

/** A run that went wrong opens where it did, and says so. */
async function violated(browser) {
  const sabotaged = ["run", "eject", "--sabotage", "focus-repeats-a-version", "--out", `${folder}/violated`];
  const { status } = spawnSync(confsim, sabotaged);
  check(status === 1, `the run ends with ${status}`);
  const shown = await browser.open(`file://${folder}/violated/report.html`);
  const words = await shown.evaluate("document.getElementById('wrong').textContent");
  check(words.startsWith("roster.versions"), words);
  const chosen = await shown.evaluate("document.querySelector('.row.violated[aria-selected=true] .notes')?.textContent");
  check(chosen?.includes("VIOLATED roster.versions"), chosen);
  check(shown.complaints.length === 0, shown.complaints.join("\n"));
  await shown.picture(`${folder}/violated.png`);
  console.log("html of a violated run: opens where it went wrong");
}

/** The report of a sweep fits its window. */
async function sweep(browser) {
  run("sweep", "--seeds", "0..20", "--html", `${folder}/sweep.html`);
  const shown = await browser.open(`file://${folder}/sweep.html`);
  const rows = await shown.evaluate("document.querySelectorAll('tbody tr').length");
  check(rows > 20, `${rows} rows`);
  check(await shown.evaluate("document.documentElement.scrollWidth <= innerWidth"), "wider than the window");
  check(shown.complaints.length === 0, shown.complaints.join("\n"));
  await shown.picture(`${folder}/sweep.png`);
  console.log(`sweep: a page with ${rows} rows`);
}

/** Most bytes of a page. */
const LARGE = 20e6;
/** How many make a crowd. */
const CROWD = 130;

/** The page of a crowd, with more lines than a page holds, opens and answers; how soon is told, since machines differ. */
async function crowd(browser) {
  const names = Array.from({ length: CROWD }, (_, number) => `user-${number}`);
  const steps = names.flatMap((who, number) => {
    const creates = `{ at = "59s", who = "${who}", what = "create", conference = "crowd" }`;
    const joins = `{ at = "${60 + number}s", who = "${who}", what = "join", conference = "crowd" }`;
    return [...(number === 0 ? [creates] : []), joins];
  });
  const signs = names.map((who) => `{ at = "0s", who = "${who}", what = "sign-in" }`);
  const file = `${folder}/crowd.toml`;
  const parts = names.map((name) => `{ name = "${name}" }`);
  writeFileSync(
    file,
    `version = 1\ntitle = "A crowd"\ntopology = "pool"\nend = "${CROWD + 90}s"\n` +
      `participants = [${parts.join(", ")}]\nsteps = [${[...signs, ...steps].join(",\n")}]\n`,
  );
  const view = run("view", file, "--as", "html");
  check(view.length < LARGE, `${view.length} bytes`);
  const since = (begin) => `${Math.round(performance.now() - begin)} ms`;
  const opening = performance.now();
  const shown = await browser.open(page("crowd.html", view));
  const opened = since(opening);
  const lines = await shown.evaluate("document.getElementById('window').textContent");
  check(lines.includes("This page shows lines 1 to 10000 of "), lines);
  const filtering = performance.now();
  await shown.evaluate(`(() => {
    const select = document.getElementById("by-node");
    select.value = [...select.options].find((option) => option.textContent === "user-${CROWD - 1}").value;
    select.dispatchEvent(new Event("change"));
  })()`);
  const filtered = since(filtering);
  const lanes = await shown.evaluate("document.querySelectorAll('.actor').length");
  check(lanes > 1 && lanes < 6, `${lanes} lanes`);
  const clicking = performance.now();
  await shown.click(".row");
  const clicked = since(clicking);
  check((await shown.evaluate("document.getElementById('message').hidden")) === false, "a click shows nothing");
  await shown.evaluate("document.getElementById('clear').click()");
  await shown.press("End");
  const inSight = await shown.evaluate(`(() => {
    const label = [...document.querySelectorAll("svg .label")].find((text) => text.textContent.length > 0);
    return label !== undefined;
  })()`);
  check(inSight, "what is chosen is not in sight");
  check(shown.complaints.length === 0, shown.complaints.join("\n"));
  await shown.picture(`${folder}/crowd.png`);
  console.log(`html of a crowd: ${view.length} bytes, open in ${opened}, filtered in ${filtered}, clicked in ${clicked}`);
}

/** Nothing that peers say is run, and no part of the page lies outside it. */
async function hostile(browser) {
  for (const form of ["html", "svg"]) {
    const view = run("view", "hostile-content", "--as", form);
    const shown = await browser.open(page(`hostile.${form}`, view));
    await shown.press("End");
    for (const key of "kkkkkk2345") {
      await shown.press(key);
      check(!(await shown.evaluate("document.title === 'taken'")), `${form}: something ran`);
    }
    check(shown.complaints.length === 0, shown.complaints.join("\n"));
    await shown.picture(`${folder}/hostile-${form}.png`);
  }
  console.log("hostile content: shown as text");
}

mkdirSync(folder, { recursive: true });
const browser = start();
try {
  for (const part of [mermaid, svg, html, hostile, violated, sweep, crowd]) await part(browser);
} finally {
  browser.close();
}
