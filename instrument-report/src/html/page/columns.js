// The columns of the table of calls: what a node or a function has there, as text and as what's sorted by.

/** A column of nodes and functions: `node(n)` and `row(r)` are figures, `text(figure, isVague)` is what's shown. */
const timeText = (figure, vague) => (figure === undefined ? "" : marked(time(figure), vague));
const elapsedShare = (figure) => (run.elapsed > 0 ? figure / run.elapsed : NaN);
const shareText = (figure, vague) => marked(percent(figure), vague);

const timeColumns = [
  { id: "own", title: "Own", hint: "Time that nothing below accounts for", node: (n) => nodes.own[n], row: (r) => r.own, text: timeText, bar: true },
  { id: "total", title: "Total", hint: "Time in it and below, of all calls", node: (n) => nodes.total[n], row: (r) => r.total, text: timeText },
  { id: "share", title: "% elapsed", hint: "Total as a share of the time that went by; threads may bring it above 100 %",
    node: (n) => elapsedShare(nodes.total[n]), row: (r) => elapsedShare(r.total), text: shareText },
  { id: "count", title: "Calls", hint: "Calls that have ended", node: (n) => nodes.count[n], row: (r) => r.count, text: (figure) => count(figure) },
  { id: "mean", title: "Mean", hint: "Mean time of a call", node: (n) => nodes.mean[n], text: timeText },
  { id: "p50", title: "Median", hint: "Half of the calls took no longer", node: (n) => detail("p50", n), text: timeText },
  { id: "p99", title: "p99", hint: "99 % of the calls took no longer", node: (n) => detail("p99", n), text: timeText },
  { id: "max", title: "Max", hint: "The longest call", node: (n) => detail("max", n), row: longestOf, text: timeText },
];
const pathsColumn = { id: "paths", title: "Paths", hint: "Call paths that it ends", row: (r) => r.nodes.length, text: (figure) => count(figure) };

const componentColumns = components.flatMap((component, at) => {
  if (!component.isMeasured) return [];
  const of = (figure, title) => ({
    id: `${component.name} ${figure}`,
    title,
    hint: `${component.description || component.name}, ${figure}`,
    node: (n) => component[figure][n],
    row: (r) => r.components[at][figure],
    text: (value, vague) => marked(amount(component.unit, value), vague),
    component,
  });
  return [of("total", component.name), ...(component.isEvent ? [] : [of("own", `${component.name} own`)])];
});

/** In a difference, both runs' figures beside each other. */
const baseColumn = (id, title, hint, node, row, text) => ({ id, title, hint, node, row, text });
const changed = (now, before) => (isThere(now) || isThere(before) ? (now || 0) - (before || 0) : NaN);
const sign = (figure) => (figure > 0 ? "+" : figure < 0 ? "−" : "");
const changeText = (figure, vague) => (isThere(figure) ? marked(sign(figure) + time(Math.abs(figure)), vague) : ABSENT);
const ratioText = (figure, vague) => (isThere(figure) && Number.isFinite(figure) ? marked(sign(figure) + percent(Math.abs(figure)), vague) : ABSENT);
const ofBase = (name) => (n) => (details ? details.base[name][n] : undefined);
const differenceColumns = base === null ? [] : [
  baseColumn("change", "Change", "Of own time", (n) => changed(nodes.own[n], base.own[n]), (r) => changed(r.own, r.baseOwn), changeText),
  baseColumn("ratio", "Change %", "Of own time, against the base's", (n) => (nodes.own[n] - base.own[n]) / base.own[n], (r) => (r.own - r.baseOwn) / r.baseOwn, ratioText),
  timeColumns[0],
  baseColumn("base own", "Own, base", "Own time in the base", (n) => base.own[n], (r) => r.baseOwn, timeText),
  timeColumns[1],
  baseColumn("base total", "Total, base", "Total in the base", (n) => base.total[n], (r) => r.baseTotal, timeText),
  timeColumns[3],
  baseColumn("base count", "Calls, base", "Calls in the base", (n) => base.count[n], (r) => r.baseCount, (figure) => count(figure)),
  timeColumns[4],
  baseColumn("base mean", "Mean, base", "Mean time of a call in the base", (n) => base.mean[n], undefined, timeText),
  timeColumns[5],
  baseColumn("base p50", "Median, base", "The base's median", ofBase("p50"), undefined, timeText),
  timeColumns[6],
  baseColumn("base p99", "p99, base", "The base's 99th percentile", ofBase("p99"), undefined, timeText),
];

/** The columns of a mode, in order. */
function columnsOf(mode) {
  const all = [...(base ? differenceColumns : timeColumns), ...componentColumns];
  return mode === "functions" ? [...all.filter((column) => column.row), pathsColumn] : all;
}

/** Whether a cell's figure is marked: the base's by what's so there, a change by both. */
function isVagueIn({ id }, subject) {
  const isNode = typeof subject === "number";
  const [now, before] = isNode ? [isVague(subject), base?.isVague[subject] === 1] : [subject.isVague, subject.isBaseVague];
  return id === "change" || id === "ratio" ? now || before : id.startsWith("base ") ? before : now;
}

/** The text of a cell, marked where it's estimated or vague. */
function cellText(column, subject) {
  const isNode = typeof subject === "number";
  const figure = isNode ? column.node(subject) : column.row(subject);
  if (figure === undefined) return "";
  if (column.component) return column.text(figure, isVagueOf(column.component, subject));
  return column.text(figure, isVagueIn(column, subject));
}

const figureOf = (column, subject) => (typeof subject === "number" ? column.node(subject) : column.row(subject));
