// The extension's tests in a real VS Code's extension host, through VS Code's own interface for them.
// Environment: CODE_SERVER, PLAYWRIGHT (folders), SERVER (netpol-lsp). The extension is the one built in editors/vscode.
import fs from "node:fs";
import path from "node:path";
import { format } from "node:util";
import { needed, Report, withWorkbench } from "./workbench.mjs";

const report = new Report("vscode inside");
const here = import.meta.dirname;
const policy = fs.readFileSync(path.join(here, "../fixtures/unicode.yaml"), "utf8");
const tests = fs.readFileSync(path.join(here, "../fixtures/netpol-tests.yaml"), "utf8");
const connection = fs.readFileSync(path.join(here, "../fixtures/connection.yaml"), "utf8");

async function session({ page, workspace, remote, open }) {
  let finish;
  const code = new Promise((resolve) => (finish = resolve));
  let ran = 0;
  await page.exposeFunction("codeAutomationLog", (_type, words) => {
    const line = format(...words);
    if (/^\s+(✔|✓|\d+\)) |Error|passing|failing|expected|actual/.test(line)) console.log(line);
    const sum = /mocha: (\d+) passed/.exec(line);
    if (sum) ran = Number(sum[1]);
  });
  await page.exposeFunction("codeAutomationExit", (exit) => finish(exit));
  await open([
    ["extensionDevelopmentPath", remote(path.join(here, "../../../editors/vscode"))],
    ["extensionTestsPath", remote(path.join(here, "inside/index.js"))],
    ["skipWelcome", "true"],
  ]);
  const late = setTimeout(() => finish("nothing within two minutes"), 120_000);
  const exit = await code;
  clearTimeout(late);
  report.check("the tests pass", exit === 0, `exit ${exit}`);
  report.passed += ran;
  report.check("the file on disk is fixed", fs.readFileSync(path.join(workspace, "policy.yaml"), "utf8") === policy.replace("[Ingres]", "[Ingress]"));
}

try {
  const settings = { "netpol.server.path": needed("SERVER") };
  await withWorkbench({ files: { "policy.yaml": policy, "connection.yaml": connection, "netpol-tests.yaml": tests, "compose.yaml": "services: {web: {image: x}}\n" }, settings, bare: true }, session);
} catch (error) {
  report.check("the session", false, error.stack);
}
report.finish();
