// The graph: what the filters leave, with namespaces as boxes that open and close.

const MANY_NODES = 60;
const MANY_EDGES = 900;
const graph = { cy: null, chosen: null, folds: new Map(), all: [] };
const pen = document.createElement("canvas").getContext("2d");
const FONT = '12px system-ui, "DejaVu Sans", sans-serif';

const color = (name) => getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

function sizeOf(label) {
  pen.font = FONT;
  const lines = label.split("\n");
  const width = Math.max(...lines.map((line) => pen.measureText(line).width));
  return { w: Math.max(60, Math.ceil(width) + 26), h: 18 + 15 * lines.length };
}

const cut = (text, most = 34) => (text.length <= most ? text : `${text.slice(0, most - 1)}…`);

function labelOf(node) {
  if (node.kind === "addresses") return cut(node.title, 30);
  const names = node.workloads.map((one) => cut(one.title.slice(one.title.indexOf("/") + 1).replace(/\[(.*?)\]$/, "")));
  const lines = names.length <= 5 ? names : [...names.slice(0, 4), `and ${names.length - 4} more`];
  // What they may send to each other is no line of its own: it would lie below the names.
  const own = node.workloads.length > 1 ? inner.get(node.index) : undefined;
  const kinds = own === undefined ? [] : shownKinds(own);
  return [...lines, ...(kinds.length ? [`⟲ ${cut(lineText(own, kinds), 30)}`] : [])].join("\n");
}

const inner = new Map(edges.filter((edge) => edge.from === edge.to).map((edge) => [edge.from, edge]));

// How a node's border says whether policies isolate it.
function isolationClass(node) {
  const found = ["ingress", "egress"].map((direction) => isolationOf(node, direction));
  if (found.includes(null)) return "isolation-unknown";
  return ["isolation-none", "isolation-one", "isolation-both"][found.filter(Boolean).length];
}

function stateClass(node) {
  const states = new Set(node.workloads.map((one) => one.state));
  return states.size === 1 && !states.has("kept") && !states.has(undefined) ? [...states][0] : "";
}

function isFolded(namespace, count) {
  return graph.folds.get(namespace) ?? (count > MANY_NODES && namespaces.length > 1);
}

// What changes inside a namespace, by kind: its own lines are not drawn while it is folded.
function changesInside(edges, name) {
  const own = edges.filter((edge) => namespaceOf(edge.source) === name && namespaceOf(edge.target) === name);
  return KINDS.filter((kind) => !kind.style)
    .map((kind) => [kind, own.filter((edge) => shownKinds(edge).includes(kind)).length])
    .filter(([, number]) => number > 0);
}

// The elements for what is left: leaves by namespace, addresses at the sides, edges between what is visible put together.
function elementsOf(left) {
  const count = left.nodes.filter((node) => node.kind !== "addresses").length;
  const byNamespace = new Map();
  for (const node of left.nodes) {
    const name = namespaceOf(node);
    if (name !== null) byNamespace.set(name, [...(byNamespace.get(name) ?? []), node]);
  }
  const groups = [];
  const alone = [];
  const elements = [];
  const idOf = new Map();
  for (const [name, members] of [...byNamespace].sort((a, b) => collator.compare(a[0], b[0]))) {
    const id = `namespace ${name}`;
    const total = members.reduce((sum, node) => sum + node.workloads.length, 0);
    if (isFolded(name, count)) {
      const changes = isDiff ? changesInside(left.edges, name) : [];
      const label = [cut(name), plural(total, "workload"), ...changes.map(([kind, number]) => `${kind.sign}${number} ${kind.name}`)].join("\n");
      alone.push({ id, ...sizeOf(label) });
      elements.push({ data: { id, label, namespace: name, ...sizeOf(label) }, classes: `folded ${changes[0]?.[0].key ?? ""}` });
      for (const node of members) idOf.set(node.index, id);
      continue;
    }
    elements.push({ data: { id, label: cut(name), namespace: name }, classes: "namespace" });
    const leaves = members.map((node) => ({ id: `node ${node.index}`, ...sizeOf(labelOf(node)) }));
    groups.push({ id, leaves });
    members.forEach((node, index) => {
      idOf.set(node.index, leaves[index].id);
      const classes = ["workloads", isolationClass(node), stateClass(node), left.found.has(node.index) ? "found" : ""];
      const own = { ...leaves[index], label: labelOf(node), parent: id, node: node.index };
      elements.push({ data: own, classes: classes.join(" ") });
    });
  }
  const outside = new Map();
  const endOf = (node, side) => {
    if (node.kind !== "addresses") return idOf.get(node.index);
    const id = `${side} ${node.index}`;
    if (!outside.has(id)) {
      const label = labelOf(node);
      outside.set(id, true);
      alone.push({ id, side, ...sizeOf(label) });
      const classes = `addresses ${left.found.has(node.index) ? "found" : ""}`;
      elements.push({ data: { id, label, node: node.index, ...sizeOf(label) }, classes });
    }
    return id;
  };
  const together = new Map();
  for (const edge of left.edges) {
    if (edge.from === edge.to) continue;
    const [source, target] = [endOf(edge.source, "left"), endOf(edge.target, "right")];
    if (source === target && source.startsWith("namespace ")) continue;
    const key = `${source}\n${target}`;
    if (!together.has(key)) together.set(key, { source, target, edges: [] });
    together.get(key).edges.push(edge);
  }
  const lines = [...together].map(([key, { source, target, edges: own }]) => {
    const kinds = KINDS.filter((kind) => own.some((edge) => shownKinds(edge).includes(kind)));
    const label = own.length === 1 ? cut(lineText(own[0], shownKinds(own[0])), 40) : `${own.length} connections`;
    const row = { id: `edge ${key}`, source, target, label, edges: own.map((edge) => edge.index) };
    return { data: row, classes: `line ${kinds[0].style ?? kinds[0].key} ${own.length > 1 ? "several" : ""}` };
  });
  const links = [...together.values()].map((one) => [one.source, one.target]);
  const at = arrangeAll(groups, alone, links);
  for (const element of elements) {
    const position = at.get(element.data.id);
    if (position) element.position = { ...position };
  }
  return { elements, lines };
}

