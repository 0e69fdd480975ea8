// Installing the bundled server, with programs that only pretend to be Python. Works on the built dist/unit/install.js.
const assert = require("node:assert/strict");
const fs = require("node:fs");
const os = require("node:os");
const path = require("node:path");
const { test } = require("node:test");
const { bundledServer, CannotInstall, NoPython } = require("../../dist/unit/install.js");

// `-m venv FOLDER` puts a copy of itself there; pip's arguments are written down. A file FAIL makes it fail with what is in there.
const PYTHON = `#!/bin/sh
here=$(dirname "$0")
case "$*" in
  *sys.version_info*) echo VERSION;;
  *"-m venv "*) for folder; do :; done; mkdir -p "$folder/bin"; cp "$0" "$folder/bin/python";;
  *"pip install"*) echo "$*" >> CALLS; if test -e FAIL; then cat FAIL >&2; exit 1; fi;;
esac
`;

function set(t, { version = "3.12", wheel = "netpol_lsp-1-py3-none-any.whl" } = {}) {
  const root = fs.mkdtempSync(path.join(os.tmpdir(), "netpol-install-"));
  t.after(() => fs.rmSync(root, { recursive: true }));
  const bundled = path.join(root, "bundled"), storage = path.join(root, "storage"), python = path.join(root, "python3");
  const calls = path.join(root, "calls"), fail = path.join(root, "fail");
  fs.mkdirSync(bundled);
  if (wheel) fs.writeFileSync(path.join(bundled, wheel), "wheel");
  fs.writeFileSync(path.join(bundled, "requirements.txt"), "pygls==2.0 --hash=sha256:0");
  fs.writeFileSync(python, PYTHON.replace("VERSION", version.replace(".", " ")).replace("CALLS", calls).replaceAll("FAIL", fail), { mode: 0o755 });
  const logged = [];
  const plan = { bundled, storage, pythons: [python], windows: false, log: (line) => logged.push(line) };
  const installs = () => (fs.existsSync(calls) ? fs.readFileSync(calls, "utf8").trim().split("\n") : []);
  return { plan, storage, bundled, fail, python, installs, logged, start: () => bundledServer(plan, (work) => work()) };
}

test("without a wheel there is no server", async (t) => {
  assert.equal(await set(t, { wheel: null }).start(), undefined);
});

test("the wheel is installed once and run isolated from the current folder", async (t) => {
  const one = set(t);
  const [program, ...args] = await one.start();
  assert.equal(path.dirname(path.dirname(path.dirname(program))), one.storage);
  assert.ok(fs.existsSync(program));
  assert.deepEqual(args, ["-I", "-m", "netpol_lsp.lsp.main"]);
  await one.start();
  assert.equal(one.installs().length, 2);
});

test("libraries are wheels with a known digest; the server's own wheel brings no others", async (t) => {
  const one = set(t);
  await one.start();
  const [libraries, own] = one.installs();
  assert.match(libraries, /-I -m pip install .*--require-hashes --only-binary :all: -r .*requirements\.txt$/);
  assert.match(own, /-I -m pip install .*--no-index --no-deps .*netpol_lsp-1-py3-none-any\.whl$/);
});

test("other libraries take the place of the first", async (t) => {
  const one = set(t);
  const [before] = await one.start();
  fs.writeFileSync(path.join(one.bundled, "requirements.txt"), "pygls==2.1 --hash=sha256:1");
  assert.notEqual((await one.start())[0], before);
});

test("what pip says about a failure is for the output, and the message is one line", async (t) => {
  const words = "WARNING: Retrying (Retry(total=4)) after connection broken by 'NewConnectionError: [Errno 101] Network is unreachable'\nERROR: no matching distribution";
  const one = set(t);
  fs.writeFileSync(one.fail, words);
  await assert.rejects(one.start(), (error) => error instanceof CannotInstall
    && error.message === "the libraries of netpol-lsp could not be downloaded: there seems to be no connection");
  assert.ok(one.logged.join("\n").includes("ERROR: no matching distribution"));
  fs.writeFileSync(one.fail, "ERROR: the digests do not match");
  await assert.rejects(one.start(), { message: "the libraries of netpol-lsp could not be downloaded" });
});

test("another wheel takes the place of the first", async (t) => {
  const one = set(t);
  const [before] = await one.start();
  fs.writeFileSync(path.join(one.bundled, "netpol_lsp-1-py3-none-any.whl"), "changed");
  const [after] = await one.start();
  assert.notEqual(after, before);
  assert.ok(!fs.existsSync(before));
});

test("an installation that fails leaves nothing and is tried again", async (t) => {
  const one = set(t);
  fs.writeFileSync(one.fail, "");
  await assert.rejects(one.start());
  assert.deepEqual(fs.readdirSync(one.storage), []);
  fs.rmSync(one.fail);
  assert.ok(fs.existsSync((await one.start())[0]));
});

test("two windows at once end with one good installation", async (t) => {
  const one = set(t);
  const [first, second] = await Promise.all([one.start(), one.start()]);
  assert.deepEqual(first, second);
  assert.deepEqual(fs.readdirSync(one.storage).length, 1);
});

test("an old Python is told from none", async (t) => {
  await assert.rejects(set(t, { version: "3.10" }).start(), (error) => error instanceof NoPython && /is 3\.10$/.test(error.message));
  const none = set(t);
  none.plan.pythons = [];
  await assert.rejects(none.start(), /none was found$/);
});

test("the first Python that is new enough is taken", async (t) => {
  const one = set(t);
  one.plan.pythons = ["/nowhere/python3", one.python];
  assert.ok(await one.start());
});
