// Draws the frames: those above the zoomed one at full width, then all below that are wide enough to be seen.

/** Fingers are larger than pointers. */
const ROW = matchMedia("(pointer: coarse)").matches ? 30 : 22;
const GAP = 1, NARROWEST = 1.2, PADDING = 6;

const canvas = byId("canvas");
const flameScroll = byId("flame-scroll");
const pen = canvas.getContext("2d");

/** What was drawn: for each row, frames from left to right as `{ frame, x, width, more }`. */
let rows = [];
let hovered = null;
let isDue = false;

/** Draws before the next frame of the screen, however often it's asked for. */
function redraw() {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    // Unless it was drawn at once, meanwhile.
    if (isDue) drawFlame();
  });
}

/** Which frames are seen, and where. What's too narrow becomes one block, so that nothing is left out. */
function layOut(width) {
  const above = framesTo(state.zoom);
  rows = above.map((frame) => [{ frame, x: 0, width, more: 0 }]);
  const whole = view.sum(state.zoom);
  if (!(whole > 0)) return;
  const scale = width / whole;
  const open = [[state.zoom, 0, above.length]];
  while (open.length > 0) {
    const [frame, left, row] = open.pop();
    const below = view.children(frame);
    let x = left;
    for (let at = 0; at < below.length; at++) {
      const child = below[at];
      const wide = view.sum(child) * scale;
      if (wide < NARROWEST) {
        let rest = 0;
        let more = 0;
        for (; at < below.length; at++) {
          rest += view.sum(below[at]);
          more += view.sum(below[at]) > 0;
        }
        if (rest * scale >= 0.2) (rows[row] ??= []).push({ frame, x, width: rest * scale, more });
        break;
      }
      (rows[row] ??= []).push({ frame: child, x, width: wide, more: 0 });
      open.push([child, x, row + 1]);
      x += wide;
    }
  }
  for (const row of rows) row.sort((a, b) => a.x - b.x);
}

/** Takes what was chosen to the screen. */
function drawFlame() {
  isDue = false;
  performance.mark("draw");
  const width = flameScroll.clientWidth;
  layOut(width);
  byId("flame-height").style.height = `${rows.length * ROW}px`;
  const height = Math.min(flameScroll.clientHeight, Math.max(rows.length * ROW, ROW));
  const density = window.devicePixelRatio || 1;
  if (canvas.width !== Math.round(width * density) || canvas.height !== Math.round(height * density)) {
    canvas.width = Math.round(width * density);
    canvas.height = Math.round(height * density);
    canvas.style.width = `${width}px`;
    canvas.style.height = `${height}px`;
  }
  pen.setTransform(density, 0, 0, density, 0, 0);
  pen.clearRect(0, 0, width, height);
  pen.font = `12px ${getComputedStyle(document.body).fontFamily}`;
  pen.textBaseline = "middle";
  const top = flameScroll.scrollTop;
  const chosen = view.frameOf(state.chosen);
  for (let row = Math.floor(top / ROW); row < rows.length && row * ROW - top < height; row++) {
    for (const shown of rows[row] ?? []) drawFrame(shown, row * ROW - top, chosen);
  }
  performance.measure("flame", "draw");
}

function drawFrame(shown, y, chosen) {
  const { frame, x, width, more } = shown;
  const wide = Math.max(width - (width > 3 ? GAP : 0.3), 0.4);
  const isAbove = frame !== state.zoom && more === 0 && x === 0 && width === canvas.clientWidth && isAncestor(frame);
  const dim = more > 0 ? searched.labels !== null || state.group !== null : isDim(frame);
  pen.globalAlpha = isAbove ? 0.55 : 1;
  pen.fillStyle = more > 0 ? colours.rest : dim ? colours.dim : colourOf(frame);
  pen.beginPath();
  pen.roundRect(x, y, wide, ROW - GAP, wide > 8 ? 3 : 0);
  pen.fill();
  if (more === 0 && view.isStriped(frame) && wide > 4) stripe(x, y, wide);
  if (hovered && hovered.frame === frame && hovered.more === more) {
    pen.fillStyle = colours.hover;
    pen.fill();
  }
  if (wide > 28) {
    pen.fillStyle = dim ? colours.dimText : colours.text;
    const text = more > 0 ? `… ${count(more)} more` : view.name(frame);
    write(text, x + PADDING, y + ROW / 2, wide - 2 * PADDING, more === 0 && frame === view.root);
  }
  pen.globalAlpha = 1;
  if (more === 0 && frame === chosen) {
    pen.strokeStyle = colours.ring;
    pen.lineWidth = 2;
    pen.beginPath();
    pen.roundRect(x + 1, y + 1, Math.max(wide - 2, 1), ROW - GAP - 2, 2);
    pen.stroke();
  }
}

