// The pane with one message: where it comes from and leads to, its headers, its body.

/** Most effects that are listed. */
const EFFECTS = 40;

function showMessage(place) {
  const line = run.lines[place];
  const pane = $("message");
  const hidden = pane.hidden;
  pane.hidden = line === undefined;
  if (pane.hidden !== hidden) requestAnimationFrame(measure);
  if (!line) return;
  $("message-title").textContent = sentence(line);
  $("facts").replaceChildren(...facts(line, place));
  $("head").replaceChildren(...(line.head === undefined ? [] : headers(line.head)));
  $("body").replaceChildren(...(line.body === undefined ? [] : pretty(run.bodies[line.body])));
  pane.classList.toggle("wordless", line.head === undefined);
  pane.classList.toggle("bodyless", line.body === undefined);
  for (const part of ["facts", "head", "body"]) $(part).scrollTop = 0;
}

function facts(line, place) {
  const rows = [];
  const row = (name, ...values) => rows.push(el("dt", {}, name), ...values.map((value) => el("dd", {}, value)));
  const text = (words, kind = "") => el("bdi", { class: kind }, words);
  const id = line.message === undefined ? "" : `  m${line.message}`;
  row("at", text(`${time(line.at)} s${line.heard === undefined ? "" : `, on the way for ${span(line.heard - line.at)}`}${id}`));
  for (const place of line.violations ?? []) {
    const { property, words } = run.violations[place];
    row("violates", text(`${property}, ${words}`, "violated"));
  }
  const kinds = { about: "says", seen: "then", fault: "fault", needed: "", lost: "lost" };
  for (const [kind, name] of Object.entries(kinds)) {
    const notes = (line.notes ?? []).filter(([of]) => of === kind).map(([, words]) => text(words, kind));
    if (notes.length) row(name, ...notes);
  }
  if (line.changes) row("roster", ...line.changes.map((change) => text(change, "change")));
  if (line.dialog !== undefined) row("dialog", text(run.dialogs[line.dialog]));
  if (line.cause !== undefined) row("cause", link(line.cause));
  const led = effects.get(place) ?? [];
  const more = led.length > EFFECTS ? [text(`and ${led.length - EFFECTS} more`)] : [];
  if (led.length) row("leads to", ...led.slice(0, EFFECTS).map((effect) => link(effect)), ...more);
  return [el("dl", {}, ...rows)];
}

/** Headers, with their names set apart. */
function headers(text) {
  return text.split("\n").flatMap((line, number) => {
    const colon = line.indexOf(":");
    if (number === 0) return [el("b", {}, line), "\n"];
    if (colon < 0) return [`${line}\n`];
    return [el("span", { class: "name" }, line.slice(0, colon + 1)), `${line.slice(colon + 1)}\n`];
  });
}

/** Deepest indentation. */
const DEEP = 40;

/** A body: XML with one element a line, anything else as it is. Tags are only looked for, never read. */
function pretty(text) {
  if (!text.trimStart().startsWith("<")) return [text];
  const pieces = text.match(/<[^>]*>|[^<]+|</g) ?? [];
  const out = [];
  let depth = 0;
  let inline = false;
  const begin = () => out.length > 0 && out.push(`\n${"  ".repeat(Math.min(depth, DEEP))}`);
  pieces.forEach((piece, place) => {
    if (!piece.startsWith("<")) {
      if (piece.trim() === "") return;
      if (!inline) begin();
      out.push(piece);
      return;
    }
    const closes = piece.startsWith("</");
    const opens = !closes && !piece.endsWith("/>") && !/^<[?!]/.test(piece);
    if (closes) depth = Math.max(0, depth - 1);
    if (!(closes && inline)) begin();
    out.push(el("span", { class: "tag" }, piece));
    // An element with nothing but text stays on one line.
    inline = opens && (/^<\//.test(pieces[place + 1] ?? "") || /^<\//.test(pieces[place + 2] ?? "")) &&
      !/^<[^/]/.test(pieces[place + 1] ?? "");
    if (opens) depth += 1;
  });
  return out;
}

