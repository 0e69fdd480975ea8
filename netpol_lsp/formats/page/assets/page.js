// Puts the page together and listens to its user.

const VIEWS = [["graph", "Graph"], ["table", "Table"], ...(isDiff ? [] : [["exposure", "Exposure"]]), ["namespaces", "Namespaces"]];
const drawn = { tables: null, isGraphStale: true, view: "graph" };

// Chooses a node, an edge, a pair, a namespace, or nothing.
function choose(chosen) {
  graph.chosen = chosen;
  const left = filtered();
  const name = chosen?.node !== undefined ? namespaceOf(nodes[chosen.node]) : null;
  if (name !== null && graph.cy && graph.cy.getElementById(`namespace ${name}`).hasClass("folded")) {
    graph.folds.set(name, false);
    drawGraph(left);
  }
  showDetails(chosen, left);
  if (graph.cy && drawn.view === "graph") showChosen();
}

function update() {
  const left = filtered();
  drawn.isGraphStale = true;
  drawn.tables.show(left);
  if (drawn.view === "graph") showGraph(left);
  if (!graph.chosen) showDetails(null, left);
  const among = left.edges.length === edges.length ? "" : ` of ${edges.length.toLocaleString("en")}`;
  byId("count").textContent = `${left.edges.length.toLocaleString("en")}${among} connections shown`;
}

function showGraph(left = filtered()) {
  if (!graph.cy) startGraph(choose);
  drawGraph(left);
  drawn.isGraphStale = false;
}

function showView(name) {
  drawn.view = name;
  for (const [id] of VIEWS) {
    const isIt = id === name;
    byId(`view-${id}`).hidden = !isIt;
    byId(`tab-${id}`).setAttribute("aria-selected", String(isIt));
    byId(`tab-${id}`).tabIndex = isIt ? 0 : -1;
  }
  if (name === "graph") {
    if (drawn.isGraphStale) showGraph();
    else showChosen();
  }
}

function makeTabs() {
  const tabs = VIEWS.map(([id, title]) =>
    el("button", { type: "button", role: "tab", id: `tab-${id}`, "aria-controls": `view-${id}`, onclick: () => showView(id) }, title));
  byId("tabs").append(...tabs);
  byId("tabs").addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    const now = tabs.indexOf(document.activeElement);
    if (!step || now < 0) return;
    const next = tabs[(now + step + tabs.length) % tabs.length];
    next.focus();
    next.click();
  });
}

function makeFilters() {
  const kinds = KINDS.filter((kind) => edges.some((edge) => edge[kind.key] !== NONE) || kind.sign === "");
  // Of a large cluster a difference shows what changes, until the rest is asked for.
  const isQuiet = (kind) => isDiff && kind.style && nodes.length > MANY_NODES && edges.some((edge) => !edge.kinds[0].style);
  for (const kind of KINDS) {
    if (!isQuiet(kind)) filters.kinds.add(kind.key);
  }
  byId("verdicts").append(
    ...kinds.map((kind) =>
      el("label", {}, el("input", { type: "checkbox", checked: !isQuiet(kind), value: kind.key }), el("span", { class: kind.style ?? kind.key }, kind.name))),
  );
  byId("namespace").append(el("option", { value: "" }, "all"), ...namespaces.map((name) => el("option", { value: name }, name)));
  byId("ends").append(...[...byTitle.keys()].slice(0, 2000).map((title) => el("option", { value: title })));
  const form = byId("filters");
  const read = () => {
    filters.words = byId("search").value.toLowerCase().split(/\s+/).filter(Boolean);
    filters.namespace = byId("namespace").value;
    filters.isolation = byId("isolation").value;
    filters.outside = byId("outside").checked;
    const ports = parsePorts(byId("port").value);
    byId("port").setAttribute("aria-invalid", String(ports === null));
    byId("port").title = ports === null ? "a port is a number, a range or a protocol: 5432, 8000-8010/UDP, TCP" : "";
    filters.ports = ports ?? [];
    for (const box of byId("verdicts").querySelectorAll("input")) {
      if (box.checked) filters.kinds.add(box.value);
      else filters.kinds.delete(box.value);
    }
    update();
  };
  form.addEventListener("input", read);
  form.addEventListener("submit", (event) => event.preventDefault());
  // The fields are empty after the event only.
  form.addEventListener("reset", () => setTimeout(() => {
    graph.folds.clear();
    graph.chosen = null;
    read();
  }));
}

// Fills in the search, as the user would.
function searchFor(text) {
  graph.chosen = null;
  byId("search").value = text;
  byId("filters").dispatchEvent(new Event("input"));
}

