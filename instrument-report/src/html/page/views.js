// What frames are: nodes of the call tree, or functions with their callers below. Both have numbers, and the same methods.

/** Steps of the ramp from less to more. */
const CHANGES = 9;

/** The call tree, each level with the heaviest first. A frame's number is its node's. */
class TopDown {
  constructor(weight) {
    this.weight = weight;
    this.root = ALL;
    this.order = children.slice();
    this.isSorted = new Uint8Array(NODES + 1);
  }
  parent(frame) { return frame === ALL ? -1 : nodes.parent[frame]; }
  sum(frame) { return this.weight.sums[frame]; }
  label(frame) { return frame === ALL ? -1 : nodes.label[frame]; }
  name(frame) { return nameOf(frame); }
  isStriped(frame) { return has(frame, PARALLEL); }
  chosen(frame) { return frame === ALL ? null : { node: frame }; }
  children(frame) {
    const below = this.order.subarray(firstChild[frame], firstChild[frame + 1]);
    if (!this.isSorted[frame]) {
      this.isSorted[frame] = 1;
      const { sums } = this.weight;
      below.sort((a, b) => sums[b] - sums[a] || a - b);
    }
    return below;
  }
  /** The frame that stands for what's chosen. */
  frameOf(chosen) { return chosen && chosen.node !== undefined ? chosen.node : -1; }
}

/**
 * Functions, and below each the functions that called it, each as wide as what the function's own calls weigh there. A frame
 * has its members: a node each, with the weight of the one that it was reached from.
 */
class BottomUp {
  constructor(weight) {
    this.weight = weight;
    this.root = 0;
    const all = { above: Int32Array.from({ length: NODES }, (_, node) => node), weight: weight.amounts };
    this.frames = [{ parent: -1, label: -1, sum: weight.sums[ALL], members: all, children: null }];
  }
  parent(frame) { return this.frames[frame].parent; }
  sum(frame) { return this.frames[frame].sum; }
  label(frame) { return this.frames[frame].label; }
  name(frame) { return frame === 0 ? "all" : labels.name[this.label(frame)]; }
  isStriped() { return false; }
  chosen(frame) { return frame === 0 ? null : { label: this.label(frame) }; }
  children(frame) {
    const known = this.frames[frame];
    return (known.children ??= this.group(frame, known.members));
  }
  group(parent, { above, weight }) {
    const groups = new Map();
    for (let at = 0; at < above.length; at++) {
      if (weight[at] === 0 || above[at] === ALL) continue;
      const label = nodes.label[above[at]];
      if (!groups.has(label)) groups.set(label, { parent, label, sum: 0, members: { above: [], weight: [] }, children: null });
      const group = groups.get(label);
      group.sum += weight[at];
      group.members.above.push(nodes.parent[above[at]]);
      group.members.weight.push(weight[at]);
    }
    const sorted = [...groups.values()].sort((a, b) => b.sum - a.sum || a.label - b.label);
    return Int32Array.from(sorted, (group) => this.frames.push(group) - 1);
  }
  frameOf(chosen) {
    if (!chosen) return -1;
    const label = chosen.node === undefined ? chosen.label : nodes.label[chosen.node];
    return this.children(0).find((frame) => this.label(frame) === label) ?? -1;
  }
}

/** How a frame's own time changed, as a share of the larger of both; of what isn't to be seen in the whole, 0. */
function changeOf(frame) {
  const label = view.label(frame);
  const row = view instanceof BottomUp ? functionOf(label) : null;
  const [now, before] = row ? [row.own, row.baseOwn] : [nodes.own[frame], base.own[frame]];
  return changeBetween(now, before);
}

/** The same of two figures, of which either may be absent. */
function changeBetween(now, before) {
  const change = (now || 0) - (before || 0);
  const whole = Math.max(weighed("time").sums[ALL], weighed("base").sums[ALL]);
  return Math.abs(change) < whole * 0.001 ? 0 : change / Math.max(now || 0, before || 0);
}

/** The step of the ramp: the middle one is no change. By the root, or a tenth more would look like nothing. */
const stepOf = (change) => Math.round(((Math.sign(change) * Math.sqrt(Math.abs(change)) + 1) / 2) * (CHANGES - 1));

let view = null;

/** The view by what's chosen, made once a weight and direction. */
function chooseView() {
  const weight = weighed(state.weight);
  const key = state.isInverted ? "bottomUp" : "topDown";
  view = weight[key] ??= state.isInverted ? new BottomUp(weight) : new TopDown(weight);
  return view;
}

/** From the outermost frame down to this one. */
function framesTo(frame) {
  const path = [];
  for (; frame >= 0; frame = view.parent(frame)) path.push(frame);
  return path.reverse();
}
