// Changed settings of the server take effect without a word of complaint.
// Environment: CODE_SERVER, PLAYWRIGHT (folders), VSIX, SERVER (netpol-lsp).
import fs from "node:fs";
import path from "node:path";
import { needed, Report, until, withWorkbench } from "./workbench.mjs";

const report = new Report("vscode settings");
const policy = fs.readFileSync(path.join(import.meta.dirname, "policy.yaml"), "utf8");

async function session({ page, workspace, remote, open, home, set }) {
  const started = path.join(home, "started");
  const starts = () => (fs.existsSync(started) ? fs.readFileSync(started, "utf8").trim().split("\n") : []);
  const toast = page.locator(".notification-toast");
  const squiggle = page.locator(".monaco-editor .squiggly-error");
  const path1 = path.join(home, "first"), path2 = path.join(home, "second");
  for (const file of [path1, path2]) {
    fs.writeFileSync(file, `#!/bin/sh\necho "${path.basename(file)} $*" >> "${started}"\nexec "${needed("SERVER")}" "$@"\n`, { mode: 0o755 });
  }
  set({ "netpol.server.path": path1 });
  await open([["openFile", remote(path.join(workspace, "policy.yaml"))]]);
  await squiggle.first().waitFor();
  report.check("the server of the setting runs", starts().at(-1) === "first", starts());
  const changes = [
    [{ "netpol.server.path": path1, "netpol.server.arguments": ["--log-level", "info"] }, /^first --log-level info/],
    [{ "netpol.server.path": path1, "netpol.server.arguments": ["--log-level", "debug"] }, /^first --log-level debug/],
    [{ "netpol.server.path": path2, "netpol.server.arguments": ["--log-level", "debug"] }, /^second --log-level debug/],
    [{ "netpol.server.path": path2 }, /^second\s*$/],
  ];
  for (const [settings, expected] of changes) {
    set(settings);
    await until(() => expected.test(starts().at(-1)), `a start with ${expected}\n${starts()}`);
    await squiggle.first().waitFor({ state: "visible" });
    // What could go wrong is the farewell to the old server: it comes before the new one runs.
    await page.locator('.statusbar-item[aria-label*="NetworkPolicy is running"]').first().waitFor();
    report.check(`no toast after ${JSON.stringify(settings["netpol.server.arguments"] ?? settings)}`, (await toast.count()) === 0, await toast.allInnerTexts());
  }
}

try {
  await withWorkbench({ files: { "policy.yaml": policy }, extension: needed("VSIX") }, session);
} catch (error) {
  report.check("the session", false, error.stack);
}
report.finish();
