// What isn't in the tree: async functions, measurements, checkpoints, timers, probes, facts, and what to know about figures.

/** A table with a name and figures in each row: `[name, cells, hint]`. */
function simpleTable(headings, rows) {
  return element("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": headings[0] }, element("table", {},
    element("thead", {}, element("tr", {}, headings.map((text) => element("th", { scope: "col" }, text)))),
    element("tbody", {}, rows.map(([name, cells, hint]) =>
      element("tr", {}, element("th", { scope: "row", title: hint || null }, name), cells.map((cell) => element("td", {}, cell)))))));
}

const WIDE = ["tasks", "checkpoints", "notes", "about"];

function section(id, title, ...content) {
  return element("section", { id, class: WIDE.includes(id) ? "wide" : null, "aria-labelledby": `${id}-title` },
    element("div", { class: "bar" }, element("h2", { id: `${id}-title` }, base ? `${title}, new run` : title)), ...content);
}

function factsOfRun() {
  const calls = weighed("calls").sums[ALL];
  const cost = run.costOfAll === undefined || run.costOfAll === null || NODES === 0 ? ABSENT : `~${time(run.costOfAll)}`;
  const of = (weight) => weighed(weight).sums[ALL];
  const change = base && [["Elapsed, base", time(base.elapsed)], ["Change of own time", changeText(of("time") - of("base"))],
    ["New paths", count(base.count.filter(Number.isNaN).length)], ["Vanished paths", count(NODES - base.new)]];
  return [
    ["Elapsed", marked(time(run.elapsed), run.isVague)],
    ...(change ?? []),
    ["Calls", count(calls)],
    ["Call paths", count(NODES)],
    ["Functions", count(functions().rows.length)],
    ["Threads at once", run.mostThreads > 0 ? count(run.mostThreads) : ABSENT],
    ["Cost of timing", cost],
  ];
}

function drawFacts() {
  const title = run.program || "recording";
  byId("program").textContent = base ? `${title}: what changed` : title;
  const facts = (of) => [of.start, of.profile, of.system, of.host].filter(Boolean).join(" · ");
  byId("when").textContent = base ? `${facts(run)}, against ${facts(base) || "the base"}` : facts(run);
  byId("facts").replaceChildren(...factsOfRun().map(([term, figure]) =>
    element("div", {}, element("dt", {}, term), element("dd", {}, figure))));
}

function measurementsSection() {
  if (run.measurements.length === 0) return null;
  const rows = run.measurements.map((one) =>
    [one.name, [count(one.count), ...[one.mean, one.stddev, one.min, one.max, one.sum].map((figure) => significant(toNumber(figure)))]]);
  return section("measurements", "Measurements", simpleTable(["Name", "Count", "Mean", "Deviation", "Min", "Max", "Sum"], rows));
}

function checkpointsSection() {
  const called = run.checkpoints.filter((one) => one.calls > 0 && one.lines.length > 0);
  if (called.length === 0) return null;
  const sumOf = (one) => one.lines.reduce((sum, line) => sum + line.sum, 0);
  const sorted = called.map((one) => [one, sumOf(one)]).sort((a, b) => b[1] - a[1]);
  return section("checkpoints", "Checkpoints", ...sorted.map(([one, sum], at) => checkpointsOf(one, sum, at === 0)));
}

/** A function, line by line, with each one's share of all its calls. */
function checkpointsOf(one, sum, isOpen) {
  const lines = one.lines.map((line) => {
    const share = sum > 0 ? line.sum / sum : 0;
    const cell = styled(element("td", { class: "code barred" }, element("code", {}, line.label)), { "--share": share });
    const figures = [marked(time(line.sum), line.isVague), percent(share), marked(time(line.max), line.isVague)];
    return element("tr", {}, cell, figures.map((figure) => element("td", {}, figure)));
  });
  const headings = ["Line", "Sum", "% of calls", "Longest run"].map((text) => element("th", { scope: "col" }, text));
  return element("details", { open: isOpen ? "" : null },
    element("summary", {}, element("strong", {}, one.name), ` ${time(sum)} in ${plural(one.calls, "call")}`),
    element("div", { class: "scroll", tabindex: 0, role: "group", "aria-label": one.name },
      element("table", { class: "lines" }, element("thead", {}, element("tr", {}, headings)), element("tbody", {}, lines))));
}