function styleOf() {
  const line = (name, more = {}) => ({
    selector: `edge.${name}`,
    style: { "line-color": color(name), "target-arrow-color": color(name), color: color(name), ...more },
  });
  const border = (name, style, width) => ({
    selector: `node.isolation-${name}`,
    style: { "border-style": style, "border-width": width },
  });
  return [
    {
      selector: "node",
      style: {
        label: "data(label)", "font-family": 'system-ui, "DejaVu Sans", sans-serif', "font-size": 12,
        "text-wrap": "wrap", "line-height": 1.2, "text-valign": "center", "text-halign": "center", color: color("text"),
        "background-color": color("node"), "border-color": color("node-line"), "border-width": 1,
        shape: "round-rectangle", "overlay-opacity": 0,
      },
    },
    { selector: "node[w]", style: { width: "data(w)", height: "data(h)" } },
    {
      selector: "node.namespace",
      style: {
        "text-valign": "top", "text-margin-y": 17, "font-weight": 600, "background-color": color("group"),
        "border-color": color("group-line"), padding: "22px", "compound-sizing-wrt-labels": "exclude",
        "min-width": "90px",
      },
    },
    { selector: "node.folded", style: { "background-color": color("group"), "border-color": color("group-line"), "border-width": 4, "border-style": "double" } },
    ...["opened", "closed", "uncertain"].map((name) => ({ selector: `node.folded.${name}`, style: { "border-color": color(name === "uncertain" ? "unknown" : name) } })),
    { selector: "node.addresses", style: { shape: "ellipse", "background-color": color("panel"), "border-color": color("soft") } },
    border("both", "solid", 3),
    border("one", "solid", 1),
    border("none", "dashed", 1.5),
    border("unknown", "dotted", 2),
    { selector: "node.added", style: { "border-color": color("opened"), "border-width": 3 } },
    { selector: "node.removed", style: { "border-color": color("closed"), "border-width": 3, opacity: 0.6 } },
    {
      selector: "edge",
      style: {
        width: 1.5, "curve-style": "bezier", "control-point-step-size": 34, "target-arrow-shape": "triangle", "arrow-scale": 0.9,
        "font-family": 'system-ui, "DejaVu Sans", sans-serif', "font-size": 10, "text-background-color": color("back"),
        "text-background-opacity": 0.85, "text-background-padding": "1px", "overlay-opacity": 0, "text-rotation": "autorotate",
      },
    },
    { selector: "edge.labelled", style: { label: "data(label)" } },
    { selector: "edge.several", style: { width: 3 } },
    line("allow"),
    line("unknown", { "line-style": "dashed" }),
    line("same", { opacity: 0.7 }),
    line("opened", { width: 3 }),
    line("closed", { width: 3, "line-style": "dashed", "target-arrow-shape": "tee" }),
    line("uncertain", { width: 2, "line-style": "dotted", "line-color": color("unknown"), "target-arrow-color": color("unknown"), color: color("unknown") }),
    { selector: "node.found", style: { "background-color": color("mark") } },
    { selector: ".away", style: { opacity: 0.18 } },
    { selector: "edge.chosen", style: { width: 4, "z-index": 9, label: "data(label)", "font-size": 12 } },
    { selector: "node.chosen", style: { "border-color": color("accent"), "border-width": 3, "border-style": "solid" } },
  ];
}

