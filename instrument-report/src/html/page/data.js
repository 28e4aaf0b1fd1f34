// The recording as columns: a place in each array is a node. Parents come before their children.

function embedded(id) {
  const holder = byId(id);
  const data = JSON.parse(holder.textContent);
  holder.remove();
  return data;
}

const run = embedded("tree");
const labels = run.labels;
const components = run.components;
const NODES = run.nodes.label.length;
/** The node above all roots, which stands for the whole run. */
const ALL = NODES;

/** JSON has no infinities, and what's absent is null. */
function toNumber(value) {
  if (value === null) return NaN;
  return value === "inf" ? Infinity : value === "-inf" ? -Infinity : value;
}

/** A column in an array of its own kind. A loop, since `from` takes several times as long. */
function filled(made, values, convert) {
  for (let at = 0; at < values.length; at++) made[at] = convert(values[at]);
  return made;
}

const floats = (values) => filled(new Float64Array(values.length), values, toNumber);
const places = (values, nowhere) => filled(new Int32Array(values.length), values, (place) => (place === null ? nowhere : place));

const nodes = {
  label: places(run.nodes.label, -1),
  parent: places(run.nodes.parent, ALL),
  thread: run.nodes.thread ? places(run.nodes.thread, -1) : null,
  count: floats(run.nodes.count),
  running: floats(run.nodes.running),
  total: floats(run.nodes.total),
  own: floats(run.nodes.own),
  mean: floats(run.nodes.mean),
  marks: Uint8Array.from(run.nodes.marks),
};
delete run.nodes;

/** The other run of a difference; null in a page of one. Of what's absent there, figures are NaN. */
const base = run.base ?? null;
if (base) {
  for (const name of ["own", "total", "count", "mean"]) base[name] = floats(base[name]);
  [base.elapsed, base.new] = [base.elapsed[0], base.new[0]];
  // What only the base has isn't 0 in the new run: it's absent.
  for (const column of [nodes.own, nodes.total, nodes.count]) column.fill(NaN, base.new);
}
const isVanished = (node) => base !== null && node >= base.new;
const isNew = (node) => base !== null && Number.isNaN(base.count[node]);

const ESTIMATED = 1, PARTED = 2, ASYNC = 4, PARALLEL = 8, THROTTLED = 16, TIMED = 32;
const has = (node, mark) => node < NODES && (nodes.marks[node] & mark) !== 0;
/** Whether its times are marked by `~`. */
const isVague = (node) => has(node, ESTIMATED | PARTED);

/** The children of each node lie in `children` from `firstChild[node]` to `firstChild[node + 1]`. */
const firstChild = new Int32Array(NODES + 2);
const children = new Int32Array(NODES);
const depth = new Int32Array(NODES + 1);
for (let node = 0; node < NODES; node++) firstChild[nodes.parent[node] + 1]++;
for (let node = 0; node <= NODES; node++) firstChild[node + 1] += firstChild[node];
{
  const next = firstChild.slice();
  for (let node = 0; node < NODES; node++) {
    const parent = nodes.parent[node];
    children[next[parent]++] = node;
    depth[node] = parent === ALL ? 1 : depth[parent] + 1;
  }
}

const childrenOf = (node) => children.subarray(firstChild[node], firstChild[node + 1]);
const hasChildren = (node) => firstChild[node + 1] > firstChild[node];
const labelOf = (node) => nodes.label[node];
const nameOf = (node) => (node === ALL ? "all" : labels.name[nodes.label[node]]);

/** From the outermost down to the node. */
function pathTo(node) {
  const path = [];
  for (; node !== ALL; node = nodes.parent[node]) path.push(node);
  return path.reverse();
}

/** Where the label's code is, as `src/main.rs:12:5`; of a name that was made while the program ran, nothing. */
function locationOf(label) {
  const file = labels.file[label];
  if (!file) return "";
  const line = labels.line[label];
  return line ? `${file}:${line}:${labels.column[label]}` : file;
}

/** What's said behind a name. */
function remarksOn(node) {
  const remarks = [];
  if (nodes.thread && nodes.parent[node] === ALL && nodes.thread[node] >= 0) remarks.push(run.threads[nodes.thread[node]]);
  if (nodes.running[node]) remarks.push(nodes.running[node] === 1 ? "running" : `${count(nodes.running[node])} running`);
  if (isNew(node)) remarks.push("new");
  if (isVanished(node)) remarks.push("vanished");
  if (has(node, PARALLEL)) remarks.push("parallel");
  if (has(node, ASYNC)) remarks.push("async");
  return remarks;
}

/** Each component's figures by node; NaN where it measured nothing, but 0 of what's added up wherever it happens. */
for (const component of components) {
  const spread = (values) => {
    const all = new Float64Array(NODES).fill(component.isTally ? 0 : NaN);
    if (base) all.fill(NaN, base.new);
    component.nodes.forEach((node, at) => { all[node] = toNumber(values[at]); });
    return all;
  };
  component.total = spread(component.total);
  component.own = spread(component.own);
  component.isMeasured = component.nodes.length > 0;
}

/** Whether a component's figures are marked by `~`, on a node or the row of a function: bytes are bytes, whatever the time. */
function isVagueOf(component, subject) {
  if (component.isSampled || component.isTally) return component.isSampled;
  if (typeof subject !== "number") return subject.isEstimated;
  return has(subject, ESTIMATED) || ((component.unit === "s" || component.unit === "%") && isVague(subject));
}
