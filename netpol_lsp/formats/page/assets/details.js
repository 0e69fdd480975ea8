// What is known of the thing that was chosen: a workload, a connection, a namespace; or the list of them all.

function nodeLink(node, text = shortTitle(node)) {
  return el("button", { type: "button", class: "link", onclick: () => choose({ node: node.index }) }, text);
}

function closeButton() {
  return el("button", { type: "button", class: "close", "aria-label": "Back to the list", onclick: () => choose(null) }, "×");
}

const heading = (title) => el("h2", { tabindex: "-1" }, title);

// The answer of a side or connection as a word.
const VERDICTS = { allow: "allowed", deny: "denied", unknown: "unknown" };
const tag = (kind, text) => el("span", { class: `tag ${kind}` }, text);

function isolationText(workload, direction) {
  const found = workload[direction];
  const count = found.policies.length;
  if (found.isolated === false) return `${direction}: not isolated, no policy restricts it`;
  if (found.isolated === null) return `${direction}: whether it is isolated is not known`;
  return `${direction}: isolated by ${plural(count, count === 1 ? "policy" : "policie")}`;
}

function doubtElements(doubts) {
  return doubts.map((doubt) => el("div", {}, el("p", { class: "unknown" }, `not known: ${doubt.text}`), placeElement(doubt.place)));
}

function policyElements(numbers) {
  return numbers.map((number) => {
    const policy = data.policies[number];
    const find = () => searchFor(policy.title);
    const title = el("button", { type: "button", class: "link", title: "Show what it selects", onclick: find }, policy.title);
    return el("li", {}, title, placeElement(policy.place));
  });
}

function workloadDetails(workload, isAlone) {
  const parts = [];
  if (!isAlone) parts.push(el("h4", {}, workload.title));
  if (workload.state === "added" || workload.state === "removed") {
    parts.push(el("p", {}, tag(workload.state === "added" ? "opened" : "closed", workload.state === "added" ? "new workload" : "workload is gone")));
  }
  parts.push(placeElement(workload.place));
  const labels = Object.entries(workload.labels);
  if (labels.length) parts.push(el("p", {}, labels.map(([key, value]) => el("span", { class: "label" }, `${key}=${value}`))));
  if (workload.ports.length) parts.push(el("p", { class: "soft" }, `ports: ${workload.ports.join(", ")}`));
  if (workload.hostNetwork !== undefined) {
    parts.push(el("p", { class: "unknown" }, workload.hostNetwork ? "uses the network of its node: policies need not hold" : "may use the network of its node"));
  }
  for (const direction of ["ingress", "egress"]) {
    parts.push(el("p", {}, isolationText(workload, direction)));
    if (workload[direction].policies.length) parts.push(el("ul", {}, policyElements(workload[direction].policies)));
    parts.push(...doubtElements(workload[direction].unknown));
  }
  return el("div", {}, parts);
}

function edgeItem(edge, other) {
  const kind = edge.kinds[0];
  const open = () => choose({ edge: edge.index });
  return el("li", {}, el("button", { type: "button", class: "link", onclick: open }, other === null ? edgeTitle(edge) : shortTitle(other)),
    " ", el("span", { class: kind.style ?? kind.key }, trafficText(edge)));
}

const edgeTitle = (edge) => `${shortTitle(edge.source)} → ${shortTitle(edge.target)}`;

function edgeLists(node) {
  const [incoming, outgoing] = [edges.filter((edge) => edge.to === node.index), edges.filter((edge) => edge.from === node.index)];
  return [
    el("h3", {}, `May be reached by (${incoming.length})`),
    incoming.length ? el("ul", { class: "plain" }, incoming.map((edge) => edgeItem(edge, edge.source))) : el("p", { class: "soft" }, "nobody"),
    el("h3", {}, `May reach (${outgoing.length})`),
    outgoing.length ? el("ul", { class: "plain" }, outgoing.map((edge) => edgeItem(edge, edge.target))) : el("p", { class: "soft" }, "nobody"),
  ];
}

function exposureElements(node) {
  if (!node.exposure?.length) return [];
  return [
    el("h3", {}, "Open to what no manifest shows"),
    el("ul", {}, node.exposure.map((item) =>
      el("li", {}, `${item.direction === "ingress" ? "from" : "to"} ${item.to}${item.ports ? `: ${item.ports}` : ""}`))),
  ];
}

function nodeDetails(node) {
  if (node.kind === "addresses") {
    return [closeButton(), heading(node.title), el("p", { class: "soft" }, "outside the cluster"),
      el("p", {}, node.cidrs.map((cidr) => el("span", { class: "label" }, cidr))), edgeLists(node)];
  }
  const count = node.workloads.length;
  return [
    closeButton(),
    heading(count === 1 ? node.workloads[0].title : `${plural(count, "workload")} of ${namespaceOf(node)} with the same connections`),
    node.workloads.map((workload) => workloadDetails(workload, count === 1)),
    edgeLists(node),
    exposureElements(node),
    askForm(node),
  ];
}

