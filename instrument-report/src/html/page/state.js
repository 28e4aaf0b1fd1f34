// What was chosen on the page, and who wants to know when it changes.

const state = {
  weight: "time",
  /** Whether frames are functions with their callers below, as wide as their own figure. */
  isInverted: false,
  /** The frame that the graph is zoomed into; of the view at hand. */
  zoom: 0,
  /** What the panel is about: `{ node }` or `{ label }`; null for nothing. */
  chosen: null,
  mode: "tree",
  sort: "total",
  isAscending: false,
  colouring: "module",
  /** The group of colours that's singled out by the legend. */
  group: null,
};

const listeners = {};

function on(names, listener) {
  for (const name of names.split(" ")) (listeners[name] ??= []).push(listener);
}

const waiting = new Set();

/** Does something after the screen's next frame, once, however often it's asked for under a name. */
function soon(name, act) {
  if (waiting.has(name)) return;
  waiting.add(name);
  requestAnimationFrame(() => setTimeout(() => {
    waiting.delete(name);
    act();
  }));
}

/** Changes something, and tells who listens to its name. */
function change(changes) {
  const changed = Object.keys(changes).filter((name) => state[name] !== changes[name]);
  Object.assign(state, changes);
  const told = new Set(changed.flatMap((name) => listeners[name] ?? []));
  told.forEach((listener) => listener());
}
