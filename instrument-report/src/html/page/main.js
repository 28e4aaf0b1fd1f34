// Puts the page together: what's chosen where, which parts are drawn anew when, the first paint and what comes after.

function drawControls() {
  byId("weight").replaceChildren(...weights.map((weight) => element("option", { value: weight.id, selected: weight.id === state.weight ? "" : null }, weight.name)));
  byId("colouring").replaceChildren(...Object.entries(COLOURINGS).map(([value, name]) =>
    element("option", { value, selected: value === state.colouring ? "" : null }, name)));
  radios(byId("direction"), [["total", "Total", "Callers on top"], ["own", "Own", "Functions on top, callers below"]],
    state.isInverted ? "own" : "total", (value) => change({ isInverted: value === "own" }));
  radios(byId("mode"), [["tree", "Tree", "A row a call path"], ["functions", "Functions", "A row a function, over all call paths"]],
    state.mode, (mode) => change({ mode }));
}

byId("weight").addEventListener("change", (event) => change({ weight: event.target.value }));
byId("colouring").addEventListener("change", (event) => change({ colouring: event.target.value, group: null }));
byId("expand").addEventListener("click", () => setAll(1));
byId("collapse").addEventListener("click", () => setAll(0));

function setAll(open) {
  isOpen.fill(open || (leadsToMatch ? 2 : 0));
  listRows();
}

const searchBox = byId("search");
searchBox.addEventListener("input", () => search(searchBox.value));
searchBox.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  event.preventDefault();
  if (searchBox.value) {
    searchBox.value = "";
    search("");
  } else {
    searchBox.blur();
  }
});
document.addEventListener("keydown", (event) => {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.target.matches("input, select")) return;
  event.preventDefault();
  searchBox.focus();
  searchBox.select();
});

function drawMatched() {
  const matched = byId("matched");
  if (!searched.labels) {
    matched.textContent = "";
    return;
  }
  const weight = weighed(state.weight);
  const { share, sum, found } = matchedShare(weight);
  matched.textContent = found === 0
    ? "Nothing matches."
    : `${plural(found, "call path")} of ${count(NODES)} match: ${percent(share)} of ${weight.what}, ${weight.format(sum)} with all below.`;
}

// The theme: the system's, until it's switched.
const dark = matchMedia("(prefers-color-scheme: dark)");
const isDark = () => (document.documentElement.dataset.theme ?? (dark.matches ? "dark" : "light")) === "dark";

function drawTheme() {
  readColours();
  byId("theme").textContent = isDark() ? "Light" : "Dark";
  byId("theme").setAttribute("aria-label", isDark() ? "Switch to the light theme" : "Switch to the dark theme");
  redraw();
}
byId("theme").addEventListener("click", () => {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  drawTheme();
  drawLegend();
});
dark.addEventListener("change", () => {
  drawTheme();
  drawLegend();
});

/** What's worth a look: the node with the most own time, or whose own time changed most. */
function chooseHeaviest() {
  const amounts = base ? base.own.map((before, node) => Math.abs(changed(nodes.own[node], before)) || 0) : weighed("time").amounts;
  let heaviest = 0;
  for (let node = 1; node < NODES; node++) if (amounts[node] > amounts[heaviest]) heaviest = node;
  if (NODES > 0 && !state.chosen) choose({ node: heaviest });
}

function drawView() {
  const before = view;
  chooseView();
  if (before !== view) {
    current = -1;
    // The same frame, if the call tree is shown by another weight.
    const isSameTree = before instanceof TopDown && view instanceof TopDown;
    state.zoom = isSameTree && view.sum(state.zoom) > 0 ? state.zoom : view.root;
  }
  drawCrumbs();
  drawNote();
  redraw();
}

on("weight isInverted", drawView);
on("weight isInverted mode", drawControls);
on("weight search", drawMatched);
on("zoom", () => { drawCrumbs(); drawFlame(); performance.measure("zoom", "zoom"); });
// The graph is what's looked at: the panel and the table follow once it has been drawn.
on("chosen", () => { redraw(); soon("chosen", () => { drawPanel(); reveal(); }); });
on("search", () => { findLeads(); listRows(); redraw(); });
on("colouring group", () => { drawLegend(); drawRows(); redraw(); });
on("sort isAscending mode", listRows);
on("mode", () => { byId("expand").hidden = byId("collapse").hidden = state.mode !== "tree"; });

new ResizeObserver(() => { redraw(); drawRowsSoon(); }).observe(flameScroll);

if (base) Object.assign(state, { colouring: "change", sort: "change" });
// Two colours say little.
else if (new Set(labels.module).size < 3) state.colouring = "function";
byId("flame").hidden = document.querySelector(".split").hidden = NODES === 0;
byId("nothing").hidden = NODES > 0;
chooseView();
state.zoom = view.root;
drawTheme();
drawFacts();
drawControls();
drawView();
drawLegend();
openFirst();
listRows();
drawPanel();
drawFlame();
performance.mark("drawn");

// What's behind this script in the file is read once the page can be seen.
addEventListener("DOMContentLoaded", () => requestAnimationFrame(() => setTimeout(() => {
  readDetails();
  drawRows();
  drawSections();
  chooseHeaviest();
  performance.mark("ready");
})));
