// The ladder. Only the rows and lanes in sight are in the document.

const ROW = 28;
const TIME = 150;
const NOTES = 400;
const LANE_LEAST = 92;
const LANE_MOST = 150;
/** Rows drawn beyond what is in sight, so that a small scroll shows no gap. */
const SPARE = 12;

const ladder = {
  /** The places of the lines that pass the filter. */
  rows: run.lines.map((_, place) => place),
  /** The lanes that are drawn, and where each of them is among those. */
  lanes: run.actors.map((_, lane) => lane),
  at: new Map(run.actors.map((_, lane) => [lane, lane])),
  selected: undefined,
  found: new Set(),
  lane: LANE_MOST,
  notes: NOTES,
};

/** How each lane is before each line where that changes: by lane, a list of [line, life]. */
const lives = run.actors.map((actor) => [[-1, actor.life]]);
run.lines.forEach((line, place) => {
  if (line.life) lives[line.a].push([place, line.life]);
});
const lifeOf = (lane, place) => lives[lane].findLast(([from]) => from <= place)[1];

const laneX = (lane) => Math.round((ladder.at.get(lane) ?? 0) * ladder.lane + ladder.lane / 2);
const lanesWidth = () => ladder.lanes.length * ladder.lane;

/** Fits lanes and notes into the width there is. */
function measure() {
  const room = $("ladder").clientWidth - TIME;
  const lanes = Math.max(1, ladder.lanes.length);
  const lane = Math.floor((room - NOTES) / lanes);
  ladder.lane = Math.min(LANE_MOST, Math.max(LANE_LEAST, lane));
  const least = Math.min(NOTES, Math.floor(room / 3));
  ladder.notes = Math.max(least, room - lanesWidth());
  $("space").style.height = `${ladder.rows.length * ROW + 8}px`;
  for (const part of [$("space"), $("heads")]) {
    part.style.width = `${TIME + lanesWidth() + ladder.notes}px`;
  }
  draw(true);
}

let drawn = "";

/** Draws what is in sight. */
function draw(anew = false) {
  const view = $("ladder");
  const first = Math.max(0, Math.floor(view.scrollTop / ROW) - SPARE);
  const last = Math.min(ladder.rows.length, Math.ceil((view.scrollTop + view.clientHeight) / ROW) + SPARE);
  const left = Math.max(0, Math.floor((view.scrollLeft - 2 * ladder.lane) / ladder.lane));
  const right = Math.ceil((view.scrollLeft + view.clientWidth) / ladder.lane) + 1;
  const now = `${first} ${last} ${left} ${right}`;
  if (!anew && now === drawn) return;
  drawn = now;
  const inSight = ladder.lanes.slice(left, right);
  drawHeads(inSight);
  const rows = ladder.rows.slice(first, last);
  const picture = svg("svg", { width: lanesWidth(), height: rows.length * ROW, "aria-hidden": "true" });
  inSight.forEach((lane) => drawLife(picture, lane, rows));
  rows.forEach((place, row) => drawLine(picture, run.lines[place], row * ROW));
  const shown = $("shown");
  shown.style.top = `${first * ROW}px`;
  picture.style.left = `${TIME}px`;
  shown.replaceChildren(...rows.map(drawRow), picture);
}

function drawHeads(lanes) {
  const names = lanes.map((lane) => {
    const head = el("span", { class: "actor", title: nameOf(lane) }, nameOf(lane));
    head.style.left = `${TIME + laneX(lane)}px`;
    head.style.maxWidth = `${ladder.lane - 8}px`;
    return head;
  });
  const side = el("span", { class: "cover" });
  side.style.width = `${ladder.notes}px`;
  $("heads").replaceChildren(el("span", { class: "corner" }, "time"), side, ...names);
}

/** An actor's line: a gap while the host is down, dots while it stands still. */
function drawLife(picture, lane, rows) {
  const x = laneX(lane);
  let from = 0;
  rows.forEach((place, row) => {
    const life = lifeOf(lane, place);
    const next = rows[row + 1];
    if (next !== undefined && lifeOf(lane, next) === life) return;
    const to = (row + 1) * ROW;
    if (life !== "down") picture.append(svg("line", { class: `life ${life}`, x1: x, x2: x, y1: from, y2: to }));
    from = to;
  });
}

function drawLine(picture, line, top) {
  const y = top + 19;
  const [from, to] = [laneX(line.a), laneX(line.b)];
  if (!ladder.at.has(line.a) || !ladder.at.has(line.b) || line.kind === "verdict") return;
  const [left, right] = inView();
  const beyond = Math.min(from, to) > right;
  if (beyond || Math.max(from, to) < left) return drawBeyond(picture, line, beyond ? right : left, y, beyond);
  if (line.kind === "arrow" && from !== to) return drawArrow(picture, line, from, to, y);
  if (line.kind === "break") {
    const [low, high] = [Math.min(from, to), Math.max(from, to)];
    picture.append(
      svg("rect", { class: "break", x: low, y: y - 3, width: Math.max(6, high - low), height: 6 }),
      svg("text", { class: "label", x: (low + high) / 2, y: y - 6 }, line.label),
    );
    return;
  }
  picture.append(
    svg("circle", { class: `deed ${line.kind}`, cx: from, cy: y - 4, r: 4 }),
    svg("text", { class: "said", x: from + 9, y }, line.label),
  );
}

