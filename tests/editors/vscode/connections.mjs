// Connections in a real VS Code: tests with their verdicts, the question asked by menus, the page of who may talk to whom.
// Environment: CODE_SERVER, PLAYWRIGHT (folders), VSIX, SERVER (netpol-lsp), PICTURES (folder to write them to).
import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { needed, Report, until, withWorkbench } from "./workbench.mjs";

const report = new Report("vscode connections");
const fixture = (name) => fs.readFileSync(path.join(import.meta.dirname, "../fixtures", name), "utf8");
const manifests = fixture("connection.yaml"), tests = fixture("netpol-tests.yaml");
const picture = (page, name) => page.screenshot({ path: path.join(needed("PICTURES"), `${name}.png`), animations: "disabled" });
const line = (page, text) => page.locator(".monaco-editor .view-line", { hasText: text });
const row = (page, text) => page.locator(".quick-input-list .monaco-list-row", { hasText: text });

/** The innermost frame with an element; a webview is two frames deep. */
const frameWith = (page, selector, what) => until(async () => {
  for (const frame of page.frames()) {
    if (await frame.locator(selector).count().catch(() => 0)) return frame;
  }
  return undefined;
}, what);

/** Close the explorer, unless it is: a page that is loaded anew may have it or not. */
async function closeExplorer(page) {
  const explorer = page.locator(".part.sidebar");
  if (await explorer.isVisible()) {
    await page.keyboard.press("Control+B");
    await explorer.waitFor({ state: "hidden" });
  }
}

/** A repository whose last commit has the policy closed; the file on disk lets one more in. */
function commit(workspace) {
  const git = (...words) => execFileSync("git", ["-C", workspace, "-c", "user.name=a", "-c", "user.email=a@example.org", ...words]);
  git("init", "-q");
  git("add", ".");
  git("commit", "-q", "-m", "closed");
}

async function command(page, words) {
  await page.keyboard.press("F1");
  const input = page.locator(".quick-input-widget input").first();
  await input.waitFor();
  await input.fill(`>${words}`);
  await row(page, words).first().waitFor();
  await page.keyboard.press("Enter");
}

/** Verdicts stand beside the tests; one that fails leads to the line that decides; unsaved policies count. */
async function verdicts(page, workspace, remote, open) {
  await open([["openFile", remote(path.join(workspace, "netpol-tests.yaml"))]]);
  const hint = (text) => page.locator(".monaco-editor .view-line", { hasText: text });
  await hint("✓ denied").first().waitFor();
  await hint("✗ denied").first().waitFor();
  report.check("verdicts are drawn beside the tests", true);
  const squiggle = page.locator(".monaco-editor .squiggly-error");
  await squiggle.first().waitFor();
  report.check("the one that fails is marked", (await squiggle.count()) === 1);
  await page.locator(".codelens-decoration", { hasText: "1 holds, 1 fails" }).first().waitFor();
  report.check("a lens counts them", true);
  await closeExplorer(page);
  await page.keyboard.press("Control+Shift+M");
  const problem = page.locator(".markers-panel .monaco-list-row", { hasText: "expected allow, is deny" });
  await problem.first().waitFor();
  report.check("the Problems panel says why", /no rule matches the other end/.test(await problem.first().innerText()));
  const related = page.locator(".markers-panel .monaco-list-row", { hasText: "connection.yaml" });
  await related.first().waitFor();
  await picture(page, "tests");
  await page.keyboard.press("Control+Shift+M");
  await page.locator(".markers-panel").waitFor({ state: "hidden" });
}

async function report_of(page) {
  await page.locator('.editor-actions [aria-label^="Check the Connectivity Tests"]').first().click();
  await page.locator(".tab", { hasText: "Tests.txt" }).first().waitFor();
  await line(page, "1 passed, 1 failed").first().waitFor();
  report.check("the button over the editor opens the report", true);
  await page.keyboard.press("Control+F4");
}

/** The lens over a test explains it on a page whose places are links. */
async function explained(page) {
  await page.locator(".codelens-decoration a", { hasText: "✗ denied - explain" }).first().click();
  await page.locator(".tab", { hasText: "Why.txt" }).first().waitFor();
  await line(page, "deny: why/web").last().waitFor();
  report.check("the lens over a test explains it", true);
}

/** The lens over a policy asks by menus: from, to, port. */
async function asked(page, workspace, remote, open) {
  await open([["openFile", remote(path.join(workspace, "connection.yaml"))]]);
  const lens = page.locator(".codelens-decoration a", { hasText: "try a connection" });
  await lens.first().waitFor();
  report.check("there is a lens over each workload and policy", await until(async () => (await lens.count()) >= 1, "lenses"));
  await command(page, "NetworkPolicy: Why Is a Connection");
  await row(page, "the web reads its database").first().waitFor();
  report.check("the team's tests are offered first", true);
  await picture(page, "menu");
  await page.keyboard.type("why/web");
  await row(page, "why/web").first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".quick-input-widget input[placeholder^='To whom']").waitFor();
  await page.keyboard.type("why/db");
  await row(page, "why/db").first().waitFor();
  await page.keyboard.press("Enter");
  await page.locator(".quick-input-widget input[placeholder^='To which port']").waitFor();
  report.check("the ports of the destination are offered", (await row(page, "5432/TCP").count()) === 1);
  await row(page, "5432/TCP").first().click();
  await page.locator(".tab", { hasText: "Why.txt" }).first().waitFor();
  await line(page, "deny: why/web").last().waitFor();
  // Without the explorer the answer has room for its lines.
  await page.locator(".monaco-editor .detected-link").first().waitFor();
  await closeExplorer(page);
  const link = page.locator(".monaco-editor .detected-link", { hasText: "connection.yaml" });
  await link.first().waitFor();
  report.check("the answer's places are links", true);
  await picture(page, "why");
  await link.first().click({ modifiers: ["Control"] });
  await until(async () => /Ln (?!1,)\d+/.test(await page.locator(".statusbar-item", { hasText: /Ln \d+/ }).first().innerText()), "the caret at the place");
  report.check("a link leads to the line", true);
}

