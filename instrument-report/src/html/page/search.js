// What's searched for: text in a function's name, its path, or its file; `/…/` is a regular expression.

const searched = {
  text: "",
  pattern: null,
  /** Whether each label matches; null if nothing is searched for. */
  labels: null,

  /** Where it is in a text, as `[start, end]`. */
  find(text) {
    if (!this.pattern) return null;
    const found = this.pattern.exec(text);
    return found && found[0] ? [found.index, found.index + found[0].length] : null;
  },
};

/** Understands what was typed. An unfinished regular expression is looked for as it stands. */
function patternOf(text) {
  const between = /^\/(.+)\/$/.exec(text);
  try {
    if (between) return new RegExp(between[1], "iu");
  } catch {
    // Shown as no match.
  }
  return new RegExp(text.replace(/[.*+?^${}()|[\]\\/-]/g, "\\$&"), "i");
}

function search(text) {
  searched.text = text.trim();
  searched.pattern = searched.text ? patternOf(searched.text) : null;
  searched.labels = searched.pattern && Uint8Array.from(labels.name, (name, label) =>
    Number([name, labels.path[label], labels.file[label]].some((part) => searched.pattern.test(part))));
  change({ search: searched.text });
}

const isMatch = (label) => !searched.labels || searched.labels[label] === 1;

/** What of a weight is in nodes that match, or below one that does: each counted once. */
function matchedShare(weight) {
  const inside = new Uint8Array(NODES + 1);
  let [sum, found] = [0, 0];
  for (let node = 0; node < NODES; node++) {
    const matches = searched.labels[nodes.label[node]];
    found += matches;
    inside[node] = matches | inside[nodes.parent[node]];
    if (inside[node]) sum += weight.amounts[node];
  }
  return { share: weight.sums[ALL] > 0 ? sum / weight.sums[ALL] : NaN, sum, found };
}