/** From where to where lanes are in sight, beside the notes. */
function inView() {
  const view = $("ladder");
  return [view.scrollLeft, view.scrollLeft + view.clientWidth - TIME - ladder.notes];
}

/** What happens at lanes out of sight is told at the edge. */
function drawBeyond(picture, line, edge, y, right) {
  const words = right ? `${sentence(line)} ▸` : `◂ ${sentence(line)}`;
  picture.append(svg("text", { class: right ? "beyond right" : "beyond", x: right ? edge - 4 : edge + 4, y }, words));
}

function drawArrow(picture, line, from, to, y) {
  const way = Math.sign(to - from);
  const heard = line.heard !== undefined;
  // One that never arrives ends before it gets there.
  const end = heard ? to - 2 * way : Math.round(from + (to - from) * 0.84);
  const back = end - 8 * way;
  const [left, right] = inView();
  const low = Math.max(Math.min(from, to), left);
  const high = Math.min(Math.max(from, to), right);
  const middle = high > low ? (low + high) / 2 : (from + to) / 2;
  // One whose ends are both out of sight says between whom it goes.
  const words = Math.min(from, to) < left && Math.max(from, to) > right ? sentence(line) : line.label;
  const kind = line.violations ? "arrow bad" : heard ? "arrow" : "arrow lost";
  picture.append(
    svg("path", { class: kind, d: `M${from} ${y}H${end}` }),
    heard
      ? svg("path", { class: line.violations ? "tip bad" : "tip", d: `M${end} ${y}L${back} ${y - 4}V${y + 4}Z` })
      : svg("path", { class: "cross", d: `M${end - 5} ${y - 5}l10 10m-10 0l10 -10` }),
    svg("text", { class: "label", x: middle, y: y - 4 }, words),
  );
}

/** The ground of a row, its time on the left and its notes on the right. */
function drawRow(place, row) {
  const line = run.lines[place];
  const chosen = run.lines[ladder.selected];
  const kin = chosen && (chosen.cause === place || line.cause === ladder.selected);
  const classes = ["row"];
  if (line.violations) classes.push("violated");
  if (kin) classes.push(chosen.cause === place ? "cause" : "effect");
  if (ladder.found.has(place)) classes.push("found");
  const took = line.heard === undefined || line.heard === line.at ? "" : span(line.heard - line.at);
  const notes = (line.notes ?? []).map(([kind, text]) => el("bdi", { class: `note ${kind}` }, text));
  const whole = (line.notes ?? []).map(([, text]) => text).join("\n");
  const side = el("span", { class: "notes", title: whole }, ...notes);
  side.style.width = `${ladder.notes}px`;
  const node = el(
    "div",
    {
      class: classes.join(" "),
      role: "option",
      id: `line-${place}`,
      "aria-selected": String(place === ladder.selected),
      "aria-label": `${time(line.at)} ${sentence(line)} ${whole}`,
      onclick: () => select(place),
    },
    el("span", { class: "when" }, el("span", { class: "at" }, time(line.at)), el("span", { class: "took" }, took)),
    side,
  );
  node.style.top = `${row * ROW}px`;
  return node;
}

/** Chooses a line and brings it into sight. */
function select(place, sight = false) {
  ladder.selected = place;
  const row = ladder.rows.indexOf(place);
  const view = $("ladder");
  showMessage(place);
  if (row >= 0) {
    const top = row * ROW;
    const room = view.clientHeight - $("heads").offsetHeight;
    if (sight || top < view.scrollTop || top + ROW > view.scrollTop + room) {
      view.scrollTop = Math.max(0, top - room / 2);
    }
    bringLanes(run.lines[place]);
    view.setAttribute("aria-activedescendant", `line-${place}`);
  }
  draw(true);
}

/** Brings the left end of a line into sight, where a participant is, if neither end is. */
function bringLanes(line) {
  const ends = [laneX(line.a), laneX(line.b)];
  const [left, right] = inView();
  if (line.kind === "verdict" || ends.some((x) => x >= left && x <= right)) return;
  $("ladder").scrollLeft = Math.max(0, Math.min(...ends) - Math.max(0, right - left) / 2);
}

/** Shows a line, wherever one is, and even if the filter hides it. */
function goTo(place) {
  showTab("ladder");
  if (!ladder.rows.includes(place)) clearFilters();
  select(place, true);
  $("ladder").focus();
}

/** Goes some rows on. */
function step(rows) {
  if (ladder.rows.length === 0) return;
  const now = ladder.rows.indexOf(ladder.selected);
  const next = Math.min(ladder.rows.length - 1, Math.max(0, now + rows));
  select(ladder.rows[next]);
}

