// Which colour a frame has: by module, by function, or by how much of it is its own.

const PALETTE = 9;
const COLOURINGS = { ...(base ? { change: "by change" } : {}), module: "by module", function: "by function", own: "by own share" };

/** The crate and module of a label, as a legend has it. */
const moduleOf = (label) => labels.module[label] || "no module";
const KEYS = { module: moduleOf, function: (label) => labels.name[label] };

const groupings = {};

/** Groups of labels by own time, the heaviest first; each of the first few has a colour, the others share one. */
function grouping() {
  if (state.colouring === "own" || state.colouring === "change") return null;
  return (groupings[state.colouring] ??= group(KEYS[state.colouring]));
}

function group(key) {
  const { amounts, sums } = weighed("time");
  const weight = new Map();
  for (let node = 0; node < NODES; node++) {
    const name = key(nodes.label[node]);
    weight.set(name, (weight.get(name) ?? 0) + amounts[node]);
  }
  const ranked = [...weight].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
  const rank = new Map(ranked.map(([name], at) => [name, Math.min(at, PALETTE - 1)]));
  const rest = ranked.slice(PALETTE - 1);
  const entries = ranked.slice(0, PALETTE - 1).map(([name, sum], at) => ({ name, sum, at }));
  if (rest.length === 1) entries.push({ name: rest[0][0], sum: rest[0][1], at: PALETTE - 1 });
  if (rest.length > 1) {
    const sum = rest.reduce((all, [, one]) => all + one, 0);
    entries.push({ name: `${count(rest.length)} others`, sum, at: PALETTE - 1 });
  }
  return { of: Uint8Array.from(labels.name, (_, label) => rank.get(key(label)) ?? PALETTE - 1), entries, whole: sums[ALL] };
}

/** The colours in use, read from the style sheet. */
let colours = null;

function readColours() {
  const style = getComputedStyle(document.documentElement);
  const of = (name) => style.getPropertyValue(name).trim();
  colours = {
    group: Array.from({ length: PALETTE }, (_, at) => of(`--group-${at}`)),
    change: Array.from({ length: CHANGES }, (_, at) => of(`--change-${at}`)),
    heat: Array.from({ length: 6 }, (_, at) => of(`--heat-${at}`)),
    text: of("--frame-text"), all: of("--frame-all"), dim: of("--frame-dim"), dimText: of("--frame-dim-text"),
    rest: of("--frame-rest"), ring: of("--accent"), match: of("--match"), stripe: of("--frame-stripe"), hover: of("--frame-hover"),
  };
}

/** A frame's colour. */
function colourOf(frame) {
  const label = view.label(frame);
  if (label < 0) return colours.all;
  const groups = grouping();
  if (groups) return colours.group[groups.of[label]];
  if (state.colouring === "change") return colours.change[stepOf(changeOf(frame))];
  const sum = view.sum(frame);
  let below = 0;
  for (const child of view.children(frame)) below += view.sum(child);
  return colours.heat[Math.min(5, Math.floor(((sum - below) / sum) * 6))];
}

/** Whether a frame is to stand back: it doesn't match, or isn't of the group that the legend singles out. */
function isDim(frame) {
  const label = view.label(frame);
  if (label < 0) return searched.labels !== null || state.group !== null;
  if (!isMatch(label)) return true;
  const groups = grouping();
  return state.group !== null && groups !== null && groups.of[label] !== state.group;
}

function drawLegend() {
  const groups = grouping();
  const legend = byId("legend");
  if (!groups) {
    const [from, to] = state.colouring === "change" ? ["less own time", "more own time"] : ["all below", "all its own"];
    const ramp = state.colouring === "change" ? colours.change : colours.heat;
    const steps = ramp.map((colour) => styled(element("i"), { "--swatch": colour }));
    legend.replaceChildren(element("span", { class: "ramp" }, from, ...steps, to));
    return;
  }
  legend.replaceChildren(...groups.entries.map((entry) => {
    const isOn = state.group === entry.at;
    const attributes = { type: "button", "aria-pressed": isOn, title: "Single it out" };
    const onclick = () => change({ group: isOn ? null : entry.at });
    const share = groups.whole > 0 ? percent(entry.sum / groups.whole) : ABSENT;
    const swatch = styled(element("i"), { "--swatch": `var(--group-${entry.at})` });
    return element("button", { ...attributes, onclick }, swatch, element("span", {}, entry.name), element("b", {}, share));
  }));
}
