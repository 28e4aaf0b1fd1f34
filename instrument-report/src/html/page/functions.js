// Functions: nodes added up over call paths. The calls of recursion are part of the outermost one, and count once.

let knownFunctions = null;

function functions() {
  return (knownFunctions ??= addUp());
}

/** The function that a label belongs to: places of one name and path are one. */
function functionOf(label) {
  const { of, rows } = functions();
  return rows[of[label]];
}

function addUp() {
  const known = new Map();
  const rows = [];
  const of = labels.name.map((name, label) => {
    const key = `${name}\n${labels.path[label]}`;
    if (!known.has(key)) {
      known.set(key, rows.length);
      rows.push({
        label, nodes: [], own: NaN, total: NaN, count: 0, isBaseVague: false, baseOwn: NaN, baseTotal: NaN, baseCount: 0, running: 0, max: NaN, isVague: false, isEstimated: false,
        components: components.map(() => ({ own: NaN, total: NaN })),
      });
    }
    return known.get(key);
  });
  const levels = new Int32Array(rows.length);
  const plus = (sum, figure) => (Number.isNaN(figure) ? sum : (Number.isNaN(sum) ? 0 : sum) + figure);
  walk(
    (node) => {
      const place = of[nodes.label[node]];
      const row = rows[place];
      const isOutermost = levels[place]++ === 0;
      row.nodes.push(node);
      row.own = plus(row.own, nodes.own[node]);
      if (isOutermost) row.total = plus(row.total, nodes.total[node]);
      row.count += nodes.count[node] || 0;
      if (base) {
        row.baseOwn = plus(row.baseOwn, base.own[node]);
        if (isOutermost) row.baseTotal = plus(row.baseTotal, base.total[node]);
        row.isBaseVague ||= base.isVague[node] === 1;
        row.baseCount += base.count[node] || 0;
      }
      row.running += nodes.running[node];
      row.isVague ||= isVague(node);
      row.isEstimated ||= has(node, ESTIMATED);
      components.forEach((component, at) => {
        if (component.isRatio) return;
        const sums = row.components[at];
        sums.own = plus(sums.own, component.own[node]);
        if (isOutermost || component.isEvent) sums.total = plus(sums.total, component.total[node]);
      });
    },
    (node) => { levels[of[nodes.label[node]]]--; },
  );
  return { of, rows };
}

/** All nodes, from the roots down, with a call before and one after those below. Trees may be too deep for recursion. */
function walk(before, after) {
  const open = [];
  for (const root of childrenOf(ALL)) {
    open.push([root, 0]);
    before(root);
    while (open.length > 0) {
      const top = open[open.length - 1];
      const [node, at] = top;
      if (firstChild[node] + at < firstChild[node + 1]) {
        top[1]++;
        const child = children[firstChild[node] + at];
        before(child);
        open.push([child, 0]);
      } else {
        after(node);
        open.pop();
      }
    }
  }
}

/** The longest call of a function, once details are there. */
function longestOf(row) {
  if (!details) return undefined;
  let longest = NaN;
  for (const node of row.nodes) if (!(details.max[node] <= longest) && !Number.isNaN(details.max[node])) longest = details.max[node];
  return longest;
}
