// How a question about a connection is asked, and which places of its answer are links.
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { askWhy, findPlaces } = require("../../dist/unit/connections.js");

const LAST = { from: "shop/old", to: "shop/db" };
const NAMES = [
  { name: "shop/web", detail: "Deployment", ports: [{ port: "8080/TCP", detail: "http" }], isDestination: false },
  { name: "shop/db", detail: "StatefulSet", ports: [{ port: "5432/TCP", detail: "pg" }], isDestination: false },
  { name: "svc:shop/db", detail: "Service of shop/db", ports: [{ port: "1/TCP", detail: "" }], isDestination: true },
];
const TESTS = [{ name: "the shop reads", from: "shop/web", to: "shop/db", port: "pg", expect: "allow" }, { name: "all", from: "a", to: "b", port: null, expect: "deny" }];

/** `inputs`: what is chosen or typed, one after the other: a label, or a function of what is offered. */
function asking({ inputs = [], answer, choices = { names: NAMES, tests: TESTS } }) {
  const seen = { asked: [], ran: [], shown: [], complaints: [], offered: [] };
  return {
    ...seen,
    choices: async () => choices,
    pick: async (prompt, _placeHolder, offered) => {
      seen.asked.push(prompt);
      seen.offered.push(offered.map(({ label }) => label));
      const input = inputs.shift();
      return typeof input === "string" ? (offered.find(({ label }) => label === input) ?? { label: input }) : input;
    },
    run: async (question) => { seen.ran.push(question); return answer; },
    show: async (text, files) => { seen.shown.push([text, files]); },
    complain: (message) => { seen.complaints.push(message); },
  };
}

test("who, to whom and which port lead to the answer", async () => {
  const ui = asking({ inputs: ["shop/web", "shop/db", "5432/TCP"], answer: { verdict: "deny", text: "deny: ...", files: { a: "file:///a" } } });
  assert.deepEqual(await askWhy({}, LAST, ui), { from: "shop/web", to: "shop/db", port: "5432/TCP" });
  assert.deepEqual(ui.asked, ["Who opens the connection?", "To whom, and to which port?", "To which port?"]);
  assert.deepEqual(ui.offered[0], ["Tests", "the shop reads", "all", "Asked last", "shop/old", "Names", "shop/web", "shop/db"]);
  assert.deepEqual(ui.offered[1], ["Asked last", "shop/db", "Names", "shop/web", "svc:shop/db"]);
  assert.deepEqual(ui.offered[2], ["5432/TCP", "every port"]);
  assert.deepEqual(ui.ran, [{ from: "shop/web", to: "shop/db", port: "5432/TCP" }]);
  assert.deepEqual(ui.shown, [["deny: ...", { a: "file:///a" }]]);
  assert.deepEqual(ui.complaints, []);
});

test("every port is no port", async () => {
  const ui = asking({ inputs: ["shop/web", "svc:shop/db", "every port"], answer: { text: "x" } });
  await askWhy({}, { from: "", to: "" }, ui);
  assert.deepEqual(ui.ran, [{ from: "shop/web", to: "svc:shop/db", port: undefined }]);
});

test("what is typed may have its own port", async () => {
  const ui = asking({ inputs: [" ip:192.0.2.1 ", "data/db:pg"], answer: { text: "x" } });
  await askWhy({}, LAST, ui);
  assert.deepEqual(ui.ran, [{ from: "ip:192.0.2.1", to: "data/db:pg", port: undefined }]);
  assert.equal(ui.asked.length, 2);
});

test("a test says all", async () => {
  for (const [number, question] of [{ from: "shop/web", to: "shop/db", port: "pg" }, { from: "a", to: "b", port: undefined }].entries()) {
    const ui = asking({ inputs: [TESTS[number].name], answer: { text: "x" } });
    await askWhy({}, LAST, ui);
    assert.deepEqual(ui.ran, [question]);
  }
});

test("who gives up asks nothing", async () => {
  for (const inputs of [[undefined], ["  "], ["shop/web", undefined], ["shop/web", ""], ["shop/web", "shop/db", undefined]]) {
    const ui = asking({ inputs });
    assert.equal(await askWhy({}, LAST, ui), LAST);
    assert.deepEqual([ui.ran, ui.shown, ui.complaints], [[], [], []]);
  }
});

test("what is given is not asked for", async () => {
  const ui = asking({ inputs: ["shop/db:80"], answer: { text: "allow", files: {} } });
  assert.deepEqual(await askWhy({ from: "world" }, LAST, ui), { from: "world", to: "shop/db:80", port: undefined });
  assert.deepEqual(ui.asked, ["To whom, and to which port?"]);
});

test("a lens over a workload knows its ports, and offers no tests of others", async () => {
  const ui = asking({ inputs: ["shop/web", "every port"], answer: { text: "x" } });
  await askWhy({ to: "shop/StatefulSet/db" }, LAST, ui);
  assert.deepEqual(ui.asked, ["Who opens the connection?", "To which port?"]);
  assert.ok(!ui.offered[0].includes("Tests"));
  assert.deepEqual(ui.offered[1], ["5432/TCP", "every port"]);
  assert.deepEqual(ui.ran, [{ from: "shop/web", to: "shop/StatefulSet/db", port: undefined }]);
});

test("a lens over a policy offers its pods first, for the end that it is about", async () => {
  const ui = asking({ inputs: ["shop/web", "shop/db", "every port"], answer: { text: "x" } });
  await askWhy({ among: ["shop/StatefulSet/db", "shop/Pod/other"], end: "to" }, LAST, ui);
  assert.deepEqual(ui.offered[0], ["Asked last", "shop/old", "Names", "shop/web", "shop/db"]);
  assert.deepEqual(ui.offered[1], ["Selected by the policy", "shop/db", "shop/Pod/other", "Others", "shop/web", "svc:shop/db"]);
  const out = asking({ inputs: [undefined] });
  await askWhy({ among: ["shop/StatefulSet/db"], end: "from" }, LAST, out);
  assert.deepEqual(out.offered[0], ["Selected by the policy", "shop/db", "Others", "shop/web"]);
});

test("names that mean nothing are told, and kept for the next time", async () => {
  const ui = asking({ answer: { error: "no workload `a` is known", candidates: [] } });
  assert.deepEqual(await askWhy({ from: "a", to: "b" }, LAST, ui), { from: "a", to: "b", port: undefined });
  assert.deepEqual(ui.complaints, ["no workload `a` is known"]);
  assert.deepEqual([ui.shown, ui.asked], [[], []]);
});

test("an older server does not know the question, nor the names", async () => {
  const ui = asking({ inputs: ["a", "b"], answer: null, choices: undefined });
  await askWhy({}, LAST, ui);
  assert.match(ui.complaints[0], /update netpol-lsp/);
});

test("places are links, web addresses and the rest are not", () => {
  const text = "deny: a -> b\n    rule 1\n      --> policies/my db.yaml:12:11   - from: --> x:1:2\n      --> https://docs.example/page\n    1. open it   --> other.yaml:3:1\n";
  const found = findPlaces(text);
  assert.deepEqual(found.map(({ path, line, column }) => [path, line, column]), [["policies/my db.yaml", 12, 11], ["x", 1, 2], ["other.yaml", 3, 1]]);
  assert.deepEqual(found.map(({ start, end }) => text.slice(start, end)), ["policies/my db.yaml:12:11", "x:1:2", "other.yaml:3:1"]);
});
