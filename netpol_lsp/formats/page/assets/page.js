"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const title = (node) => (node.kind === "addresses" ? node.title : node.workloads.map((one) => one.title).join(", "));
  const table = document.createElement("table");
  for (const edge of data.edges) {
    const row = table.insertRow();
    const ports = data.traffic[Math.max(edge.allow, edge.opened ?? -1, edge.closed ?? -1)];
    for (const text of [title(data.nodes[edge.from]), title(data.nodes[edge.to]), ports ? ports.text : ""]) {
      row.insertCell().textContent = text;
    }
  }
  document.getElementById("app").append(table);
})();