function timersSection() {
  if (run.timers.length === 0) return null;
  const rows = run.timers.map((one) => {
    const quantiles = one.quantiles.map(([q, nanos]) => `${Number((q * 100).toPrecision(6))} % ≤ ${time(nanos)}`).join(", ");
    return [one.name, [count(one.count), time(one.mean), time(one.stddev), time(one.min), time(one.max), quantiles || ABSENT]];
  });
  const charts = run.timers.filter((one) => one.histogram).map((one) => element("details", {},
    element("summary", {}, element("strong", {}, one.name), " distribution"),
    histogramChart(one.histogram, one.scale, [...one.quantiles.map(([q, nanos]) => [`p${Number((q * 100).toPrecision(6))}`, nanos]), ["max", one.max]])));
  return section("timers", "Timers", simpleTable(["Timer", "Runs", "Mean", "Deviation", "Min", "Max", "Quantiles"], rows), ...charts);
}

function probesSection() {
  if (run.probes.length === 0) return null;
  const rows = run.probes.map((one) => [one.target, [one.name, count(one.calls), one.error || ABSENT]]);
  return section("probes", "Probes", simpleTable(["Target", "Instrument", "Calls", "Why it stopped"], rows));
}

function notesSection() {
  const notes = run.notes.slice();
  if (run.moments > 0) notes.push(`${plural(run.moments, "single observation")} of components are in the recording, which this page leaves out`);
  if (notes.length === 0) return null;
  return section("notes", "What to know about the figures", element("ul", { class: "notes" }, notes.map((note) =>
    element("li", { class: note.startsWith("lost:") ? "lost" : null }, note))));
}

function aboutSection() {
  const facts = [
    ["Program", run.program], ["Process", run.pid === null ? "" : String(run.pid)], ["Host", run.host], ["Started", run.start],
    ["Elapsed", marked(time(run.elapsed), run.isVague)], ["Built as", run.profile], ["System", run.system], ["Processor", run.cpu],
    ["Clock", run.clock], ["Cost of a timed call", isThere(run.cost) ? time(run.cost) : ""],
    ["Threads", run.threads.length > 0 ? run.threads.join(", ") : run.mostThreads > 0 ? `up to ${count(run.mostThreads)} at once` : ""],
    ...(base ? [["Base", [base.program, base.start, base.profile, base.host].filter(Boolean).join(" · ")]] : []),
    ["Recorded by", run.version ? `instrument ${run.version}` : ""],
  ];
  return section("about", "The run", figures(facts.map(([term, fact]) => [term, fact || ABSENT]), { class: "figures about" }));
}

function drawSections() {
  const sections = [tasksSection(), measurementsSection(), checkpointsSection(), timersSection(), probesSection(), notesSection(), aboutSection()];
  byId("sections").replaceChildren(...sections.filter((made) => made !== null));
}

/** Async functions, by what their callers waited. */
function tasksSection() {
  if (!details || details.tasks.nodes.length === 0) return null;
  const { tasks } = details;
  const order = tasks.nodes.map((_, at) => at).sort((a, b) => (tasks.wall[b] ?? 0) - (tasks.wall[a] ?? 0)).slice(0, 100);
  const rows = order.map((at) => {
    const node = tasks.nodes[at];
    const of = (name) => marked(time(tasks[name][at]), tasks.isVague[at] === 1);
    const begun = tasks.begun[at] - details.untimed[node];
    const name = element("button", { type: "button", class: "link", onclick: () => choose({ node }) }, nameOf(node));
    const polls = begun > 0 ? significant(tasks.polls[at] / begun) : ABSENT;
    return [name, [count(nodes.count[node]), of("mean"), of("p50"), of("p99"), of("max"), of("wall"), marked(time(nodes.mean[node]), has(node, PARTED)), polls, count(tasks.cancelled[at])], labels.path[labelOf(node)]];
  });
  const left = tasks.nodes.length - order.length;
  return section("tasks", "Async calls",
    simpleTable(["Call path", "Calls", "Mean wall", "Median wall", "p99 wall", "Max wall", "Sum wall", "Mean busy", "Polls a call", "Cancelled"], rows),
    left > 0 ? element("p", { class: "note" }, `and ${plural(left, "further call path")}; each one's figures are in its panel`) : null);
}
