// The table under mouse and keyboard: choosing, opening and closing, moving, and following what was chosen elsewhere.

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
