// A real VS Code (code-server) with a clean profile in a headless Chromium, for one test; everything is gone afterwards.
import { execFileSync, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { createRequire } from "node:module";

const LIMIT = 90_000;
const QUIET = {
  "workbench.startupEditor": "none", "telemetry.telemetryLevel": "off", "update.mode": "none", "git.enabled": false,
  "extensions.autoUpdate": false, "extensions.autoCheckUpdates": false, "extensions.ignoreRecommendations": true,
  "files.autoSave": "off", "editor.hover.delay": 100, "editor.stickyScroll.enabled": false, "editor.minimap.enabled": false, "window.commandCenter": false,
  "chat.commandCenter.enabled": false, "workbench.secondarySideBar.defaultVisibility": "hidden", "workbench.tips.enabled": false,
  "workbench.colorTheme": "Default Light Modern", "window.menuBarVisibility": "hidden", "workbench.layoutControl.enabled": false,
};

export const needed = (name) => process.env[name] ?? stop(`set ${name}`);
function stop(message) { throw new Error(message); }

/** Wait until `condition` gives something true, and give it. */
export async function until(condition, what, limit = LIMIT) {
  for (const end = Date.now() + limit; ;) {
    const value = await condition();
    if (value) return value;
    if (Date.now() > end) throw new Error(`waited in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** Counts checks; `finish` prints the sum and leaves. */
export class Report {
  passed = 0; failed = 0; start = Date.now();
  constructor(name) { this.name = name; }
  check(what, ok, info = "") {
    if (ok) this.passed++; else this.failed++;
    console.log(`${ok ? "ok  " : "FAIL"} ${what} (${((Date.now() - this.start) / 1000).toFixed(1)} s) ${ok ? "" : info}`);
  }
  finish() {
    console.log(`${this.name}: ${this.passed} passed, ${this.failed} failed`);
    process.exit(this.failed > 0 ? 1 : 0);
  }
}

function freePort() {
  return new Promise((resolve) => {
    const server = net.createServer().listen(0, "127.0.0.1", () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}

/**
 * Run `use({ page, workspace, remote, open })` in a workspace with the given files ({name: text}).
 * `extension` is a .vsix to install; `bare` starts VS Code's own server, which knows the interface for extension tests.
 */
export async function withWorkbench({ files, settings = {}, extension, bare = false, environment = {} }, use) {
  const entry = path.join(needed("CODE_SERVER"), "out/node/entry.js");
  const home = fs.mkdtempSync(path.join(os.tmpdir(), "netpol-vscode-"));
  const [workspace, user, extensions] = ["shop", "user", "extensions"].map((name) => path.join(home, name));
  fs.mkdirSync(workspace);
  for (const [name, text] of Object.entries(files)) {
    fs.mkdirSync(path.dirname(path.join(workspace, name)), { recursive: true });
    fs.writeFileSync(path.join(workspace, name), text, { mode: 0o755 });
  }
  // May be called again while VS Code runs: it watches its settings.
  const set = (more) => {
    for (const place of ["User", "Machine", "data/Machine"]) {
      fs.mkdirSync(path.join(user, place), { recursive: true });
      fs.writeFileSync(path.join(user, place, "settings.json"), JSON.stringify({ ...QUIET, ...settings, ...more }));
    }
  };
  set({});
  const env = { ...process.env, HOME: home, XDG_CONFIG_HOME: `${home}/config`, XDG_DATA_HOME: `${home}/share`, ...environment,
    EXTENSIONS_GALLERY: JSON.stringify({ serviceUrl: "http://127.0.0.1:9/none" }) };   // no gallery is asked
  delete env.VIRTUAL_ENV;
  const places = ["--user-data-dir", user, "--extensions-dir", extensions];
  if (extension) execFileSync(process.execPath, [entry, ...places, "--install-extension", extension], { env, stdio: "pipe" });
  const port = await freePort();
  const command = bare
    ? [path.join(needed("CODE_SERVER"), "lib/vscode/out/server-main.js"), ...places, "--server-data-dir", user, "--host", "127.0.0.1", "--port", `${port}`,
      "--without-connection-token", "--accept-server-license-terms", "--enable-smoke-test-driver", "--disable-telemetry", "--disable-workspace-trust"]
    : [entry, ...places, "--bind-addr", `127.0.0.1:${port}`, "--auth", "none", "--disable-telemetry", "--disable-update-check",
      "--disable-getting-started-override", ...(settings["security.workspace.trust.enabled"] ? [] : ["--disable-workspace-trust"]), workspace];
  // A process group of its own, so that its children go with it, however this ends.
  const server = spawn(process.execPath, command, { env, detached: true, stdio: ["ignore", "pipe", "pipe"] });
  const kill = (signal) => { try { process.kill(-server.pid, signal); } catch { /* it is gone */ } };
  process.on("exit", () => kill("SIGKILL"));
  for (const signal of ["SIGTERM", "SIGINT", "SIGHUP"]) process.on(signal, () => process.exit(1));
  const gone = new Promise((resolve) => server.on("exit", resolve));
  let log = "", browser, page;
  for (const stream of [server.stdout, server.stderr]) stream.on("data", (data) => (log += data));
  try {
    const address = `http://127.0.0.1:${port}`;
    await until(() => fetch(`${address}/${bare ? "version" : "healthz"}`).then((answer) => answer.ok, () => false), `VS Code's server\n${log}`);
    const { chromium } = createRequire(path.join(needed("PLAYWRIGHT"), "x.js"))("playwright-core");
    browser = await chromium.launchPersistentContext(path.join(home, "chromium"), {
      executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", headless: true, viewport: { width: 900, height: 560 },
      args: ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
    });
    page = browser.pages()[0] ?? (await browser.newPage());
    page.setDefaultTimeout(LIMIT);
    const remote = (file) => `vscode-remote://127.0.0.1:${port}${file}`;
    const open = (payload) => page.goto(`${address}/?folder=${encodeURIComponent(workspace)}&payload=${encodeURIComponent(JSON.stringify(payload))}`);
    return await use({ page, workspace, remote, open, home, set });
  } catch (error) {
    const out = process.env.PICTURES_ON_ERROR;
    if (out) {
      await page?.screenshot({ path: path.join(out, "error.png") }).catch(() => undefined);
      if (fs.existsSync(path.join(user, "logs"))) fs.cpSync(path.join(user, "logs"), path.join(out, "error-logs"), { recursive: true });
    }
    console.log(log.slice(-2000));
    throw error;
  } finally {
    await browser?.close().catch(() => undefined);
    kill("SIGTERM");
    const late = setTimeout(() => kill("SIGKILL"), 5000);
    await gone;
    clearTimeout(late);
    fs.rmSync(home, { recursive: true, force: true, maxRetries: 10, retryDelay: 100 });
  }
}