function startGraph(choose) {
  graph.cy = cytoscape({
    container: byId("graph"), elements: [], style: styleOf(), layout: { name: "preset" }, minZoom: 0.03, maxZoom: 4,
    boxSelectionEnabled: false, autounselectify: true,
  });
  graph.cy.on("tap", (event) => {
    if (event.target === graph.cy) {
      choose(null);
      return;
    }
    const own = event.target.data();
    if (event.target.isEdge()) choose(own.edges.length === 1 ? { edge: own.edges[0] } : { edges: own.edges });
    else if (own.namespace !== undefined) choose({ namespace: own.namespace });
    else choose({ node: own.node });
  });
  graph.cy.on("dbltap", "node.namespace, node.folded", (event) => {
    const name = event.target.data("namespace");
    fold(name, event.target.hasClass("namespace"));
  });
  graph.cy.on("mouseover", "node, edge", () => byId("graph").classList.add("pointing"));
}

function fold(name, closed) {
  graph.folds.set(name, closed);
  drawGraph(filtered());
}

function drawGraph(left, fit = true) {
  const { elements, lines } = elementsOf(left);
  const isTooMuch = lines.length > MANY_EDGES;
  graph.all = lines;
  graph.isTooMuch = isTooMuch;
  graph.cy.batch(() => {
    graph.cy.elements().remove();
    graph.cy.add(elements);
    if (!isTooMuch) graph.cy.add(lines);
  });
  if (lines.length <= 60) graph.cy.edges().addClass("labelled");
  const note = byId("graph-note");
  note.hidden = !isTooMuch && left.nodes.length > 0;
  note.textContent = isTooMuch
    ? `${plural(lines.length, "line")} would cover each other: choose a node to see its own, collapse namespaces, or filter.`
    : left.nodes.length
      ? ""
      : "Nothing is left: the filters exclude everything.";
  showChosen();
  if (fit) fitGraph();
}

function fitGraph() {
  graph.cy.resize();
  graph.cy.fit(undefined, 36);
  if (graph.cy.zoom() > 1.3) {
    graph.cy.zoom(1.3);
    graph.cy.center();
  }
}

// Which elements a choice means.
function isChosen(element) {
  const [chosen, own] = [graph.chosen, element.data()];
  if (!chosen) return false;
  if (element.isEdge()) {
    if (chosen.edge !== undefined) return own.edges.includes(chosen.edge);
    return chosen.edges !== undefined && own.edges.length > 0 && chosen.edges.includes(own.edges[0]);
  }
  return (chosen.node !== undefined && own.node === chosen.node) || (chosen.namespace !== undefined && own.namespace === chosen.namespace);
}

// Brings out what is chosen, with its connections, and lets the rest step back.
function showChosen() {
  const { cy, chosen } = graph;
  cy.batch(() => {
    cy.elements().removeClass("away chosen");
    if (graph.isTooMuch) cy.edges().remove();
    if (!chosen) return;
    if (graph.isTooMuch) {
      const ids = new Set(cy.nodes().filter(isChosen).map((one) => one.id()));
      const wanted = new Set(chosen.edges ?? (chosen.edge !== undefined ? [chosen.edge] : []));
      cy.add(
        graph.all.filter(
          ({ data: own }) => ids.has(own.source) || ids.has(own.target) || own.edges.some((number) => wanted.has(number)),
        ),
      );
    }
    const found = cy.elements().filter(isChosen);
    if (found.empty()) return;
    found.addClass("chosen");
    const inside = found.union(found.descendants()).union(found.connectedNodes());
    const lines = found.edges().nonempty() ? found.edges() : inside.connectedEdges();
    const near = inside.union(lines).union(lines.connectedNodes());
    const kept = near.union(near.ancestors());
    cy.elements().not(kept).addClass("away");
  });
}

function restyleGraph() {
  graph.cy.style(styleOf());
}
