// A row of the table as elements: a name as deep as it lies, and a cell for each column.

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

/** Levels that are told by indenting; further ones would leave no room for names, and have a number. */
const DEEPEST = 8;

/** The colour of a row where it isn't its group's. */
function swatchOf(subject) {
  if (state.colouring !== "change") return "var(--muted)";
  const [now, before] = typeof subject === "number" ? [nodes.own[subject], base.own[subject]] : [subject.own, subject.baseOwn];
  return `var(--change-${stepOf(changeBetween(now, before))})`;
}

function nameCell(subject, isParent) {
  const isNode = typeof subject === "number";
  const label = isNode ? labelOf(subject) : subject.label;
  const groups = grouping();
  const dot = styled(element("i", { class: "dot" }), { "--swatch": groups ? `var(--group-${groups.of[label]})` : swatchOf(subject) });
  const level = isNode ? depth[subject] - 1 : 0;
  const remarks = isNode ? remarksOn(subject) : [];
  const cell = element(
    "div", { role: "rowheader", class: "name", title: labels.path[label] },
    element("span", { class: isParent ? "twist" : "twist none", "aria-hidden": "true" }),
    level > DEEPEST ? element("small", { title: "How deep it lies" }, count(level + 1)) : null,
    dot,
    element("span", { class: "text" }, ...highlighted(labels.name[label])),
    ...remarks.map((remark) => element("small", {}, remark)),
  );
  return styled(cell, { "--depth": Math.min(level, DEEPEST) });
}

function figureCell(column, subject) {
  const cell = element("div", { role: "gridcell", class: "figure" }, cellText(column, subject));
  if (!column.bar) return cell;
  const whole = weighed("time").sums[ALL];
  const share = whole > 0 ? figureOf(column, subject) / whole : 0;
  cell.classList.add("barred");
  return styled(cell, { "--share": Number.isFinite(share) ? Math.min(share, 1) : 0 });
}
