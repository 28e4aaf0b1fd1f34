// Elements of the page, made by hand: text is only ever set as text, so that no name becomes markup.

const byId = (id) => document.getElementById(id);

/** `element("p", { class: "note" }, "text", child…)`; attributes that are null are left out. */
function element(name, attributes = {}, ...children) {
  return fill(document.createElement(name), attributes, children);
}

function svg(name, attributes = {}, ...children) {
  return fill(document.createElementNS("http://www.w3.org/2000/svg", name), attributes, children);
}

function fill(made, attributes, children) {
  for (const [key, value] of Object.entries(attributes)) {
    if (value === null || value === undefined) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

/** A colour is a class's or a property's; style attributes are refused by the page's own policy. */
function styled(made, properties) {
  for (const [key, value] of Object.entries(properties)) made.style.setProperty(key, value);
  return made;
}

/** Text with what was searched for marked in it. */
function highlighted(text) {
  const at = searched.find(text);
  if (!at) return [text];
  return [text.slice(0, at[0]), element("mark", {}, text.slice(at[0], at[1])), text.slice(at[1])];
}

/** A long path without its middle, which a null stands for. */
function shortened(path) {
  return path.length > 14 ? [...path.slice(0, 3), null, ...path.slice(-8)] : path;
}

/** A group of buttons of which one is chosen, by arrow keys, too. */
function radios(group, options, chosen, choose) {
  const buttons = options.map(([value, label, title]) => {
    const isChosen = value === chosen;
    const attributes = { type: "button", role: "radio", title, "aria-checked": isChosen, tabindex: isChosen ? 0 : -1, "data-value": value };
    return element("button", { ...attributes, onclick: () => choose(value) }, label);
  });
  group.replaceChildren(...buttons);
  group.onkeydown = (event) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const at = buttons.indexOf(document.activeElement);
    const next = (at + step + buttons.length) % buttons.length;
    choose(options[next][0]);
    group.children[next].focus();
  };
}
