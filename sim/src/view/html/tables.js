// Rosters, messages, properties and faults, each on a sheet.

/** Most rows and columns of the table of roster versions. */
const REPLICAS = 100;
const VERSIONS = 60;

const table = (heads, rows, kind = "") =>
  el(
    "div",
    { class: "wide" },
    el(
      "table",
      { class: kind },
      el("thead", {}, el("tr", {}, ...heads.map((head) => el("th", { scope: "col" }, head)))),
      el("tbody", {}, ...rows),
    ),
  );

const nothing = (words) => el("p", { class: "quiet" }, words);

/** When each client came to each version of a roster: a column per version, so that gaps and laggards show. */
function rosters() {
  if (run.replicas.length === 0) return [nothing("Nobody saw a roster.")];
  return run.conferences.flatMap((name, conference) => {
    const replicas = run.replicas.filter((replica) => replica.conference === conference);
    if (replicas.length === 0) return [];
    const all = [...new Set(replicas.flatMap(({ points }) => points.map(({ version }) => version)))];
    const versions = all.sort((a, b) => a - b).slice(-VERSIONS);
    const rows = replicas.slice(0, REPLICAS).map(({ who, points }) => {
      const seen = versions.map((version) => points.filter((point) => point.version === version));
      const from = points[0].version;
      const until = points[points.length - 1].version;
      const cells = seen.map((times, column) => {
        const missed = times.length === 0 && versions[column] > from && versions[column] < until;
        if (times.length === 0) return el("td", { class: missed ? "missed" : "" }, missed ? "–" : "");
        const cell = times.map((point) => {
          const button = link(point.line, time(point.at));
          button.title = `${point.users} users`;
          return button;
        });
        return el("td", {}, ...cell);
      });
      return el("tr", {}, el("th", { scope: "row" }, el("bdi", {}, who)), ...cells);
    });
    const notes = [];
    if (all.length > VERSIONS) notes.push(nothing(`The last ${VERSIONS} of ${all.length} versions.`));
    if (replicas.length > REPLICAS) notes.push(nothing(`The first ${REPLICAS} of ${replicas.length} clients.`));
    return [
      el("h2", {}, el("bdi", {}, name)),
      el("p", { class: "quiet" }, "When each client came to each version of the roster, in seconds."),
      ...notes,
      table(["", ...versions.map((version) => `v${version}`)], rows, "grid"),
    ];
  });
}

/** What became of each instant message. */
function messages() {
  if (run.reports.length === 0) return [nothing("Nobody said anything.")];
  const rows = run.reports.map((report) => {
    const forwards = report.forwards.map(({ to, line, code, answer }) => {
      const state = code === null ? "no answer" : String(code);
      const kind = code === null ? "chip waiting" : code < 300 ? "chip good" : "chip bad";
      const button = link(answer ?? line, `${to} ${state}`);
      button.className = kind;
      return button;
    });
    const answer = report.answer === null ? "no answer" : String(report.answer);
    return el(
      "tr",
      {},
      el("td", { class: "number" }, link(report.line, time(run.lines[report.line].at))),
      el("td", {}, el("bdi", {}, report.id === null ? report.author : `${report.author} #${report.id}`)),
      el("td", {}, answer),
      el("td", { class: "chips" }, ...forwards),
      el("td", {}, report.report === null ? (report.answer === 202 ? "no report" : "") : link(report.report, time(run.lines[report.report].at))),
    );
  });
  return [
    el("h2", {}, "Instant messages"),
    el("p", { class: "quiet" }, "How the IM MCU answered the author, what each recipient answered, and when the report came."),
    table(["said", "by", "answer", "forwards", "report"], rows),
  ];
}

function properties() {
  const rows = run.properties.flatMap((property) => {
    const broken = run.violations.filter((violation) => violation.property === property.id);
    const state = property.violated ? "violated" : property.exercised ? "" : "quiet";
    const row = el(
      "tr",
      { class: state },
      el("td", {}, el("code", {}, property.id)),
      el("td", {}, property.kind),
      el("td", { class: "number" }, String(property.exercised)),
      el("td", { class: "number" }, property.violated ? String(property.violated) : ""),
      el("td", {}, property.sentence, el("div", { class: "ids" }, property.requirements)),
    );
    const told = broken.map(({ at, words, line }) =>
      el("tr", { class: "telling" }, el("td", { colspan: 4, class: "number" }, line === null ? time(at) : link(line, time(at))), el("td", {}, el("bdi", {}, words))),
    );
    return [row, ...told];
  });
  return [el("h2", {}, "Properties"), table(["id", "holds", "judged", "violated", "what it says"], rows, "properties")];
}

function faults() {
  const items = run.faults.map(({ text, needed, lines }) =>
    el(
      "li",
      {},
      el("bdi", { class: "fault" }, text),
      needed === null ? undefined : el("div", { class: "needed" }, `needed: without it ${needed}`),
      el("div", {}, ...(lines.length ? lines.slice(0, EFFECTS).map((line) => link(line)) : [nothing("It struck nothing that is shown.")])),
    ),
  );
  return [
    el("h2", {}, "What it is about"),
    el("p", { class: "text" }, el("bdi", {}, run.text || run.title)),
    el("h2", {}, "Faults"),
    items.length ? el("ol", { class: "faults" }, ...items) : nothing("Nothing goes wrong in this scenario."),
  ];
}

