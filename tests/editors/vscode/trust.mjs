// A workspace brings a server of its own, in its virtual environment and its settings: run only where the workspace is trusted.
// Environment: CODE_SERVER, PLAYWRIGHT (folders), VSIX, SERVER (netpol-lsp, the user's own on PATH).
import fs from "node:fs";
import path from "node:path";
import { needed, Report, until, withWorkbench } from "./workbench.mjs";

const report = new Report("vscode trust");
const policy = fs.readFileSync(path.join(import.meta.dirname, "policy.yaml"), "utf8");
const foreign = `#!/bin/sh\ntouch "$(dirname "$0")/was-run"\nexec "${needed("SERVER")}" "$@"\n`;
const cases = [
  { name: "virtual environment", files: { ".venv/bin/netpol-lsp": foreign }, mark: ".venv/bin/was-run" },
  { name: "settings", files: { "tools/lsp": foreign, ".vscode/settings.json": '{"netpol.server.path": "tools/lsp"}' }, mark: "tools/was-run" },
];

async function runs({ files, mark }, trusted) {
  const settings = { "security.workspace.trust.enabled": !trusted, "security.workspace.trust.startupPrompt": "never", "security.workspace.trust.banner": "never" };
  const environment = { PATH: `${path.dirname(needed("SERVER"))}:${process.env.PATH}` };
  const all = { files: { "policy.yaml": policy, ...files }, settings, environment, extension: needed("VSIX") };
  return withWorkbench(all, async ({ page, workspace, remote, open }) => {
    await open([["openFile", remote(path.join(workspace, "policy.yaml"))]]);
    await page.locator(".monaco-editor .squiggly-error").first().waitFor();
    if (!trusted) await page.locator(".statusbar-item", { hasText: "Restricted Mode" }).first().waitFor();
    else await until(() => fs.existsSync(path.join(workspace, mark)), "the workspace's server");
    return fs.existsSync(path.join(workspace, mark));
  });
}

for (const one of cases) {
  for (const trusted of [false, true]) {
    const what = `${trusted ? "trusted: the workspace's" : "not trusted: the user's own, and not the workspace's"} server runs (${one.name})`;
    try {
      const ran = await runs(one, trusted);
      report.check(what, ran === trusted);
    } catch (error) {
      report.check(what, false, error.stack);
    }
  }
}
report.finish();
