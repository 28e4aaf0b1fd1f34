// What's looked at later: distributions, extremes, async calls, observations of components. Read after the first paint.

let details = null;

function readDetails() {
  if (details) return;
  const read = embedded("details");
  const column = (name) => floats(read[name]);
  details = {
    histogram: read.histogram,
    untimed: column("untimed"),
    ...Object.fromEntries(["min", "max", "stddev", "p50", "p90", "p99"].map((name) => [name, column(name)])),
    tasks: read.tasks,
    components: read.components,
    base: read.base ? Object.fromEntries(Object.entries(read.base).map(([name, values]) => [name, floats(values)])) : null,
    taskAt: new Map(read.tasks.nodes.map((node, at) => [node, at])),
  };
}

/** A node's figure that's read later; before that it's unknown, which isn't absent. */
const detail = (name, node) => (details ? details[name][node] : undefined);

/** The smallest value of a bucket, in ticks, as the format of recordings has it. */
function lowOf(bucket) {
  return bucket < 64 ? bucket : (32 + (bucket % 32)) * 2 ** (Math.floor(bucket / 32) - 1);
}

/** A distribution's buckets as `[low, end, count]`, in nanoseconds, in ascending order. */
function buckets(packed, scale) {
  const found = [];
  let bucket = 0;
  if (!packed) return found;
  for (const text of packed.split(",")) {
    const number = Number(text);
    if (number < 0) {
      bucket -= number;
    } else {
      found.push([lowOf(bucket) * scale, lowOf(bucket + 1) * scale, number]);
      bucket += 1;
    }
  }
  return found;
}
