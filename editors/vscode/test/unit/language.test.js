// Which documents start the server. Works on the built dist/unit/language.js.
const assert = require("node:assert/strict");
const { test } = require("node:test");
const { holdsTests, looksLikeManifest, wantsServer } = require("../../dist/unit/language.js");

test("manifests are told from other files", () => {
  const manifests = ["apiVersion: v1", "# a policy\n\napiVersion: v1", "- apiVersion: v1", '{"apiVersion": "v1"}', "{apiVersion: v1}", "'apiVersion' : v1", "a: 1\n---\napiVersion: v1"];
  for (const text of manifests) assert.ok(looksLikeManifest(text), text);
  for (const text of ["", "a: 1", "the apiVersion of a chart", "apiVersions: 2"]) assert.ok(!looksLikeManifest(text), text);
});

test("files of tests are told from others", () => {
  const files = ["kind: ConnectivityTest", "apiVersion: netpol-lint/v1\n'kind' : \"ConnectivityTest\"", "- src:\n    k8sResource:\n      name: a"];
  for (const text of files) assert.ok(holdsTests(text), text);
  for (const text of ["", "kind: Pod", "# ConnectivityTest", "kind: NetworkManagementConnectivityTest", "kind: ConnectivityTests2"]) assert.ok(!holdsTests(text), text);
});

test("YAML starts the server whatever is in it, JSON as a manifest only", () => {
  assert.ok(wantsServer("yaml", () => ""));
  assert.ok(wantsServer("helm", () => "{{ x }}"));
  assert.ok(!wantsServer("json", () => "{}"));
  assert.ok(wantsServer("json", () => '{"apiVersion": "v1"}'));
  assert.ok(!wantsServer("markdown", () => "apiVersion: v1"));
});

test("the time grows with the text, not with its square", () => {
  // A backtracking pattern takes minutes for these: the test runner's limit is the bound.
  const long = 2_000_000;
  for (const text of ["\n".repeat(long), " ".repeat(long), "- ".repeat(long), `apiVersion${" ".repeat(long)}`, "apiVersion ".repeat(long / 10), `${"{".repeat(long)}y: 2`]) {
    assert.ok(!looksLikeManifest(text));
    assert.ok(!holdsTests(text.replaceAll("apiVersion", "kind")));
  }
});
