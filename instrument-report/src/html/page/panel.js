// The panel: all that's known of the chosen node or function.

const panel = byId("panel");

function drawPanel() {
  const { chosen } = state;
  if (!chosen) {
    panel.replaceChildren(element("p", { class: "empty" }, "Choose a frame or a row to see its distribution and figures."));
    return;
  }
  readDetails();
  panel.replaceChildren(...(chosen.node === undefined ? functionPanel(functionOf(chosen.label)) : nodePanel(chosen.node)));
}

/** A list of terms and figures. */
function figures(lines, attributes = { class: "figures" }) {
  return element("dl", attributes, lines.map(([term, figure, hint]) =>
    element("div", {}, element("dt", { title: hint }, term), element("dd", {}, figure))));
}

function heading(label, remarks) {
  const location = locationOf(label);
  const path = labels.path[label];
  return [
    element("h3", {}, labels.name[label]),
    remarks.length > 0 ? element("p", { class: "remarks" }, ...remarks.map((remark) => element("small", {}, remark))) : null,
    path && path !== labels.name[label] ? element("p", { class: "path" }, path) : null,
    element("p", { class: "path" }, location ? element("code", {}, location) : "made while the program ran"),
  ].filter((part) => part !== null);
}

function nodePanel(node) {
  const vague = isVague(node);
  const of = (figure) => marked(time(figure), vague);
  const figure = (name) => of(detail(name, node));
  const marks = [["p50", detail("p50", node)], ["p90", detail("p90", node)], ["p99", detail("p99", node)], ["max", detail("max", node)]];
  const chart = histogramChart(details.histogram[node], run.scale, marks);
  const parts = [
    ...heading(labelOf(node), remarksOn(node)),
    figures([
      ["Own", of(nodes.own[node]), "Time that nothing below accounts for"],
      ["Total", of(nodes.total[node]), "Time in it and below, of all calls"],
      [has(node, TIMED) ? "Calls" : "Observations", count(nodes.count[node])],
    ], { class: "figures large" }),
    chart,
    figures([
      ["Mean", of(nodes.mean[node])], ["Deviation", figure("stddev")],
      ["Min", figure("min")], ["Median", figure("p50")],
      ["p90", figure("p90")], ["p99", figure("p99")],
      ["Max", figure("max")], ["Of elapsed", marked(percent(elapsedShare(nodes.total[node])), vague)],
    ]),
  ];
  if (base) parts.splice(-2, 0, ...againstBase(node));
  if (has(node, ASYNC)) parts.push(...tasksOf(node));
  parts.push(...componentsOf(node), ...aboutFigures(node), callers(node));
  return parts.filter((part) => part !== null);
}

/** Both runs' figures of a node. */
function againstBase(node) {
  // Of what one of them hasn't, amounts have changed; a mean or a percentile of no calls is nothing to differ from.
  const differs = (now, before) => (isThere(now) && isThere(before) ? now - before : NaN);
  const [isNowVague, wasVague] = [isVague(node), base.isVague[node] === 1];
  const row = (name, now, before, text, change, difference) =>
    [name, [text(now, isNowVague), text(before, wasVague), change(difference(now, before), isNowVague || wasVague)]];
  const times = [
    ["Own", nodes.own[node], base.own[node], changed], ["Total", nodes.total[node], base.total[node], changed],
    ["Mean", nodes.mean[node], base.mean[node], differs],
    ...["p50", "p99", "max"].map((name) => [name, details[name][node], details.base[name][node], differs]),
  ];
  const signed = (figure) => (isThere(figure) ? sign(figure) + count(Math.abs(figure)) : ABSENT);
  const rows = times.map(([name, now, before, difference]) => row(name, now, before, timeText, changeText, difference));
  rows.push(row("Calls", nodes.count[node], base.count[node], count, signed, changed));
  return [simpleTable(["", "New run", "Base", "Change"], rows)];
}

/** What callers of an async function waited, and its polls. */
function tasksOf(node) {
  const at = details.taskAt.get(node);
  if (at === undefined) return [];
  const { tasks } = details;
  const of = (name) => marked(time(tasks[name][at]), tasks.isVague[at] === 1);
  const begun = tasks.begun[at] - details.untimed[node];
  const cancelled = tasks.cancelled[at];
  const waited = tasks.cancelledWall[at];
  return [
    element("h4", {}, "Waiting, by the wall"),
    histogramChart(tasks.histogram[at], run.scale, ["p50", "p90", "p99", "max"].map((name) => [name, tasks[name][at]])),
    figures([
      ["Mean wall", of("mean")], ["Median wall", of("p50")], ["p99 wall", of("p99")], ["Max wall", of("max")],
      ["Sum of wall", of("wall")], ["Polls", count(tasks.polls[at])],
      ["Polls a call", begun > 0 ? significant(tasks.polls[at] / begun) : ABSENT], ["Cancelled", count(cancelled)],
      ...(cancelled > 0 ? [["Mean cancelled", waited === null ? ABSENT : marked(time(Math.round(waited / cancelled)), tasks.isVague[at] === 1)]] : []),
    ]),
    element("p", { class: "note" }, "Times above are busy time, that of polls; what callers waited, from first poll to last, is wall time."),
  ];
}

