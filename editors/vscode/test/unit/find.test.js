// Where the server is looked for. Works on the built dist/unit/find.js.
const assert = require("node:assert/strict");
const path = require("node:path");
const { test } = require("node:test");
const { findServer, NotThere, onPath } = require("../../dist/unit/find.js");

const VENV = "/ws/.venv/bin/netpol-lsp", GLOBAL = "/usr/bin/netpol-lsp";
const around = (files, more = {}) => ({
  setting: "", trusted: true, folders: ["/ws"], path: "/usr/bin:/opt/bin", home: "/home/me", windows: false,
  isFile: (file) => files.includes(file), ...more,
});

test("the setting comes first", () => {
  assert.equal(findServer(around(["/x/lsp", VENV, GLOBAL], { setting: "/x/lsp" })).command, "/x/lsp");
});

test("a setting that leads nowhere is an error, not passed over", () => {
  assert.throws(() => findServer(around([VENV, GLOBAL], { setting: "/x/lsp" })), NotThere);
});

test("the setting may start at home, in the workspace folder, or name it", () => {
  const files = ["/home/me/lsp", "/ws/tools/lsp"];
  assert.equal(findServer(around(files, { setting: "~/lsp" })).command, files[0]);
  assert.equal(findServer(around(files, { setting: "tools/lsp" })).command, files[1]);
  assert.equal(findServer(around(files, { setting: "${workspaceFolder}/tools/lsp" })).command, files[1]);
});

test("then the workspace's virtual environment, then PATH, then nothing", () => {
  assert.equal(findServer(around([VENV, GLOBAL])).command, VENV);
  assert.equal(findServer(around(["/b/venv/bin/netpol-lsp", GLOBAL], { folders: ["/a", "/b"] })).command, "/b/venv/bin/netpol-lsp");
  assert.equal(findServer(around([GLOBAL])).command, GLOBAL);
  assert.equal(findServer(around([])), undefined);
});

test("nothing inside a workspace that is not trusted is run", () => {
  const files = [VENV, "/ws/bin/netpol-lsp", "/ws/netpol-lsp", "/ws/..hidden/netpol-lsp"];
  for (const PATH of ["/ws/bin", "/ws", ".", "", "/ws/../ws/bin", "/ws/..hidden"]) {
    assert.equal(findServer(around(files, { trusted: false, path: PATH })), undefined, PATH);
  }
  assert.equal(findServer(around([VENV, GLOBAL], { trusted: false })).command, GLOBAL);
  assert.equal(findServer(around(["/ws2/netpol-lsp"], { trusted: false, path: "/ws2" })).command, "/ws2/netpol-lsp");
});

test("a setting that leads into a workspace that is not trusted is passed over", () => {
  for (const setting of ["tools/lsp", "${workspaceFolder}/tools/lsp", "/ws/tools/lsp", "/x/../ws/tools/lsp"]) {
    assert.equal(findServer(around(["/ws/tools/lsp", "/x/../ws/tools/lsp", GLOBAL], { setting, trusted: false })).command, GLOBAL, setting);
  }
  assert.equal(findServer(around(["/x/lsp", GLOBAL], { setting: "/x/lsp", trusted: false })).command, "/x/lsp");
});

test("relative entries of PATH are never used", () => {
  assert.deepEqual(onPath(["netpol-lsp"], around(["netpol-lsp", "bin/netpol-lsp"], { path: ":bin:." })), []);
});

test("names are tried in their order", () => {
  const found = onPath(["python3", "python"], around(["/usr/bin/python", "/opt/bin/python3"]));
  assert.deepEqual(found, ["/opt/bin/python3", "/usr/bin/python"]);
});

test("on Windows programs are .exe files", () => {
  const files = [path.join("/ws", ".venv", "Scripts", "netpol-lsp.exe")];
  assert.equal(findServer(around(files, { windows: true })).command, files[0]);
});
