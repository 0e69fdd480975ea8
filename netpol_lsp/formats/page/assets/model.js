"use strict";
// The data of the page, and which of it the filters leave.

const data = JSON.parse(document.getElementById("data").textContent);
const isDiff = data.kind === "diff";
const NONE = -1;
const collator = new Intl.Collator("en", { numeric: true });

// What an edge may be, the most important first: key of the data, name, sign before its ports.
const KINDS = isDiff
  ? [
      { key: "opened", name: "opened", sign: "+ " },
      { key: "closed", name: "closed", sign: "− " },
      { key: "uncertain", name: "not known", sign: "? " },
      { key: "allow", name: "unchanged", sign: "= ", style: "same" },
      { key: "unknown", name: "unknown, unchanged", sign: "= ? ", style: "same" },
    ]
  : [
      { key: "allow", name: "allowed", sign: "" },
      { key: "unknown", name: "unknown", sign: "? " },
    ];

// How far a change reaches, the widest first.
const CLASSES = [
  ["opened-world", "Opened to or from outside"],
  ["opened-cross", "Opened across namespaces"],
  ["opened-inside", "Opened inside a namespace"],
  ["closed", "Closed"],
  ["uncertain", "Changed, but not known how"],
];

const namespaceOf = (node) => (node.kind === "addresses" ? null : (node.namespace ?? "(unknown namespace)"));

function titleOf(node) {
  return node.kind === "addresses" ? node.title : node.workloads.map((one) => one.title).join(", ");
}

// As `titleOf`, for places with little room.
function shortTitle(node, most = 3) {
  if (node.kind === "addresses") return node.title;
  const titles = node.workloads.map((one) => one.title);
  return titles.length <= most
    ? titles.join(", ")
    : `${titles.slice(0, most - 1).join(", ")} and ${titles.length - most + 1} more`;
}

function isolationOf(node, direction) {
  const found = new Set(node.workloads.map((one) => one[direction].isolated));
  return found.size === 1 ? [...found][0] : null;
}

const nodes = data.nodes.map((node, index) => ({
  ...node,
  index,
  text: [
    titleOf(node),
    ...(node.cidrs ?? []),
    ...(node.workloads ?? []).flatMap((one) => [
      ...Object.entries(one.labels).map(([key, value]) => `${key}=${value}`),
      ...["ingress", "egress"].flatMap((side) => one[side].policies.map((number) => data.policies[number].title)),
    ]),
  ]
    .join("\n")
    .toLowerCase(),
}));

const edges = data.edges.map((edge, index) => ({
  ...edge,
  index,
  source: nodes[edge.from],
  target: nodes[edge.to],
  // What it is, by kind; the first is what it is drawn as.
  kinds: KINDS.filter((kind) => edge[kind.key] !== NONE),
}));

const namespaces = [...new Set(nodes.map(namespaceOf).filter((name) => name !== null))].sort(collator.compare);

// Workloads of one kind to each other (replicas of one workload): true, but seldom what somebody looks for.
const isAmongReplicas = (edge) => edge.from === edge.to && edge.source.workloads.length === 1;

function trafficText(edge, kinds = edge.kinds) {
  return kinds.map((kind) => `${kind.sign}${data.traffic[edge[kind.key]].text}`).join("; ");
}

// The same for a line of the graph: of a change only what changes, and no sign where nothing does.
function lineText(edge, kinds) {
  const changed = kinds.filter((kind) => !kind.style);
  return trafficText(edge, changed.length ? changed : kinds).replace(/^= /, "");
}

// Ports as people write them, as intervals of protocol * 65536 + port; null for what is not a port.
const PROTOCOLS = { TCP: 6, UDP: 17, SCTP: 132, ICMP: 1, ICMPV6: 58 };
function parsePorts(text) {
  const found = [];
  for (const word of text.split(/[\s,;]+/).filter(Boolean)) {
    const match = /^(?:(\d{1,5})(?:-(\d{1,5}))?)?\/?([a-z]\w*)?$/i.exec(word);
    const name = match?.[3]?.toUpperCase();
    if (!match || (name && !(name in PROTOCOLS)) || (match[1] && Number(match[2] ?? match[1]) > 65535)) return null;
    const first = match[1] ? Number(match[1]) : 0;
    const last = match[1] ? Number(match[2] ?? match[1]) : 65535;
    for (const number of name ? [PROTOCOLS[name]] : [6, 17, 132]) {
      found.push([number * 65536 + first, number * 65536 + last]);
    }
  }
  return found;
}

const meets = (parts, wanted) => parts.some(([a, b]) => wanted.some(([c, d]) => a <= d && c <= b));

// What the user wants to see.
const filters = { words: [], namespace: "", ports: [], kinds: new Set(), isolation: "", outside: true };

function hasIsolation(node, wanted) {
  if (node.kind === "addresses") return true;
  const [ingress, egress] = [isolationOf(node, "ingress"), isolationOf(node, "egress")];
  switch (wanted) {
    case "ingress":
      return ingress === true;
    case "egress":
      return egress === true;
    case "both":
      return ingress === true && egress === true;
    case "open":
      return ingress === false || egress === false;
    case "unknown":
      return ingress === null || egress === null;
    default:
      return true;
  }
}

// The nodes and edges that the filters leave. `found`: those nodes that the search is about.
function filtered() {
  const matches = (node) => filters.words.every((word) => node.text.includes(word));
  const isMeant = (node) =>
    matches(node) && (filters.namespace === "" || namespaceOf(node) === filters.namespace);
  const isShown = nodes.map(
    (node) => hasIsolation(node, filters.isolation) && (filters.outside || node.kind !== "addresses"),
  );
  const meant = nodes.map((node) => isShown[node.index] && isMeant(node));
  const isAnyEdge = filters.ports.length === 0 && KINDS.every((kind) => filters.kinds.has(kind.key));
  const left = edges.filter((edge) => {
    if (!isShown[edge.from] || !isShown[edge.to] || !(meant[edge.from] || meant[edge.to])) return false;
    return edge.kinds.some(
      (kind) =>
        filters.kinds.has(kind.key) &&
        (filters.ports.length === 0 || meets(data.traffic[edge[kind.key]].parts, filters.ports)),
    );
  });
  const ends = new Set(left.flatMap((edge) => [edge.from, edge.to]));
  const kept = nodes.filter(
    (node) => ends.has(node.index) || (isAnyEdge && meant[node.index] && node.kind !== "addresses"),
  );
  const isSearched = filters.words.length > 0;
  return {
    nodes: kept,
    edges: left,
    found: new Set(isSearched ? kept.filter((node) => meant[node.index]).map((node) => node.index) : []),
  };
}

// The kinds of an edge that the filters leave.
const shownKinds = (edge) => edge.kinds.filter((kind) => filters.kinds.has(kind.key));