function isAncestor(frame) {
  for (let above = view.parent(state.zoom); above >= 0; above = view.parent(above)) if (above === frame) return true;
  return false;
}

/** Parallel frames aren't part of the time of the frame above. */
function stripe(x, y, width) {
  pen.save();
  pen.clip();
  pen.strokeStyle = colours.stripe;
  pen.lineWidth = 2;
  pen.beginPath();
  for (let at = x - ROW - (x % 8); at < x + width; at += 8) {
    pen.moveTo(at, y + ROW);
    pen.lineTo(at + ROW, y);
  }
  pen.stroke();
  pen.restore();
}

/** Text that's cut to fit; for the root, with what it stands for. */
function write(text, x, y, room, isRoot) {
  const full = isRoot ? `${text} · ${view.weight.format(view.sum(view.root))}` : text;
  if (pen.measureText(full).width <= room) {
    pen.fillText(full, x, y);
    return;
  }
  let [low, high] = [0, full.length];
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (pen.measureText(`${full.slice(0, middle)}…`).width <= room) low = middle;
    else high = middle - 1;
  }
  if (low > 0) pen.fillText(`${full.slice(0, low)}…`, x, y);
}

/** What's at a place of the canvas; a pointer's place is whole pixels, so the narrowest may be one aside. */
function frameAt(x, y) {
  const row = rows[Math.floor((y + flameScroll.scrollTop) / ROW)];
  const isAt = (shown, aside) => x >= shown.x - aside && x < shown.x + shown.width + aside;
  return row?.find((shown) => isAt(shown, 0)) ?? row?.find((shown) => isAt(shown, 1)) ?? null;
}

/** Where the graph is zoomed into, as links. */
function drawCrumbs() {
  const path = framesTo(state.zoom);
  const crumbs = byId("crumbs");
  crumbs.hidden = path.length < 2;
  crumbs.replaceChildren(...shortened(path).flatMap((frame) => {
    if (frame === null) return [element("span", {}, "…"), element("span", { "aria-hidden": "true" }, "›")];
    const isLast = frame === state.zoom;
    const crumb = element("button", { type: "button", "aria-current": isLast ? "true" : null, onclick: () => zoomTo(frame) }, view.name(frame));
    return isLast ? [crumb] : [crumb, element("span", { "aria-hidden": "true" }, "›")];
  }));
}

function drawNote() {
  const parts = [state.isInverted
    ? "Functions on top, their callers below; each as wide as what its own calls weigh there."
    : "A frame is as wide as all own figures in it and below, so nothing is counted twice or left out."];
  if (base) parts.push("One run a side shows what differed; whether that's noise takes several.");
  const { component } = view.weight;
  if (component?.isSampled) parts.push("Figures are estimated from a sample.");
  if (component?.isSigned) parts.push("Figures below 0 count by their magnitude.");
  if (component?.isEvent) parts.push("Each frame's own figure is what it observed itself, whatever was observed within.");
  let isParallel = false;
  for (let node = 0; node < NODES && !isParallel; node++) isParallel = has(node, PARALLEL);
  if (isParallel && !state.isInverted) {
    parts.push("Striped frames ran beside the one above, on other threads or in other tasks: that one is as wide as both, while its total leaves them out.");
  }
  if (components.some((known) => known.isMeasured && known.isRatio)) parts.push("Ratios have no width: shares of different wholes don't add up.");
  byId("flame-note").textContent = parts.join(" ");
}
