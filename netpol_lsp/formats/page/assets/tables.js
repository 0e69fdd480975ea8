// The same as tables: for reading, for screen readers, and where there is no room for a picture.

const PAGE = 100;
const PRINTED = 2000;

// A table whose rows can be sorted, a page at a time. `columns`: { title, text(row), content?(row), number? }.
function tableView(section, caption, columns) {
  const state = { rows: [], sorted: null, down: false, page: 0, size: PAGE };
  const body = el("tbody");
  const heads = columns.map((column, index) =>
    el("th", { scope: "col", class: column.number ? "number" : null }, el("button", { type: "button", onclick: () => sortBy(index) }, column.title)));
  const pages = el("div", { class: "pages" });
  section.append(
    el("div", { class: "tablewrap" }, el("table", {}, el("caption", {}, caption), el("thead", {}, el("tr", {}, heads)), body), pages),
  );

  function sortBy(index) {
    state.down = state.sorted === index && !state.down;
    state.sorted = index;
    state.page = 0;
    heads.forEach((head, number) => {
      if (number === index) head.setAttribute("aria-sort", state.down ? "descending" : "ascending");
      else head.removeAttribute("aria-sort");
    });
    draw();
  }

  function draw() {
    let rows = state.rows;
    if (state.sorted !== null) {
      const text = columns[state.sorted].text;
      const sign = state.down ? -1 : 1;
      rows = [...rows].sort((a, b) => sign * collator.compare(text(a), text(b)));
    }
    const last = Math.max(0, Math.ceil(rows.length / state.size) - 1);
    state.page = Math.min(state.page, last);
    const shown = rows.slice(state.page * state.size, (state.page + 1) * state.size);
    body.replaceChildren(
      ...shown.map((row) => el("tr", { class: row.kind ?? null }, columns.map((column) =>
        el("td", { class: column.number ? "number" : null }, column.content ? column.content(row) : column.text(row))))),
    );
    if (!rows.length) body.append(el("tr", {}, el("td", { colspan: columns.length, class: "soft" }, "none")));
    const turn = (step, name) =>
      el("button", { type: "button", disabled: state.page + step < 0 || state.page + step > last, onclick: () => { state.page += step; draw(); } }, name);
    pages.replaceChildren(...(last ? [turn(-1, "Previous"), `page ${state.page + 1} of ${last + 1}`, turn(1, "Next")] : []));
  }

  return {
    show(rows) {
      state.rows = rows;
      state.page = 0;
      draw();
    },
    resize(size) {
      state.size = size;
      draw();
    },
  };
}

const whyButton = (edge) =>
  el("button", { type: "button", class: "link why", "aria-label": `why ${edgeTitle(edge)}`, onclick: () => choose({ edge: edge.index }) }, "why");

function makeTables() {
  const end = (side) => ({ text: (edge) => shortTitle(edge[side]), content: (edge) => nodeLink(edge[side]) });
  const changes = isDiff
    ? KINDS.filter((kind) => kind.key !== "unknown").map((kind) => ({
        title: kind.name,
        text: (edge) => (edge[kind.key] === NONE ? "" : data.traffic[edge[kind.key]].text),
        content: (edge) => (edge[kind.key] === NONE ? "" : el("span", { class: kind.style ?? kind.key }, data.traffic[edge[kind.key]].text)),
      }))
    : [
        { title: "Verdict", text: (edge) => edge.kinds.map((kind) => kind.name).join(", ") },
        { title: "Ports", text: (edge) => trafficText(edge), content: (edge) => el("span", { class: edge.kinds[0].key }, trafficText(edge)) },
      ];
  const connections = tableView(byId("view-table"), "Connections", [
    { title: "From", ...end("source") },
    { title: "To", ...end("target") },
    ...changes,
    { title: "Lines", text: () => "", content: whyButton },
  ]);
  const exposure = tableView(byId("view-exposure"), "What workloads are open to that no manifest shows", [
    { title: "Workload", text: (row) => shortTitle(row.node), content: (row) => nodeLink(row.node) },
    { title: "Direction", text: (row) => row.direction },
    { title: "Open to", text: (row) => row.to },
    { title: "Ports", text: (row) => row.ports },
  ]);
  const entries = data.entries.length
    ? tableView(byId("view-exposure"), "Entry points: where Ingresses and routes lead", [
        { title: "Through", text: (row) => row.through },
        { title: "To", text: (row) => row.to },
        { title: "Ports", text: (row) => data.traffic[row.ports].text },
        { title: "State", text: (row) => row.state },
      ])
    : null;
  const share = (count, all, unknown) => `${count} of ${all}${unknown ? `, ${unknown} not known` : ""}`;
  const before = new Map((data.isolationBefore ?? []).map((row) => [row.namespace, row]));
  const cell = (key, unknown) => (row) => {
    const now = share(row[key], row.workloads, row[unknown]);
    const old = before.get(row.namespace);
    const then = old ? share(old[key], old.workloads, old[unknown]) : null;
    return isDiff && then !== now ? `${then ?? "not there"} → ${now}` : now;
  };
  const isolation = tableView(byId("view-namespaces"), "How many workloads policies isolate", [
    { title: "Namespace", text: (row) => row.namespace || "?", content: (row) => el("button", { type: "button", class: "link", onclick: () => choose({ namespace: row.namespace }) }, row.namespace || "?") },
    { title: "Workloads", text: (row) => String(row.workloads), number: true },
    { title: "Ingress isolated", text: cell("ingress", "unknownIngress"), number: true },
    { title: "Egress isolated", text: cell("egress", "unknownEgress"), number: true },
  ]);
  return {
    show(left) {
      connections.show(left.edges);
      exposure.show(left.nodes.flatMap((node) => (node.exposure ?? []).map((item) => ({ node, ...item }))));
      entries?.show(data.entries);
      isolation.show(data.isolation.filter((row) => !filters.namespace || row.namespace === filters.namespace));
    },
    resize: (size) => connections.resize(size),
  };
}
