// When the extension starts the server, and what it says when there is none.
const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { test } = require("node:test");
const { install } = require("./vscode-stub.js");

const document = (text, languageId = "yaml") => ({ languageId, getText: () => text });
const MANIFEST = document("# a policy\napiVersion: networking.k8s.io/v1\n");

async function activate(t, options) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "netpol-extension-"));
  const search = process.env.PATH;
  process.env.PATH = "";
  t.after(() => { process.env.PATH = search; fs.rmSync(root, { recursive: true }); });
  const seen = install(options);
  const context = { subscriptions: [], extensionUri: { fsPath: root }, globalStorageUri: { fsPath: path.join(root, "storage") } };
  await seen.extension.activate(context);
  return { ...seen, context, root };
}

test("JSON and other languages that are no manifest start nothing", async (t) => {
  const seen = await activate(t, { documents: [document('{"a": 1}', "json"), document("apiVersion: v1", "markdown")] });
  assert.deepEqual(seen.errors, []);
  assert.match(seen.items[0].tooltip.value, /No policy is open/);
});

test("any YAML starts the server; that there is none is told where a manifest is", async (t) => {
  const seen = await activate(t, { documents: [document("")] });
  assert.match(seen.items[0].text, /failed/);
  assert.deepEqual(seen.errors, []);
  await seen.listeners.open(document("name: compose\n"));
  assert.deepEqual(seen.errors, []);
  await seen.listeners.change({ document: MANIFEST });
  assert.equal(seen.errors.length, 1);
});

test("the states look different, in words as well", async (t) => {
  const seen = await activate(t, {});
  const [item] = seen.items;
  await seen.listeners.open(MANIFEST);
  const [waiting, starting, failed] = item.texts;
  assert.equal(item.texts.length, 3, item.texts.join());
  assert.notEqual(waiting, starting);
  assert.match(starting, /starting/);
  assert.match(failed, /failed/);
  assert.match(item.accessibilityInformation.label, /is failed/);
});

test("without a server the user hears what to do, once", async (t) => {
  const seen = await activate(t, { documents: [MANIFEST, MANIFEST] });
  assert.equal(seen.errors.length, 1);
  assert.match(seen.errors[0].message, /netpol-lsp is not installed\. Install it with `pip install netpol-lsp`, or name it in netpol\.server\.path\./);
  assert.deepEqual(seen.errors[0].choices, ["Try Again", "Open Settings", "Show Output"]);
  assert.match(seen.items[0].text, /error/);
  await seen.listeners.change({ document: MANIFEST });
  assert.equal(seen.errors.length, 1);
});

test("a text that becomes a manifest starts the server", async (t) => {
  const seen = await activate(t, { documents: [document("", "json")] });
  await seen.listeners.change({ document: document('{"apiVersion": "networking.k8s.io/v1"}', "json") });
  assert.equal(seen.errors.length, 1);
});

test("a setting that leads nowhere is named", async (t) => {
  const seen = await activate(t, { documents: [MANIFEST], settings: { "server.path": "/nowhere/lsp" } });
  assert.match(seen.errors[0].message, /netpol\.server\.path is \/nowhere\/lsp, but there is no such file/);
});

test("a wheel without a Python says which Python is needed", async (t) => {
  const seen = await activate(t, { documents: [] });
  fs.mkdirSync(path.join(seen.root, "bundled"));
  fs.writeFileSync(path.join(seen.root, "bundled", "x.whl"), "");
  fs.writeFileSync(path.join(seen.root, "bundled", "requirements.txt"), "");
  await seen.listeners.open(MANIFEST);
  assert.match(seen.errors[0].message, /Python 3\.11 or newer is needed, none was found\. Install it, or name it in netpol\.server\.python\./);
});

test("a workspace that is not trusted does not have its own server run", async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "netpol-workspace-"));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  const mark = path.join(folder, "was-run");
  fs.mkdirSync(path.join(folder, ".venv", "bin"), { recursive: true });
  fs.writeFileSync(path.join(folder, ".venv", "bin", "netpol-lsp"), `#!/bin/sh\ntouch ${mark}\n`, { mode: 0o755 });
  const seen = await activate(t, { documents: [MANIFEST], trusted: false, folders: [folder] });
  assert.equal(seen.errors.length, 1);
  assert.ok(!fs.existsSync(mark));
});

test("every command of the manifest exists", async (t) => {
  const seen = await activate(t, {});
  const { contributes } = require("../../package.json");
  assert.deepEqual(Object.keys(seen.commands).sort(), contributes.commands.map((one) => one.command).sort());
});
