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
  const widths = columns.map((column) => (column.component ? Math.max(84, 26 + 7 * column.title.length) : 80));
  styled(table, { "--figures": widths.map((width) => `${width}px`).join(" "), "--width": `${widths.reduce((sum, width) => sum + width, 0)}px` });
  const name = state.mode === "functions" ? "Function" : "Call path";
  tableHead.replaceChildren(heading("name", name, "By name"), ...columns.map((column) => heading(column.id, column.title, column.hint)));
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

function rowOf(subject, at, columns) {
  const isNode = typeof subject === "number";
  const isParent = isNode && hasChildren(subject);
  const attributes = {
    role: "row", class: "row", id: `row-${at}`, "aria-rowindex": at + 2,
    "aria-level": isNode ? depth[subject] : null, "aria-expanded": isParent ? isShownOpen(subject) : null,
  };
  const row = element("div", attributes, nameCell(subject, isParent), ...columns.map((column) => figureCell(column, subject)));
  return styled(row, { top: `${at * ROW_HEIGHT}px` });
}

function nameCell(subject, isParent) {
  const isNode = typeof subject === "number";
  const label = isNode ? labelOf(subject) : subject.label;
  const groups = grouping();
  const dot = styled(element("i", { class: "dot" }), { "--swatch": groups ? `var(--group-${groups.of[label]})` : "var(--muted)" });
  const remarks = isNode ? remarksOn(subject) : [];
  const cell = element(
    "div", { role: "rowheader", class: "name", title: labels.path[label] },
    element("span", { class: isParent ? "twist" : "twist none", "aria-hidden": "true" }),
    dot,
    element("span", { class: "text" }, ...highlighted(labels.name[label])),
    ...remarks.map((remark) => element("small", {}, remark)),
  );
  return styled(cell, { "--depth": isNode ? Math.min(depth[subject] - 1, 40) : 0 });
}

function figureCell(column, subject) {
  const cell = element("div", { role: "gridcell", class: "figure" }, cellText(column, subject));
  if (!column.bar) return cell;
  const whole = weighed("time").sums[ALL];
  const share = whole > 0 ? figureOf(column, subject) / whole : 0;
  cell.classList.add("barred");
  return styled(cell, { "--share": Number.isFinite(share) ? Math.min(share, 1) : 0 });
}

/** Opens or closes a node; while something is searched for, 2 is closed on purpose. */
function twist(node, open) {
  isOpen[node] = open ? 1 : leadsToMatch ? 2 : 0;
  listRows();
}

function chooseRow(at) {
  const subject = subjects[at];
  if (subject === undefined) return;
  choose(typeof subject === "number" ? { node: subject } : { label: subject.label });
}

function scrollToRow(at) {
  const top = at * ROW_HEIGHT;
  const room = table.clientHeight - tableHead.offsetHeight;
  if (top < table.scrollTop) table.scrollTop = top;
  else if (top + ROW_HEIGHT > table.scrollTop + room) table.scrollTop = top + ROW_HEIGHT - room;
}

tableBody.addEventListener("click", (event) => {
  const row = event.target.closest(".row");
  if (!row) return;
  const at = Number(row.id.slice(4));
  const subject = subjects[at];
  if (event.target.closest(".twist") && typeof subject === "number" && hasChildren(subject)) twist(subject, !isShownOpen(subject));
  else chooseRow(at);
});
tableBody.addEventListener("dblclick", (event) => {
  const row = event.target.closest(".row");
  if (row) zoomToSubject(subjects[Number(row.id.slice(4))]);
});

function zoomToSubject(subject) {
  if (subject === undefined) return;
  const frame = view.frameOf(typeof subject === "number" ? { node: subject } : { label: subject.label });
  if (frame >= 0 && view.sum(frame) > 0) zoomTo(frame);
}

table.addEventListener("scroll", drawRowsSoon, { passive: true });
table.addEventListener("keydown", (event) => {
  if (event.target !== table || event.ctrlKey || event.metaKey || event.altKey) return;
  const at = subjects.findIndex(isChosen);
  const subject = subjects[at];
  const page = Math.max(1, Math.floor(table.clientHeight / ROW_HEIGHT) - 2);
  const isNode = typeof subject === "number";
  const steps = { ArrowDown: at + 1, ArrowUp: at < 0 ? 0 : at - 1, PageDown: at + page, PageUp: at - page, Home: 0, End: subjects.length - 1 };
  if (event.key in steps) {
    const next = Math.max(0, Math.min(subjects.length - 1, steps[event.key]));
    chooseRow(next);
    scrollToRow(next);
  } else if (event.key === "ArrowRight" && isNode && hasChildren(subject)) {
    if (!isShownOpen(subject)) twist(subject, true);
    else chooseRow(at + 1);
  } else if (event.key === "ArrowLeft" && isNode) {
    if (hasChildren(subject) && isShownOpen(subject)) twist(subject, false);
    else if (nodes.parent[subject] !== ALL) chooseRow(subjects.indexOf(nodes.parent[subject]));
  } else if (event.key === "Enter") {
    zoomToSubject(subject);
  } else {
    return;
  }
  event.preventDefault();
});

/** Makes sure that what's chosen elsewhere has a row, and that it's seen. */
function reveal() {
  const { chosen } = state;
  if (!chosen) return markChosen();
  if (chosen.node !== undefined && state.mode === "tree") {
    let isChanged = false;
    for (let above = nodes.parent[chosen.node]; above !== ALL; above = nodes.parent[above]) {
      isChanged ||= isOpen[above] !== 1;
      isOpen[above] = 1;
    }
    if (isChanged) listRows();
  }
  const at = subjects.findIndex(isChosen);
  if (at >= 0) scrollToRow(at);
  // What has come into sight is drawn at once, so that it's there for who follows by keyboard.
  if (at >= 0 && !byId(`row-${at}`)) drawRows();
  else markChosen();
}
