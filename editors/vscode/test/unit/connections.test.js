// How a question about a connection is asked, and which places of its answer are links.
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { askWhy, findPlaces } = require("../../dist/unit/connections.js");

const LAST = { from: "shop/old", to: "shop/db" };

function asking({ inputs = [], answer }) {
  const seen = { asked: [], ran: [], shown: [], complaints: [] };
  return {
    ...seen,
    input: async (prompt, _placeHolder, value) => { seen.asked.push([prompt, value]); return inputs.shift(); },
    run: async (from, to) => { seen.ran.push([from, to]); return answer; },
    show: async (text, files) => { seen.shown.push([text, files]); },
    complain: (message) => { seen.complaints.push(message); },
  };
}

test("two boxes, with what was asked last, lead to the answer", async () => {
  const ui = asking({ inputs: [" shop/web ", "data/db:pg"], answer: { verdict: "deny", text: "deny: ...", files: { a: "file:///a" } } });
  assert.deepEqual(await askWhy({}, LAST, ui), { from: "shop/web", to: "data/db:pg" });
  assert.deepEqual(ui.asked, [["Who opens the connection?", "shop/old"], ["To whom, and to which port?", "shop/db"]]);
  assert.deepEqual(ui.ran, [["shop/web", "data/db:pg"]]);
  assert.deepEqual(ui.shown, [["deny: ...", { a: "file:///a" }]]);
  assert.deepEqual(ui.complaints, []);
});

test("who gives up asks nothing", async () => {
  for (const inputs of [[undefined], ["  "], ["shop/web", undefined], ["shop/web", ""]]) {
    const ui = asking({ inputs });
    assert.equal(await askWhy({}, LAST, ui), LAST);
    assert.deepEqual([ui.ran, ui.shown, ui.complaints], [[], [], []]);
  }
});

test("what is given is not asked for", async () => {
  const ui = asking({ inputs: ["shop/db"], answer: { text: "allow", files: {} } });
  assert.deepEqual(await askWhy({ from: "world" }, LAST, ui), { from: "world", to: "shop/db" });
  assert.deepEqual(ui.asked.map(([prompt]) => prompt), ["To whom, and to which port?"]);
});

test("names that mean nothing are told, and kept for the next time", async () => {
  const ui = asking({ answer: { error: "no workload `a` is known", candidates: [] } });
  assert.deepEqual(await askWhy({ from: "a", to: "b" }, LAST, ui), { from: "a", to: "b" });
  assert.deepEqual(ui.complaints, ["no workload `a` is known"]);
  assert.deepEqual(ui.shown, []);
});

test("an older server does not know the question", async () => {
  const ui = asking({ answer: null });
  await askWhy({ from: "a", to: "b" }, LAST, ui);
  assert.match(ui.complaints[0], /update netpol-lsp/);
});

test("places are links, web addresses and the rest are not", () => {
  const text = "deny: a -> b\n    rule 1\n      --> policies/my db.yaml:12:11   - from: --> x:1:2\n      --> https://docs.example/page\n    1. open it   --> other.yaml:3:1\n";
  const found = findPlaces(text);
  assert.deepEqual(found.map(({ path, line }) => [path, line]), [["policies/my db.yaml", 12], ["x", 1], ["other.yaml", 3]]);
  assert.deepEqual(found.map(({ start, end }) => text.slice(start, end)), ["policies/my db.yaml:12:11", "x:1:2", "other.yaml:3:1"]);
});
