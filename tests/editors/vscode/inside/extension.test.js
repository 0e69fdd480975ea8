// Runs in a real VS Code's extension host, in a workspace with the files that ../inside.mjs put there.
const assert = require("node:assert/strict");
const vscode = require("vscode");

const folder = () => vscode.workspace.workspaceFolders[0].uri;
const open = async (name) => {
  const document = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder(), name));
  await vscode.window.showTextDocument(document);
  return document;
};
const findings = (document, code) => vscode.languages.getDiagnostics(document.uri).filter((one) => (one.code.value ?? one.code) === code);
const until = async (condition) => {
  for (;;) {
    const value = await condition();
    if (value) return value;
    await new Promise((resolve) => { setTimeout(resolve, 30); });
  }
};
const place = (document, text, shift = 0) => document.positionAt(document.getText().indexOf(text) + shift);

describe("the extension", () => {
  let document;
  before(async () => { document = await open("policy.yaml"); });

  it("is active for a policy", async () => {
    const extension = vscode.extensions.getExtension("netpol.netpol");
    await extension.activate();
    assert.ok(extension.isActive);
  });

  it("marks the word itself, after Chinese text and emoji on the same line", async () => {
    const [finding] = await until(() => { const found = findings(document, "NP105"); return found.length === 1 && found; });
    assert.equal(document.getText(finding.range), "Ingres");
    assert.equal(finding.severity, vscode.DiagnosticSeverity.Error);
    assert.match(finding.message, /`Ingres` is not supported/);
    assert.equal(finding.source, "netpol-lint");
    assert.match(finding.code.target.toString(), /NP105/);
  });

  it("explains a field", async () => {
    const hovers = await vscode.commands.executeCommand("vscode.executeHoverProvider", document.uri, place(document, "podSelector", 3));
    assert.match(hovers.flatMap((one) => one.contents).map((one) => one.value).join("\n"), /podSelector/);
  });

  it("offers what may be written", async () => {
    const list = await vscode.commands.executeCommand("vscode.executeCompletionItemProvider", document.uri, place(document, "[Ingres]", 1));
    const labels = list.items.map((one) => one.label.label ?? one.label);
    assert.ok(labels.includes("Egress"), labels.join());
  });

  it("has an outline, lenses and hints", async () => {
    const symbols = await vscode.commands.executeCommand("vscode.executeDocumentSymbolProvider", document.uri);
    assert.match(JSON.stringify(symbols.map((one) => one.name)), /payment/);
    const lenses = await vscode.commands.executeCommand("vscode.executeCodeLensProvider", document.uri);
    assert.ok(lenses.some((one) => one.command?.command === "netpol.explainPolicy"));
    const all = new vscode.Range(0, 0, document.lineCount, 0);
    const hints = await vscode.commands.executeCommand("vscode.executeInlayHintProvider", document.uri, all);
    assert.ok(Array.isArray(hints));
  });

  it("gives lenses up when the setting says so, at once", async () => {
    const lenses = async () => (await vscode.commands.executeCommand("vscode.executeCodeLensProvider", document.uri))
      .filter((one) => one.command?.command === "netpol.explainPolicy").length;
    const settings = vscode.workspace.getConfiguration("netpol");
    await settings.update("codeLens", false, vscode.ConfigurationTarget.Workspace);
    await until(async () => (await lenses()) === 0);
    await settings.update("codeLens", undefined, vscode.ConfigurationTarget.Workspace);
    await until(async () => (await lenses()) > 0);
  });

  it("explains a policy on a page beside it", async () => {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand("netpol.explain");
    const shown = await until(() => vscode.workspace.textDocuments.find((one) => one.uri.scheme === "netpol"));
    assert.match(shown.getText(), /payment/);
  });

  it("says why a connection is denied, with links to the lines", async () => {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand("netpol.whyConnection", { from: "world", to: "nobody/nowhere" });
    assert.ok(!vscode.workspace.textDocuments.some((one) => one.uri.path === "/Why.txt"));
    // The server answers once it has read the workspace's files.
    const shown = await until(async () => {
      await vscode.commands.executeCommand("netpol.whyConnection", { from: "world", to: "why/db:5432" });
      return vscode.workspace.textDocuments.find((one) => one.uri.path === "/Why.txt");
    });
    assert.match(shown.getText(), /^deny: /);
    const links = await until(async () => { const found = await vscode.commands.executeCommand("vscode.executeLinkProvider", shown.uri); return found.length > 0 && found; });
    assert.match(links[0].target.toString(), /connection\.yaml#L\d+(,|%2C)\d+$/);
    const workloads = await open("connection.yaml");
    const lenses = await vscode.commands.executeCommand("vscode.executeCodeLensProvider", workloads.uri);
    const wanted = lenses.filter((one) => one.command?.command === "netpol.whyConnection").map((one) => one.command.arguments[0]);
    const over = [{ to: "why/Deployment/web" }, { to: "why/StatefulSet/db" }, { among: ["why/StatefulSet/db"], end: "to" }];
    assert.deepEqual(wanted.map((one) => JSON.stringify(one)).sort(), over.map((one) => JSON.stringify(one)).sort());
  });

  it("checks tests of connections while they are written", async () => {
    const tests = await open("netpol-tests.yaml");
    const failing = () => findings(tests, "connectivity-test");
    const [finding] = await until(() => failing().length === 1 && failing());
    assert.equal(tests.getText(finding.range), "allow");
    assert.match(finding.message, /^expected allow, is deny/);
    assert.match(finding.relatedInformation[0].location.uri.path, /connection\.yaml$/);
    const all = new vscode.Range(0, 0, tests.lineCount, 0);
    const hints = await until(async () => { const found = await vscode.commands.executeCommand("vscode.executeInlayHintProvider", tests.uri, all); return found.length === 2 && found; });
    assert.deepEqual(hints.map((one) => one.label), ["✓ denied", "✗ denied"]);
    const list = await vscode.commands.executeCommand("vscode.executeCompletionItemProvider", tests.uri, place(tests, "why/web"));
    const labels = list.items.map((one) => one.label.label ?? one.label);
    for (const name of ["why/db", "why/web", "world"]) assert.ok(labels.includes(name), labels.join());
    // The policy changes in another editor, and is not saved.
    const policies = await vscode.workspace.openTextDocument(vscode.Uri.joinPath(folder(), "connection.yaml"));
    const edit = new vscode.WorkspaceEdit();
    const start = policies.getText().indexOf("frontend");
    edit.replace(policies.uri, new vscode.Range(policies.positionAt(start), policies.positionAt(start + "frontend".length)), "web");
    assert.ok(await vscode.workspace.applyEdit(edit));
    await until(() => failing().length === 0);
    await vscode.window.showTextDocument(policies);
    await vscode.commands.executeCommand("workbench.action.files.revert");
    await until(() => failing().length === 1);
    await vscode.window.showTextDocument(tests);
    await vscode.commands.executeCommand("netpol.checkTests");
    const shown = await until(() => vscode.workspace.textDocuments.find((one) => one.uri.path === "/Tests.txt"));
    assert.match(shown.getText(), /1 passed, 1 failed\n$/);
    assert.equal(shown.languageId, "netpol-answer");
  });

  it("shows who may talk to whom, and says why there is no difference to show", async () => {
    await vscode.window.showTextDocument(document);
    const panel = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs).find((tab) => tab.input instanceof vscode.TabInputWebview && /netpol\.page/.test(tab.input.viewType));
    await vscode.commands.executeCommand("netpol.connectivity");
    const shown = await until(panel);
    assert.match(shown.label, /^connectivity: /);
    await vscode.window.tabGroups.close(shown);
    // The folder is not a git repository: an error, and no page.
    await vscode.commands.executeCommand("netpol.diff");
    assert.equal(panel(), undefined);
  });

  it("shows the configuration in effect", async () => {
    await vscode.window.showTextDocument(document);
    await vscode.commands.executeCommand("netpol.effectiveConfig");
    const shown = await until(() => vscode.workspace.textDocuments.find((one) => one.uri.path === "/Configuration.json"));
    assert.equal(typeof JSON.parse(shown.getText()), "object");
  });

  it("says nothing about YAML that is no policy", async () => {
    const other = await open("compose.yaml");
    await until(() => findings(document, "NP105").length === 1);
    assert.deepEqual(vscode.languages.getDiagnostics(other.uri), []);
  });

  it("starts the server again", async () => {
    await vscode.commands.executeCommand("netpol.restart");
    await until(() => findings(document, "NP105").length === 1);
  });

  it("fixes the right characters and nothing else", async () => {
    await vscode.window.showTextDocument(document);
    const before = document.getText();
    const [finding] = await until(() => { const found = findings(document, "NP105"); return found.length === 1 && found; });
    const actions = await vscode.commands.executeCommand("vscode.executeCodeActionProvider", document.uri, finding.range, vscode.CodeActionKind.QuickFix.value, 10);
    const action = actions.find((one) => /write `ingress`/i.test(one.title));
    assert.ok(await vscode.workspace.applyEdit(action.edit), actions.map((one) => one.title).join());
    await until(() => findings(document, "NP105").length === 0);
    assert.equal(document.getText(), before.replace("[Ingres]", "[Ingress]"));
    assert.ok(await document.save());
  });
});