// Light or dark: what the editor or the system has, until somebody chooses.
function makeTheme() {
  const system = matchMedia("(prefers-color-scheme: dark)");
  const body = document.body.classList;
  const inEditor = () => (body.contains("vscode-dark") || body.contains("vscode-high-contrast") ? "dark" : body.contains("vscode-light") ? "light" : null);
  let chosen = null;
  const use = () => {
    document.documentElement.dataset.theme = chosen ?? inEditor() ?? (system.matches ? "dark" : "light");
    if (graph.cy) restyleGraph();
    drawLegend();
  };
  byId("theme").addEventListener("click", () => {
    chosen = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
    use();
  });
  system.addEventListener("change", use);
  new MutationObserver(use).observe(document.body, { attributes: true, attributeFilter: ["class"] });
  let before = null;
  window.addEventListener("beforeprint", () => {
    before = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = "light";
    if (graph.cy) restyleGraph();
    drawn.tables.resize(PRINTED);
  });
  window.addEventListener("afterprint", () => {
    document.documentElement.dataset.theme = before ?? "light";
    if (graph.cy) restyleGraph();
    drawn.tables.resize(PAGE);
  });
  use();
}

const SVG = "http://www.w3.org/2000/svg";

function swatch(draw) {
  const picture = document.createElementNS(SVG, "svg");
  for (const [key, value] of Object.entries({ width: 44, height: 18, "aria-hidden": "true" })) picture.setAttribute(key, value);
  const shape = document.createElementNS(SVG, draw.shape);
  for (const [key, value] of Object.entries(draw.look)) shape.setAttribute(key, value);
  picture.append(shape);
  return picture;
}

function drawLegend() {
  const line = (name, width, dash) => ({ shape: "line", look: { x1: 2, y1: 9, x2: 42, y2: 9, stroke: color(name), "stroke-width": width, "stroke-dasharray": dash ?? "none" } });
  const box = (width, dash) => ({ shape: "rect", look: { x: 3, y: 3, width: 38, height: 12, rx: 3, fill: color("node"), stroke: color("node-line"), "stroke-width": width, "stroke-dasharray": dash ?? "none" } });
  const rows = [
    ...(isDiff
      ? [[line("opened", 3), "opened"], [line("closed", 3, "6 4"), "closed"], [line("unknown", 2, "2 3"), "changed, not known how"], [line("same", 1.5), "unchanged"]]
      : [[line("allow", 1.5), "allowed"], [line("unknown", 1.5, "6 4"), "not known"]]),
    [line("same", 4), "several connections together"],
    ["⟲", "among the workloads of a box"],
    [box(3), "isolated in both directions"],
    [box(1), "isolated in one direction"],
    [box(1.5, "5 3"), "not isolated"],
    [box(2, "2 2"), "not known"],
  ];
  byId("legend-list").replaceChildren(...rows.flatMap(([draw, text]) => [el("dt", {}, typeof draw === "string" ? draw : swatch(draw)), el("dd", {}, text)]));
}

function summary() {
  const workloads = nodes.filter((node) => node.kind !== "addresses").reduce((sum, node) => sum + node.workloads.length, 0);
  const all = `${plural(workloads, "workload")} in ${plural(namespaces.length, "namespace")}`;
  if (!isDiff) {
    const isolated = (key) => data.isolation.reduce((sum, row) => sum + row[key], 0);
    return `${all}; ${isolated("ingress")} ingress isolated, ${isolated("egress")} egress isolated`;
  }
  const pairs = (key) => edges.reduce((sum, edge) => sum + (edge[key] === NONE ? 0 : edge.pairs), 0);
  const parts = [`${pairs("opened")} opened`, `${pairs("closed")} closed`, ...(pairs("uncertain") ? [`${pairs("uncertain")} not known`] : [])];
  return `${data.before} → ${data.after}: ${parts.join(", ")}; ${all}`;
}

function start() {
  byId("title").textContent = document.title;
  byId("summary").textContent = summary();
  byId("notes").append(...data.notes.map((note) => el("li", {}, note)));
  byId("notes").hidden = !data.notes.length;
  const generator = document.querySelector('meta[name="generator"]').content;
  const plugin = data.plugin ? `network plugin: ${data.plugin}` : "network plugin not known: the specification alone decides";
  byId("footer").textContent = `${generator} · ${plugin} · graph by cytoscape.js (MIT)`;
  byId("skip").addEventListener("click", (event) => {
    event.preventDefault();
    showView("table");
    byId("view-table").focus();
  });
  byId("app").hidden = false;
  makeTabs();
  drawn.tables = makeTables();
  makeFilters();
  makeTheme();
  byId("fit").addEventListener("click", fitGraph);
  const zoom = (factor) => graph.cy.zoom({ level: graph.cy.zoom() * factor, renderedPosition: { x: graph.cy.width() / 2, y: graph.cy.height() / 2 } });
  byId("closer").addEventListener("click", () => zoom(1.3));
  byId("farther").addEventListener("click", () => zoom(1 / 1.3));
  for (const [id, closed] of [["collapse", true], ["expand", false]]) {
    byId(id).addEventListener("click", () => {
      for (const name of namespaces) graph.folds.set(name, closed);
      drawGraph(filtered());
    });
  }
  window.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && graph.chosen) choose(null);
    if (event.key === "/" && !/^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName)) {
      event.preventDefault();
      byId("search").focus();
    }
  });
  showView("graph");
  update();
  document.documentElement.dataset.ready = String(Math.round(performance.now()));
}

start();