// Why a side is as it is, with the lines.
function sideElements(number, name) {
  if (number === NONE) return [];
  const side = data.sides[number];
  return [
    el("h4", {}, `${name}: `, tag(side.verdict, VERDICTS[side.verdict])),
    el("p", {}, side.text),
    side.reasons.map((found) => {
      const reason = data.reasons[found];
      return el("div", {}, el("p", {}, reason.text), reason.places.map(placeElement));
    }),
    doubtElements(side.unknown),
    side.plugin.map((text) => el("p", { class: "soft" }, `network plugin: ${text}`)),
  ];
}

function whyElements(edge) {
  const isAlone = edge.why.length === 1;
  return edge.why.map((segment) => [
    el("h3", {}, [
      segment.addresses ? `${segment.addresses}, ` : "",
      `${data.traffic[segment.traffic].text} `,
      isAlone ? "" : tag(segment.verdict, VERDICTS[segment.verdict]),
    ]),
    sideElements(segment.egress, "Egress of the sender"),
    sideElements(segment.ingress, "Ingress of the receiver"),
  ]);
}

const CAUSES = [["opened", "Opened by"], ["closed", "Closed by"], ["uncertain", "Not known because of"]];

function changeElements(edge) {
  if (!isDiff) return [];
  const parts = CAUSES.map(([kind, title]) => {
    const causes = edge.causes.filter((cause) => cause.kind === kind);
    return causes.length
      ? [el("h3", { class: kind }, title), causes.map((cause) =>
          el("div", {}, el("p", {}, `${cause.before ? "before: " : ""}${cause.text}`), placeElement(cause.place)))]
      : [];
  });
  return parts.flat().length ? parts : [];
}

function edgeDetails(edge) {
  const ends = [edge.source, edge.target];
  const groups = ends.filter((node) => node.kind !== "addresses" && node.workloads.length > 1);
  return [
    closeButton(),
    heading(edgeTitle(edge)),
    el("p", {}, "from ", nodeLink(edge.source), " to ", nodeLink(edge.target)),
    isAmongReplicas(edge) ? el("p", { class: "soft" }, "the pods of this workload among themselves") : null,
    el("p", {}, edge.kinds.map((kind) => [tag(kind.style ?? kind.key, `${kind.name}: ${data.traffic[edge[kind.key]].text}`), " "])),
    changeElements(edge),
    edge.why.length && isDiff ? el("h2", {}, "After the change") : null,
    whyElements(edge),
    edge.why.length || isDiff ? null : el("p", { class: "soft" }, "The lines that decide are not in this page: there are too many connections."),
    groups.length ? el("p", { class: "soft" }, `Of workloads that are listed together the lines for ${groups.map((node) => node.workloads[0].title).join(" and ")} are shown; the others have the same connections.`) : null,
    command(edge.source, edge.target),
  ];
}

// What to type for more, the near misses and the smallest changes among it.
function command(source, target) {
  if (isDiff) return null;
  const name = (node) => {
    if (node.kind !== "addresses") return node.workloads[0].title.replace(/^(.*?)\/(.*)\[(.*)\]$/, "$1/$3/$2");
    return node.cidrs.length === 1 ? `cidr:${node.cidrs[0]}` : "world";
  };
  const [from, to] = [name(source), name(target)];
  if (![from, to].every((text) => /^[\w.:/-]+$/.test(text))) return null;
  return el("p", { class: "soft" }, "More: ", el("code", {}, `netpol-lint why ${from} ${to}`));
}

// A connection that is not in the data is denied: what isolates its ends.
function pairDetails(source, target) {
  const edge = edges.find((one) => one.from === source.index && one.to === target.index);
  if (edge) return edgeDetails(edge);
  const isolating = (node, direction) =>
    node.kind === "addresses" || node.workloads[0][direction].isolated === false ? [] : node.workloads[0][direction].policies;
  const side = (node, direction, name) => {
    const numbers = isolating(node, direction);
    return numbers.length ? [el("h4", {}, name), el("ul", {}, policyElements(numbers))] : [];
  };
  const isItself = source === target;
  return [
    closeButton(),
    heading(`${shortTitle(source)} → ${shortTitle(target)}`),
    isItself ? el("p", {}, "A Pod may always reach itself.") : el("p", {}, tag("deny", isDiff ? "denied before and after" : "denied"), " No policy allows any part of it."),
    isItself ? [] : side(source, "egress", "These policies restrict the egress of the sender"),
    isItself ? [] : side(target, "ingress", "These policies restrict the ingress of the receiver"),
    command(source, target),
  ];
}

