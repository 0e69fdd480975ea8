// Elements from texts: nothing that comes from the data is ever read as HTML.

function el(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith("on")) element.addEventListener(key.slice(2), value);
    else if (value === true) element.setAttribute(key, "");
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(key, value);
  }
  element.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined));
  return element;
}

const byId = (id) => document.getElementById(id);

// The editor that shows the page, when there is one: places are links there.
const host = typeof acquireVsCodeApi === "function" ? acquireVsCodeApi() : null;

function whereOf(place) {
  const text = `${place.path}:${place.line}:${place.column}`;
  if (!host) return el("span", { class: "where" }, text);
  const open = () => host.postMessage({ command: "open", path: place.path, line: place.line, column: place.column });
  return el("button", { type: "button", class: "where", onclick: open }, text);
}

function placeElement(number) {
  if (number === NONE) return null;
  const place = data.places[number];
  return el("div", { class: "place" }, whereOf(place), el("pre", {}, el("code", {}, place.text)));
}

const plural = (count, word) => `${count.toLocaleString("en")} ${word}${count === 1 ? "" : "s"}`;
