// The page as a whole: filters, search, sheets and keys.

const TABS = ["ladder", "rosters", "reports", "properties", "faults"];
const SHEETS = { rosters, reports: messages, properties, faults };
const panel = (tab) => $(tab === "ladder" ? "ladder-view" : tab);

function showTab(tab) {
  for (const one of TABS) {
    panel(one).hidden = one !== tab;
    $(`tab-${one}`).setAttribute("aria-selected", String(one === tab));
  }
  $("filters").hidden = tab !== "ladder";
  if (tab === "ladder") return measure();
  const sheet = panel(tab);
  if (!sheet.hasChildNodes()) sheet.append(...SHEETS[tab]());
  sheet.focus();
}

const CHOICES = {
  "by-node": { all: "all nodes", names: run.actors.map(({ name }) => name), of: (line, value) => line.a === value || line.b === value },
  "by-method": { all: "all methods", names: [...new Set(run.lines.flatMap(({ method }) => method ?? []))].sort(), of: (line, value, name) => line.method === name },
  "by-dialog": { all: "all dialogs", names: run.dialogs, of: (line, value) => line.dialog === value },
  "by-conference": { all: "all conferences", names: run.conferences, of: (line, value) => line.conference === value },
};

/** Shows the lines that pass every filter. Whoever has no such line left loses his lane. */
function applyFilters() {
  const chosen = Object.entries(CHOICES)
    .map(([id, choice]) => ({ choice, value: $(id).value }))
    .filter(({ value }) => value !== "");
  const passes = (line) => chosen.every(({ choice, value }) => choice.of(line, Number(value), choice.names[Number(value)]));
  ladder.rows = run.lines.flatMap((line, place) => (passes(line) ? [place] : []));
  const used = new Set(ladder.rows.flatMap((place) => [run.lines[place].a, run.lines[place].b]));
  ladder.lanes = run.actors.flatMap((_, lane) => (chosen.length === 0 || used.has(lane) ? [lane] : []));
  ladder.at = new Map(ladder.lanes.map((lane, place) => [lane, place]));
  $("clear").hidden = chosen.length === 0;
  const all = run.lines.length;
  $("count").textContent = chosen.length === 0 ? `${all} lines` : `${ladder.rows.length} of ${all} lines`;
  $("ladder").scrollTop = 0;
  measure();
  if (ladder.rows.includes(ladder.selected)) select(ladder.selected, true);
}

function clearFilters() {
  for (const id of Object.keys(CHOICES)) $(id).value = "";
  applyFilters();
}

const searchable = (line) =>
  [sentence(line), ...(line.notes ?? []).map(([, text]) => text), line.head ?? "", line.body === undefined ? "" : run.bodies[line.body]]
    .join("\n")
    .toLowerCase();

function search() {
  const wanted = $("search").value.trim().toLowerCase();
  ladder.found = new Set(wanted === "" ? [] : run.lines.flatMap((line, place) => (searchable(line).includes(wanted) ? [place] : [])));
  $("found").textContent = wanted === "" ? "" : `${ladder.found.size} found`;
  draw(true);
}

/** Goes to the next line, or the last one before, of which something is true. */
function seek(way, wanted) {
  const rows = ladder.rows.filter((place) => wanted(place));
  const now = ladder.selected ?? (way > 0 ? -1 : run.lines.length);
  const ahead = way > 0 ? rows.find((place) => place > now) : rows.findLast((place) => place < now);
  const next = ahead ?? (way > 0 ? rows[0] : rows[rows.length - 1]);
  if (next !== undefined) select(next, true);
}