function componentsOf(node) {
  const measured = components.map((component, place) => [component, component.nodes.indexOf(node), place]).filter(([, at]) => at >= 0);
  if (measured.length === 0) return [];
  const rows = measured.map(([component, at, place]) => {
    const more = details.components[place];
    const of = (figure) => marked(amount(component.unit, toNumber(figure)), isVagueOf(component, node));
    const cells = [component.total[node], component.own[node], more.mean[at], more.min[at], more.max[at], more.stddev[at]].map(of);
    const counts = [more.count[at], more.laps[at]].map((number) => (component.isTally ? ABSENT : count(number)));
    return [component.name, [...cells, ...counts], component.description];
  });
  return [
    element("h4", {}, "Components"),
    simpleTable(["Component", "Total", "Own", "Mean", "Min", "Max", "Deviation", "Count", "Laps"], rows),
  ];
}

/** What there is to say about how its figures came to be. */
function aboutFigures(node) {
  const notes = [];
  const label = labelOf(node);
  if (has(node, THROTTLED)) notes.push("Its calls were throttled: one in 64 is timed.");
  else if (labels.sample[label] > 1) notes.push(`One call in ${count(labels.sample[label])} is timed.`);
  if (details.untimed[node] > 0) notes.push(`${plural(details.untimed[node], "call was", "calls were")} counted and not timed.`);
  if (has(node, ESTIMATED)) notes.push("~ is estimated from those that were timed.");
  if (has(node, PARTED)) notes.push("~ Clocks parted while a call of it may have been open.");
  if (nodes.running[node] > 0) notes.push(`${plural(nodes.running[node], "call was", "calls were")} open; the time so far is part of the total.`);
  if (has(node, PARALLEL)) notes.push("Some of it ran beside its parent, in parallel, and is no part of that one's total.");
  const below = costBelow(node);
  if (below > 0) notes.push(`Timing what's below took ~${time(Math.round(below))} of the total.`);
  return notes.length > 0 ? [element("ul", { class: "notes" }, notes.map((note) => element("li", {}, note)))] : [];
}

/** Nanoseconds that it took to time what's below, by what a call costs. What ran beside isn't part of the time. */
function costBelow(node) {
  if (!isThere(run.cost)) return NaN;
  let sum = 0;
  const open = [...childrenOf(node)];
  while (open.length > 0) {
    const below = open.pop();
    if (has(below, PARALLEL)) continue;
    const untimed = details.untimed[below];
    const polls = details.taskAt.has(below) ? details.tasks.polls[details.taskAt.get(below)] : 0;
    const timed = has(below, ASYNC) ? polls : has(below, TIMED) ? nodes.count[below] - untimed : 0;
    sum += run.cost * timed + (run.counting ?? 0) * untimed;
    for (const child of childrenOf(below)) open.push(child);
  }
  return sum;
}

/** The way from the root, as links. */
function callers(node) {
  const path = pathTo(node);
  if (path.length < 2) return null;
  return element("div", {}, element("h4", {}, "Called from"), element("ol", { class: "chain" }, shortened(path.slice(0, -1)).map((above) =>
    element("li", {}, above === null ? "…" : element("button", { type: "button", onclick: () => choose({ node: above }) }, nameOf(above))))));
}

function functionPanel(row) {
  const of = (figure) => marked(time(figure), row.isVague);
  const heaviest = [...row.nodes].sort((a, b) => nodes.own[b] - nodes.own[a] || a - b).slice(0, 8);
  const paths = heaviest.map((node) => element("li", {},
    element("button", { type: "button", onclick: () => { change({ mode: "tree" }); choose({ node }); } },
      nodes.parent[node] === ALL ? "as a root" : `in ${nameOf(nodes.parent[node])}`),
    element("b", {}, marked(time(nodes.own[node]), isVague(node)))));
  return [
    ...heading(row.label, []),
    figures([
      ["Own", of(row.own)], ["Total", of(row.total), "Recursive calls are part of the outermost one, and count once"],
      ["Calls", count(row.count)],
    ], { class: "figures large" }),
    figures([["Max", of(longestOf(row))], ["Call paths", count(row.nodes.length)], ["Running", count(row.running)], ["Of elapsed", marked(percent(elapsedShare(row.own)), row.isVague)]]),
    element("h4", {}, "Its own time, by call path"),
    element("ol", { class: "chain wide" }, paths),
    row.nodes.length > heaviest.length ? element("p", { class: "note" }, `and ${plural(row.nodes.length - heaviest.length, "further path")}`) : null,
  ].filter((part) => part !== null);
}
