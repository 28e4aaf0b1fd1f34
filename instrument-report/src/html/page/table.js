// The table of calls: a tree or functions, sorted, filtered, collapsed; only the rows on the screen are elements.

const ROW_HEIGHT = 30, SPARE = 8;
const table = byId("table"), tableHead = byId("table-head"), tableBody = byId("table-body");

/** Which nodes show what's below them. */
const isOpen = new Uint8Array(NODES + 1);
isOpen[ALL] = 1;
/** What has a row: nodes, or functions. */
let subjects = [];
/** Of a node: whether it or something below matches what's searched for. */
let leadsToMatch = null;
let isTableDue = false;

/** What's worth a look at first: small trees in full, large ones where the time is. */
function openFirst() {
  const { sums } = weighed("time");
  const worth = NODES <= 60 ? 0 : sums[ALL] * 0.02;
  for (let node = 0; node < NODES; node++) isOpen[node] = Number(hasChildren(node) && sums[node] >= worth && depth[node] < 40);
}

/** Rows in order; what's absent comes last, whichever way it's sorted. */
function comparison() {
  const direction = state.isAscending ? 1 : -1;
  const name = (subject) => (typeof subject === "number" ? nameOf(subject) : labels.name[subject.label]);
  if (state.sort === "name") return (a, b) => direction * (name(a) < name(b) ? -1 : name(a) > name(b) ? 1 : 0);
  const column = columnsOf(state.mode).find((known) => known.id === state.sort) ?? timeColumns[0];
  return (a, b) => {
    const [x, y] = [figureOf(column, a), figureOf(column, b)];
    if (isThere(x) !== isThere(y)) return isThere(x) ? -1 : 1;
    return (isThere(x) && direction * (x - y)) || 0;
  };
}

function findLeads() {
  leadsToMatch = null;
  if (!searched.labels) return;
  leadsToMatch = new Uint8Array(NODES + 1);
  for (let node = NODES - 1; node >= 0; node--) {
    leadsToMatch[node] |= searched.labels[nodes.label[node]];
    leadsToMatch[nodes.parent[node]] |= leadsToMatch[node];
  }
}

/** Whether a search shows the way down from a node although it's collapsed. */
function isShownOpen(node) {
  if (!leadsToMatch) return isOpen[node] === 1;
  if (isOpen[node] === 2) return false;
  return isOpen[node] === 1 || childrenOf(node).some((child) => leadsToMatch[child]);
}

/** Finds the rows anew. */
function listRows() {
  const compare = comparison();
  if (state.mode === "functions") {
    subjects = functions().rows.filter((row) => isMatch(row.label)).sort(compare);
  } else {
    subjects = [];
    const sorted = (node) => {
      const below = leadsToMatch ? childrenOf(node).filter((child) => leadsToMatch[child]) : childrenOf(node).slice();
      return below.sort((a, b) => compare(a, b) || a - b).reverse();
    };
    const open = [...sorted(ALL)];
    while (open.length > 0) {
      const node = open.pop();
      subjects.push(node);
      if (isShownOpen(node)) for (const child of sorted(node)) open.push(child);
    }
  }
  const noun = state.mode === "functions" ? plural(subjects.length, "function") : `${count(subjects.length)} of ${plural(NODES, "call path")}`;
  byId("table-note").textContent = `${noun}. ~ is estimated, or may be off since clocks parted; – is absent, which isn't 0.`;
  table.setAttribute("aria-rowcount", subjects.length + 1);
  drawHead();
  drawRows();
}

function drawHead() {
  const columns = columnsOf(state.mode);
  const heading = (id, title, hint) => {
    const isSorted = state.sort === id;
    const direction = state.isAscending ? "ascending" : "descending";
    const onclick = () => change(isSorted ? { isAscending: !state.isAscending } : { sort: id, isAscending: id === "name" });
    const arrow = isSorted ? (state.isAscending ? " ↑" : " ↓") : "";
    const button = element("button", { type: "button", title: hint, onclick }, title, element("i", { "aria-hidden": "true" }, arrow));
    return element("div", { role: "columnheader", "aria-sort": isSorted ? direction : "none", "data-column": id }, button);
  };
  const widths = columns.map(widthOf);
  styled(table, { "--figures": widths.map((width) => `${width}px`).join(" "), "--width": `${widths.reduce((sum, width) => sum + width, 0)}px` });
  const name = state.mode === "functions" ? "Function" : "Call path";
  tableHead.replaceChildren(heading("name", name, "By name"), ...columns.map((column) => heading(column.id, column.title, column.hint)));
}

/** A column's pixels: what its heading takes, and counts in full. */
function widthOf(column) {
  const longest = column.id === "count" ? count(nodes.count.reduce((most, calls) => (calls > most ? calls : most), 0)).length : 0;
  return Math.max(80, (base ? 42 : 32) + 7 * column.title.length, 20 + 7.6 * longest);
}

function drawRowsSoon() {
  if (isTableDue) return;
  isTableDue = true;
  requestAnimationFrame(drawRows);
}

function drawRows() {
  isTableDue = false;
  tableBody.style.height = `${subjects.length * ROW_HEIGHT}px`;
  const first = Math.max(0, Math.floor(table.scrollTop / ROW_HEIGHT) - SPARE);
  const last = Math.min(subjects.length, Math.ceil((table.scrollTop + table.clientHeight) / ROW_HEIGHT) + SPARE);
  const columns = columnsOf(state.mode);
  const made = [];
  for (let at = first; at < last; at++) made.push(rowOf(subjects[at], at, columns));
  tableBody.replaceChildren(...made);
  if (subjects.length === 0) tableBody.replaceChildren(element("p", { class: "empty" }, searched.labels ? "Nothing matches." : "No calls were recorded."));
  markChosen();
}

/** Rows stay the elements that they are, or a second click would be another one's first. */
function markChosen() {
  let active = null;
  for (const row of tableBody.querySelectorAll(".row")) {
    const isIt = isChosen(subjects[Number(row.id.slice(4))]);
    row.setAttribute("aria-selected", isIt);
    if (isIt) active = row.id;
  }
  if (active) table.setAttribute("aria-activedescendant", active);
  else table.removeAttribute("aria-activedescendant");
}

function isChosen(subject) {
  const { chosen } = state;
  if (!chosen || subject === undefined) return false;
  return typeof subject === "number" ? chosen.node === subject : chosen.label !== undefined && functionOf(chosen.label) === subject;
}
