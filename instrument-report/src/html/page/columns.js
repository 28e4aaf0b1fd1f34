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

/** The columns of a mode, in order. */
function columnsOf(mode) {
  const all = [...timeColumns, ...componentColumns];
  return mode === "functions" ? [...all.filter((column) => column.row), pathsColumn] : all;
}

/** The text of a cell, marked where it's estimated or vague. */
function cellText(column, subject) {
  const isNode = typeof subject === "number";
  const figure = isNode ? column.node(subject) : column.row(subject);
  if (figure === undefined) return "";
  if (column.component) return column.text(figure, isNode ? isVagueOf(column.component, subject) : subject.isEstimated);
  return column.text(figure, isNode ? isVague(subject) : subject.isVague);
}

const figureOf = (column, subject) => (typeof subject === "number" ? column.node(subject) : column.row(subject));
