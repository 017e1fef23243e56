// What all parts of the page share: the run, small words for it, and elements made of text alone. No text of the
// run is ever read as markup.

const run = JSON.parse(document.getElementById("data").textContent);
const SVG = "http://www.w3.org/2000/svg";

const $ = (id) => document.getElementById(id);

/** Gives an element its attributes and children; a child that is a string is text. */
function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "onclick") node.addEventListener("click", value);
    else if (value === true) node.setAttribute(name, "");
    else if (value !== undefined && value !== false) node.setAttribute(name, value);
  }
  node.append(...children.filter((child) => child !== undefined && child !== false));
  return node;
}

const el = (name, attributes = {}, ...children) => fill(document.createElement(name), attributes, children);
const svg = (name, attributes = {}, ...children) =>
  fill(document.createElementNS(SVG, name), attributes, children);

/** Microseconds as seconds: `7.030000`. */
function time(micros) {
  const seconds = Math.floor(micros / 1e6);
  return `${seconds}.${String(micros % 1e6).padStart(6, "0")}`;
}

/** A span of microseconds in milliseconds: `30 ms`, `0.5 ms`. */
const span = (micros) => `${String(micros / 1000)} ms`;

const nameOf = (lane) => run.actors[lane]?.name ?? "?";

/** A line in one sentence. */
function sentence(line) {
  if (line.kind === "arrow") return `${line.label}, ${nameOf(line.a)} → ${nameOf(line.b)}`;
  if (line.kind === "break") return `connection ${nameOf(line.a)} – ${nameOf(line.b)} ${line.label}`;
  if (line.kind === "verdict") return "at the end of it";
  return `${nameOf(line.a)} ${line.label}`;
}

/** A button that goes to a line. */
function link(place, text) {
  const line = run.lines[place];
  const words = text ?? `${time(line.at)}  ${sentence(line)}`;
  return el("button", { class: "link", type: "button", onclick: () => goTo(place) }, words);
}

/** Lines by what led to them. */
const effects = new Map();
run.lines.forEach((line, place) => {
  if (line.cause === undefined) return;
  if (!effects.has(line.cause)) effects.set(line.cause, []);
  effects.get(line.cause).push(place);
});