const KEYS = [
  [["j", "ArrowDown"], "next line", () => step(1)],
  [["k", "ArrowUp"], "line before", () => step(-1)],
  [["PageDown"], "a page on", () => step(15)],
  [["PageUp"], "a page back", () => step(-15)],
  [["Home"], "first line", () => step(-Infinity)],
  [["End"], "last line", () => step(Infinity)],
  [["c"], "what led to it", () => run.lines[ladder.selected]?.cause !== undefined && goTo(run.lines[ladder.selected].cause)],
  [["e"], "the first thing it leads to", () => effects.has(ladder.selected) && goTo(effects.get(ladder.selected)[0])],
  [["v"], "next violation", () => seek(1, (place) => run.lines[place].violations)],
  [["f"], "next fault", () => seek(1, (place) => (run.lines[place].notes ?? []).some(([kind]) => kind === "fault"))],
  [["/"], "search", () => $("search").focus()],
  [["n"], "next found", () => seek(1, (place) => ladder.found.has(place))],
  [["N"], "found before", () => seek(-1, (place) => ladder.found.has(place))],
  [["1", "2", "3", "4", "5"], "the other sheets", (key) => showTab(TABS[Number(key) - 1])],
  [["Escape"], "close the message", () => closeMessage()],
  [["?"], "these keys", () => $("keys").showModal()],
];
const ON_LADDER_ONLY = new Set(["j", "k", "ArrowDown", "ArrowUp", "PageDown", "PageUp", "Home", "End", "c", "e", "v", "f", "n", "N"]);

function closeMessage() {
  ladder.selected = undefined;
  showMessage(undefined);
  $("ladder").focus();
}

function onKey(event) {
  if (event.ctrlKey || event.metaKey || event.altKey || $("keys").open) return;
  const typing = event.target.matches("input, select");
  if (typing && event.key === "Escape") return event.target.blur();
  if (typing && event.key === "Enter" && event.target.id === "search") {
    event.preventDefault();
    seek(1, (place) => ladder.found.has(place));
    return $("ladder").focus();
  }
  const known = KEYS.find(([keys]) => keys.includes(event.key));
  if (typing || !known) return;
  if (ON_LADDER_ONLY.has(event.key) && $("ladder-view").hidden) return;
  event.preventDefault();
  known[2](event.key);
}

function begin() {
  $("title").append(el("bdi", {}, run.title));
  $("seed").textContent = run.seed === null ? "" : `seed ${run.seed}`;
  const wrong = run.properties.filter(({ violated }) => violated).length;
  $("verdict").textContent = run.held ? "HELD" : `VIOLATED ${wrong}`;
  $("verdict").classList.add(run.held ? "good" : "bad");
  const shown = run.violations.find(({ line }) => line !== null) ?? run.violations[0];
  if (shown) {
    $("wrong").hidden = false;
    $("wrong").append(
      el("b", {}, shown.property),
      " ",
      el("bdi", {}, shown.words),
      " ",
      shown.line === null ? "" : link(shown.line, `Show at ${time(shown.at)}`),
    );
  }
  const cut = run.cut ? "Long message texts are cut." : "";
  if (run.part !== null || run.cut) {
    $("window").hidden = false;
    $("window").textContent = [run.part === null ? "" : `This page shows ${run.part}.`, cut].join(" ");
  }
  for (const [id, { all, names }] of Object.entries(CHOICES)) {
    $(id).append(el("option", { value: "" }, all), ...names.map((name, place) => el("option", { value: place }, name)));
    $(id).addEventListener("change", applyFilters);
    $(id).parentNode.hidden = names.length < 2;
  }
  $("filters").addEventListener("reset", (event) => (event.preventDefault(), clearFilters()));
  $("filters").addEventListener("submit", (event) => event.preventDefault());
  $("search").addEventListener("input", search);
  $("close").addEventListener("click", closeMessage);
  $("help").addEventListener("click", () => $("keys").showModal());
  for (const tab of TABS) $(`tab-${tab}`).addEventListener("click", () => showTab(tab));
  const rows = KEYS.map(([keys, words]) => el("div", {}, el("kbd", {}, keys.join("  ")), el("span", {}, words)));
  const close = el("button", { type: "button", onclick: () => $("keys").close() }, "Close");
  $("keys").append(el("h2", {}, "Keys"), el("div", { class: "keys" }, ...rows), close);
  $("ladder").addEventListener("scroll", () => requestAnimationFrame(() => draw()), { passive: true });
  window.addEventListener("resize", measure);
  document.addEventListener("keydown", onKey);
  applyFilters();
  $("ladder").focus();
  const bad = run.lines.findIndex((line) => line.violations);
  if (bad >= 0) select(bad, true);
}

begin();