/** The page of connectivity is drawn with scripts of its own, asks nothing of the network, and its places open files. */
async function connectivity(page, workspace, remote, open, foreign) {
  await open([["openFile", remote(path.join(workspace, "connection.yaml"))]]);
  await page.locator('.statusbar-item[aria-label*="NetworkPolicy is running"]').first().waitFor();
  await page.keyboard.press("Control+Shift+E");
  await page.locator(".explorer-folders-view .monaco-list-row", { hasText: "connection.yaml" }).first().click({ button: "right" });
  const entry = page.locator(".monaco-menu .action-item", { hasText: "Show Who May Talk to Whom" });
  await entry.first().waitFor();
  report.check("the explorer's menu has it", (await page.locator(".monaco-menu .action-item", { hasText: "Show What Changed" }).count()) === 1);
  // A click is caught by what lies over the menu: the key takes what the mouse is on.
  await entry.first().hover();
  await page.keyboard.press("Enter");
  const frame = await frameWith(page, "script#data", "the page in a panel");
  await until(() => frame.locator("body", { hasText: "why/db" }).count(), "the page to be drawn");
  report.check("the page is drawn in a panel", true);
  const policy = await frame.locator('meta[http-equiv="Content-Security-Policy"]').getAttribute("content");
  report.check("its policy allows its own scripts alone", /default-src 'none'/.test(policy) && !/unsafe|https?:/.test(policy), policy);
  await closeExplorer(page);
  await page.mouse.move(400, 300);
  await frame.locator("#graph canvas").first().waitFor();
  await picture(page, "connectivity");
  await frame.locator("#tab-table").click();
  await frame.locator("#view-table tbody tr", { hasText: "why/db" }).first().click();
  const place = frame.locator("#details button.where", { hasText: "connection.yaml" }).first();
  await place.waitFor();
  const wanted = /:(\d+):(\d+)$/.exec((await place.innerText()).trim());
  await place.click();
  await page.locator(".statusbar-item", { hasText: `Ln ${wanted[1]}, Col ${wanted[2]}` }).first().waitFor();
  report.check("a place of the page opens its line beside it", true);
  report.check("no request leaves the machine", foreign.length === 0, foreign);
}

/** What has changed since the last commit. */
async function changed(page, workspace, remote, open) {
  fs.writeFileSync(path.join(workspace, "connection.yaml"), manifests.replace("app: frontend", "app: web"));
  await open([["openFile", remote(path.join(workspace, "connection.yaml"))]]);
  await page.locator('.statusbar-item[aria-label*="NetworkPolicy is running"]').first().waitFor();
  await until(async () => {
    await command(page, "NetworkPolicy: Show What Changed Since the Last Commit");
    return page.locator(".tab", { hasText: "difference" }).first().waitFor({ timeout: 5000 }).then(() => true, () => false);
  }, "the page of what has changed");
  const frame = await frameWith(page, "script#data", "the page in a panel");
  const data = JSON.parse(await frame.locator("script#data").textContent());
  const opened = data.edges.filter((edge) => edge.opened >= 0);
  report.check("the page says which connection the change opens", opened.length > 0, JSON.stringify(data.edges));
  await picture(page, "changed");
}

/** The status bar says what was detected. */
async function status(page) {
  await page.locator('.statusbar-item[aria-label*="NetworkPolicy is running"]').first().hover();
  const tip = page.locator(".monaco-hover:not(.hidden)", { hasText: "NetworkPolicy" });
  await tip.first().waitFor();
  await until(async () => /calico/.test(await tip.first().innerText()), "the network plugin in the tooltip");
  report.check("the status bar tells the network plugin, and where that is from", /\.netpol-lint\.yaml/.test(await tip.first().innerText()), await tip.first().innerText());
  await picture(page, "status");
}

async function session({ page, workspace, remote, open }) {
  commit(workspace);
  const foreign = [];
  page.on("request", (request) => { if (!/^(https?:\/\/(127\.0\.0\.1|[\w-]+\.vscode-cdn\.net|localhost)|data:|blob:|vscode)/.test(request.url())) foreign.push(request.url()); });
  await verdicts(page, workspace, remote, open);
  await explained(page);
  await report_of(page);
  await asked(page, workspace, remote, open);
  await status(page);
  await connectivity(page, workspace, remote, open, foreign);
  await changed(page, workspace, remote, open);
}

try {
  const settings = { "netpol.server.path": needed("SERVER") };
  const files = { "connection.yaml": manifests, "netpol-tests.yaml": tests, ".netpol-lint.yaml": "cni: calico\n" };
  await withWorkbench({ files, settings, extension: needed("VSIX") }, session);
} catch (error) {
  report.check("the session", false, error.stack);
}
report.finish();
