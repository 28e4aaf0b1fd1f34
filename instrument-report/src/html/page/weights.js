// What the width of frames can stand for: time, calls, or what a component measured. Each is own amounts that add up.

/** What can be a weight. Ratios can't: shares of different wholes don't add up. */
const weights = [
  { id: "time", name: base ? "Time, new run" : "Time", format: time, own: nodes.own, what: "time" },
  { id: "calls", name: "Calls", format: count, own: nodes.count.map((calls, node) => (has(node, TIMED) ? calls : 0)), what: "calls" },
];
if (base) weights.splice(1, 0, { id: "base", name: "Time, base", format: time, own: base.own, what: "the base's time" });
for (const [place, component] of components.entries()) {
  if (!component.isMeasured || component.isRatio) continue;
  weights.push({
    id: `component ${place}`,
    name: component.name,
    format: (figure) => amount(component.unit, figure),
    // A lap of an event has nothing to do with those within it.
    own: component.isEvent ? component.total : component.own,
    what: component.name,
    component,
  });
}

/**
 * The weight with sums: a node's is all own amounts in it and below. So nothing is wider than what it's in, and nothing is
 * missing, whatever ran beside its parent and isn't part of that one's total.
 */
function weighed(id) {
  const weight = weights.find((known) => known.id === id);
  if (weight.sums) return weight;
  const own = new Float64Array(NODES + 1);
  for (let node = 0; node < NODES; node++) {
    const figure = weight.own[node];
    own[node] = Number.isFinite(figure) ? Math.abs(figure) : 0;
  }
  const sums = own.slice();
  for (let node = NODES - 1; node >= 0; node--) sums[nodes.parent[node]] += sums[node];
  weight.amounts = own;
  weight.sums = sums;
  return weight;
}
