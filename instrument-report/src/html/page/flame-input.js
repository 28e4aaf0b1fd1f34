// The graph under mouse, finger and keyboard: tooltips, zooming, moving from frame to frame.

const tooltip = byId("tooltip");
/** The frame that arrow keys move from. */
let current = -1;

function zoomTo(frame) {
  performance.mark("zoom");
  change({ zoom: frame });
  // Of a deep one, those right above it are to be seen, and it itself.
  const row = framesTo(frame).length - 1;
  flameScroll.scrollTop = (row + 4) * ROW > flameScroll.clientHeight ? (row - 4) * ROW : 0;
}

/** Back to the frame above. */
function zoomOut() {
  const above = view.parent(state.zoom);
  if (above >= 0) zoomTo(above);
}

function choose(chosen) {
  change({ chosen });
}

canvas.addEventListener("click", (event) => {
  const shown = frameAt(event.offsetX, event.offsetY);
  if (!shown) return;
  current = shown.frame;
  const chosen = shown.more === 0 ? view.chosen(shown.frame) : null;
  if (chosen) choose(chosen);
  // A click on what's zoomed into goes back, and one on a block of narrow frames makes room for them.
  if (shown.more === 0 && shown.frame === state.zoom) zoomOut();
  else zoomTo(shown.frame);
});

canvas.addEventListener("pointermove", (event) => {
  const shown = frameAt(event.offsetX, event.offsetY);
  if (shown !== hovered) {
    hovered = shown;
    redraw();
  }
  if (shown) showTooltip(shown, event.clientX, event.clientY);
  else hideTooltip();
});
canvas.addEventListener("pointerleave", hideTooltip);
flameScroll.addEventListener("scroll", redraw, { passive: true });

function hideTooltip() {
  tooltip.hidden = true;
  if (hovered) {
    hovered = null;
    redraw();
  }
}

/** Name, figures and shares of what's under the pointer. */
function showTooltip(shown, x, y) {
  tooltip.replaceChildren(...tooltipOf(shown));
  tooltip.hidden = false;
  const { offsetWidth, offsetHeight } = tooltip;
  const left = Math.max(8, Math.min(x + 14, innerWidth - offsetWidth - 8));
  const below = y + 18 + offsetHeight < innerHeight;
  styled(tooltip, { left: `${left}px`, top: `${below ? y + 18 : Math.max(8, y - offsetHeight - 12)}px` });
}

function tooltipOf({ frame, more }) {
  if (more > 0) {
    return [element("strong", {}, `${count(more)} more`), element("p", {}, `below ${view.name(frame)}, too narrow to be drawn; click to zoom in`)];
  }
  return [element("strong", {}, view.name(frame)), element("dl", {}, linesOf(frame).flatMap(([term, figure]) =>
    [element("dt", {}, term), element("dd", {}, figure)]))];
}

/** What's said of a frame, in the tooltip and to screen readers. */
function linesOf(frame) {
  const { weight } = view;
  const above = view.parent(frame);
  const sum = view.sum(frame);
  const lines = [[`${weight.name}, all below`, weight.format(sum)], ["of all", percent(sum / view.sum(view.root))]];
  if (above > 0 || (above >= 0 && above !== view.root)) lines.push([`of ${view.name(above)}`, percent(sum / view.sum(above))]);
  if (state.isInverted || frame === ALL) return lines;
  if (base) lines.push(["Own, base", marked(time(base.own[frame]), base.isVague[frame] === 1)], ["Change of own", changeText(changed(nodes.own[frame], base.own[frame]))]);
  const vague = isVague(frame);
  lines.push(["Own time", marked(time(nodes.own[frame]), vague)], ["Total time", marked(time(nodes.total[frame]), vague)]);
  lines.push([has(frame, TIMED) ? "Calls" : "Observed", count(nodes.count[frame])]);
  const remarks = remarksOn(frame);
  if (remarks.length > 0) lines.push(["Remarks", remarks.join(", ")]);
  lines.push(["Module", moduleOf(labelOf(frame))]);
  return lines;
}

/** Moves to the frame above, below or beside. */
function move(key) {
  const start = current >= 0 ? current : state.zoom;
  const above = view.parent(start);
  const siblings = above >= 0 ? [...view.children(above)] : [];
  const at = siblings.indexOf(start);
  const next = {
    ArrowUp: above,
    ArrowDown: view.children(start)[0] ?? -1,
    ArrowLeft: siblings[at - 1] ?? -1,
    ArrowRight: siblings[at + 1] ?? -1,
  }[key];
  if (next === undefined || next < 0 || !(view.sum(next) > 0 || next === view.root)) return;
  current = next;
  // What's not below the zoomed frame isn't on the screen.
  if (!framesTo(next).includes(state.zoom)) zoomTo(next);
  choose(view.chosen(next));
  const row = framesTo(next).length - 1;
  if (row * ROW < flameScroll.scrollTop) flameScroll.scrollTop = row * ROW;
  if ((row + 1) * ROW > flameScroll.scrollTop + flameScroll.clientHeight) flameScroll.scrollTop = (row + 1) * ROW - flameScroll.clientHeight;
  byId("flame-status").textContent = `${view.name(next)}: ${linesOf(next).map((line) => line.join(" ")).join(", ")}`;
}

canvas.addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key.startsWith("Arrow")) move(event.key);
  else if (event.key === "Enter" || event.key === " ") zoomTo(current >= 0 ? current : state.zoom);
  else if (event.key === "Escape" || event.key === "Backspace") zoomOut();
  else if (event.key === "Home") zoomTo(view.root);
  else return;
  event.preventDefault();
});