// A form that asks about two ends.
function askForm(node) {
  const input = (id, value) => el("input", { id, list: "ends", value, autocomplete: "off", spellcheck: "false" });
  const from = input("ask-from", node && node.kind !== "addresses" ? shortTitle(node, 1e9) : "");
  const to = input("ask-to", "");
  const problem = el("p", { class: "deny", role: "alert" });
  const submit = (event) => {
    event.preventDefault();
    const found = [from, to].map((one) => nodeNamed(one.value));
    const missing = [from, to].filter((_, index) => !found[index]).map((one) => `“${one.value}”`);
    problem.textContent = missing.length ? `There is no ${missing.join(" and no ")}.` : "";
    if (!missing.length) choose({ pair: found.map((one) => one.index) });
  };
  return [
    el("h3", {}, "Try a connection"),
    el("form", { class: "ask", onsubmit: submit },
      el("label", { for: "ask-from" }, "from"), from, el("label", { for: "ask-to" }, "to"), to,
      el("span"), el("button", { type: "submit" }, "Is it allowed?")),
    problem,
  ];
}

const byTitle = new Map();
for (const node of nodes) {
  byTitle.set(shortTitle(node, 1e9), node);
  for (const workload of node.workloads ?? []) byTitle.set(workload.title, node);
}

function nodeNamed(text) {
  const wanted = text.trim();
  if (byTitle.has(wanted)) return byTitle.get(wanted);
  const plain = wanted.toLowerCase();
  const found = [...byTitle].filter(([title]) => plain && title.toLowerCase().replace(/\[.*\]$/, "") === plain);
  return found.length === 1 ? found[0][1] : undefined;
}

function severalDetails(numbers) {
  const own = numbers.map((number) => edges[number]);
  return [closeButton(), heading(plural(own.length, "connection")), el("ul", { class: "plain" }, own.slice(0, 500).map((edge) => edgeItem(edge, null))),
    own.length > 500 ? el("p", { class: "soft" }, `${own.length - 500} more are in the table.`) : null];
}

function namespaceDetails(name) {
  const own = nodes.filter((node) => namespaceOf(node) === name);
  const row = data.isolation.find((item) => item.namespace === name);
  const isOpen = graph.cy?.nodes().some((node) => node.data("namespace") === name && node.hasClass("namespace"));
  return [
    closeButton(),
    heading(`Namespace ${name}`),
    row ? el("p", {}, `${plural(row.workloads, "workload")}, ${row.ingress} ingress isolated, ${row.egress} egress isolated`) : null,
    graph.cy ? el("p", {}, el("button", { type: "button", onclick: () => { fold(name, isOpen); choose({ namespace: name }); } }, isOpen ? "Collapse" : "Expand")) : null,
    el("ul", {}, own.map((node) => el("li", {}, nodeLink(node, shortTitle(node, 6))))),
  ];
}

function changeLists(left) {
  const lists = CLASSES.map(([key, title]) => {
    const own = left.edges.filter((edge) => edge.classes.includes(key));
    if (!own.length) return null;
    const more = own.length > 100 ? el("p", { class: "soft" }, `${own.length - 100} more are in the table.`) : null;
    return [el("h3", {}, `${title} (${own.length})`), el("ul", { class: "plain" }, own.slice(0, 100).map((edge) => edgeItem(edge, null))), more];
  });
  return [el("h2", {}, "Changes"), lists.some(Boolean) ? lists : el("p", {}, "No connection changes among what is shown.")];
}

// Everything that may be chosen, by namespace: the way in for the keyboard.
function overview(left) {
  const groups = new Map();
  for (const node of left.nodes) {
    const name = namespaceOf(node) ?? "outside the cluster";
    groups.set(name, [...(groups.get(name) ?? []), node]);
  }
  return [
    isDiff ? changeLists(left) : null,
    el("h2", {}, "Workloads"),
    el("p", { class: "soft" }, "Choose a workload or a line of the graph to see the lines of the manifests that decide."),
    el("div", { class: "tree" }, [...groups].sort((a, b) => collator.compare(a[0], b[0])).map(([name, own]) =>
      el("details", { open: left.nodes.length <= 40 || left.found.size > 0 }, el("summary", {}, `${name} (${own.reduce((sum, node) => sum + (node.workloads?.length ?? 1), 0)})`),
        el("ul", {}, own.map((node) => el("li", {}, nodeLink(node))))))),
    askForm(null),
  ];
}

function showDetails(chosen, left) {
  const aside = byId("details");
  let content;
  if (!chosen) content = overview(left);
  else if (chosen.edge !== undefined) content = edgeDetails(edges[chosen.edge]);
  else if (chosen.edges !== undefined) content = severalDetails(chosen.edges);
  else if (chosen.namespace !== undefined) content = namespaceDetails(chosen.namespace);
  else if (chosen.pair !== undefined) content = pairDetails(...chosen.pair.map((number) => nodes[number]));
  else content = nodeDetails(nodes[chosen.node]);
  aside.replaceChildren(el("div", {}, content.flat(Infinity)));
  aside.scrollTop = 0;
  if (chosen) aside.querySelector("h2")?.focus({ preventScroll: true });
}
