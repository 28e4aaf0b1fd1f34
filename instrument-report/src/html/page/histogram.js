// A distribution as a picture: logarithmic times, with the median, percentiles and the longest call marked.

const CHART = { width: 400, height: 190, left: 8, right: 8, top: 46, bottom: 24 };
const MOST_BINS = 56;

/** `marks` are `[name, nanoseconds]`, in ascending order. */
function histogramChart(packed, scale, marks) {
  const found = buckets(packed, scale);
  if (found.length === 0) return null;
  // A tick of 0 has no logarithm.
  const smallest = Math.max(found[0][0], scale / 2);
  const first = Math.log10(smallest), last = Math.log10(Math.max(found[found.length - 1][1], smallest * 1.05));
  const pad = Math.max((last - first) * 0.02, 0.01);
  const range = [first - pad, last + pad];
  const inner = CHART.width - CHART.left - CHART.right;
  const x = (nanos) => CHART.left + ((Math.log10(Math.max(nanos, smallest)) - range[0]) / (range[1] - range[0])) * inner;
  const bins = binned(found, first, last, smallest);
  const most = Math.max(...bins.map((bin) => bin.count));
  const floor = CHART.height - CHART.bottom;
  const tall = floor - CHART.top;
  const bars = bins.filter((bin) => bin.count > 0).map((bin) => {
    // What's rare is still seen.
    const height = Math.max((bin.count / most) * tall, 2);
    const [left, right] = [x(10 ** bin.from), x(10 ** bin.to)];
    const bar = svg("rect", { class: "bin", x: left + 0.5, width: Math.max(right - left - 1, 1), y: floor - height, height, rx: 1 });
    bar.append(svg("title", {}, `${time(10 ** bin.from)} to ${time(10 ** bin.to)}: ${plural(bin.count, "call")}`));
    return bar;
  });
  const label = `Distribution of times: ${marks.map(([name, nanos]) => `${name} ${time(nanos)}`).join(", ")}`;
  return svg(
    "svg", { class: "chart", viewBox: `0 0 ${CHART.width} ${CHART.height}`, role: "img", "aria-label": label },
    svg("line", { class: "axis", x1: CHART.left, x2: CHART.width - CHART.right, y1: floor, y2: floor }),
    ...ticksOf(range).map((nanos) => tick(nanos, x(nanos), floor)),
    ...bars,
    ...flags(marks, x, floor),
  );
}

/** Counts in bins of one width on the axis, none narrower than what's known. */
function binned(found, first, last, smallest) {
  const octaves = (last - first) / Math.log10(2);
  const number = Math.max(1, Math.min(MOST_BINS, Math.ceil(octaves * 32), found.length === 1 ? 1 : MOST_BINS));
  const width = (last - first) / number;
  const bins = Array.from({ length: number }, (_, at) => ({ from: first + at * width, to: first + (at + 1) * width, count: 0 }));
  for (const [low, end, calls] of found) {
    const middle = Math.log10(Math.max((low + end) / 2, smallest));
    bins[Math.max(0, Math.min(number - 1, Math.floor((middle - first) / width)))].count += calls;
  }
  return bins;
}

/** Powers of ten; where these are few, 2 and 5 between them, or more. */
function ticksOf([from, to]) {
  const within = (steps) => {
    const found = [];
    for (let power = Math.floor(from) - 1; power <= to; power++) {
      for (const step of steps) {
        const at = Math.log10(step) + power;
        if (at >= from && at <= to) found.push(step * 10 ** power);
      }
    }
    return found;
  };
  const choices = [[1], [1, 3], [1, 2, 5], [1, 1.5, 2, 3, 4, 5, 6, 8]];
  const enough = choices.map(within).find((found) => found.length >= 3) ?? within(choices[3]);
  return enough.filter((_, at) => at % Math.ceil(enough.length / 6) === 0);
}

function tick(nanos, x, floor) {
  return svg("g", { class: "tick" },
    svg("line", { x1: x, x2: x, y1: floor, y2: floor + 4 }),
    svg("text", { x: Math.max(16, Math.min(CHART.width - 16, x)), y: floor + 17, "text-anchor": "middle" }, shortTime(nanos)));
}

/** A round time without needless digits: `20 µs`. */
function shortTime(nanos) {
  const [size, , symbol] = [...TIME_UNITS].reverse().find(([size]) => nanos >= size * 0.9999) ?? TIME_UNITS[0];
  return `${Number((nanos / size).toPrecision(2))} ${symbol}`;
}

/** Lines with names above, on as many levels as keep these apart. */
function flags(marks, x, floor) {
  const levels = [];
  return marks.filter(([, nanos]) => isThere(nanos)).map(([name, nanos]) => {
    const at = x(nanos);
    const half = name.length * 3.4 + 5;
    const middle = Math.max(half, Math.min(CHART.width - half, at));
    let level = 0;
    while (levels[level] !== undefined && levels[level] > middle - half) level++;
    levels[level] = middle + half;
    const y = 10 + level * 11;
    return svg("g", { class: `flag ${name}` },
      svg("line", { x1: at, x2: at, y1: y + 3, y2: floor }),
      svg("text", { x: middle, y, "text-anchor": "middle" }, name));
  });
}
