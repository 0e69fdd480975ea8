// What somebody finds who has just installed the extension: its page, an empty file, the first policy, the rule's page.
// Environment: CODE_SERVER, PLAYWRIGHT (folders), VSIX, SERVER (netpol-lsp), PICTURES (folder to write them to).
import fs from "node:fs";
import path from "node:path";
import { needed, Report, until, withWorkbench } from "./workbench.mjs";

const report = new Report("vscode first");
const policy = fs.readFileSync(path.join(import.meta.dirname, "policy.yaml"), "utf8");
const label = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: label
  namespace: shop
spec:
  podSelector:
    matchLabels:
      public: true
`;
const picture = (page, name) => page.screenshot({ path: path.join(needed("PICTURES"), `${name}.png`), animations: "disabled" });

/** The innermost frame with an element; extension pages and previews are two frames deep. */
const frameWith = (page, selector, what) => until(async () => {
  for (const frame of page.frames()) {
    if (await frame.locator(selector).count().catch(() => 0)) return frame;
  }
  return undefined;
}, what);

async function command(page, words) {
  await page.keyboard.press("F1");
  const input = page.locator(".quick-input-widget input").first();
  await input.waitFor();
  await input.fill(`>${words}`);
  await page.locator(".quick-input-list .monaco-list-row", { hasText: words }).first().waitFor();
  await page.keyboard.press("Enter");
}

async function extensionPage(page) {
  await page.locator('.activitybar [aria-label^="Extensions"]').first().click();
  await page.locator(".extension-list-item", { hasText: "NetworkPolicy" }).first().click();
  await page.locator(".extension-editor").first().waitFor();
  const frame = await frameWith(page, "h1:has-text('NetworkPolicy for VS Code')", "the extension's page");
  const sizes = () => frame.locator("img").evaluateAll((all) => all.map((one) => one.naturalWidth));
  const drawn = await until(async () => { const all = await sizes(); return all.length > 0 && all.every((width) => width > 0); }, "the pictures").catch(() => false);
  report.check("every picture of the page is drawn", drawn, await sizes());
  const icon = await page.locator(".extension-editor .icon").first().evaluate((one) => one.naturalWidth);
  report.check("there is an icon", icon === 256, icon);
  const { repository } = JSON.parse(fs.readFileSync(path.join(import.meta.dirname, "../../../editors/vscode/package.json"), "utf8"));
  const targets = await frame.locator("a").evaluateAll((all) => all.map((one) => one.getAttribute("href")));
  const home = repository.url.replace(/\.git$/, "");
  report.check("the page links to the repository", targets.some((target) => target?.startsWith(home)), targets);
  const good = (target) => target === null || target.startsWith("#") || target.startsWith("https://");
  report.check("no link of the page is relative", targets.every(good), targets);
  await picture(page, "page");
  await page.keyboard.press("Control+F4");
  await page.keyboard.press("Control+Shift+E");
}

async function emptyFile(page, workspace, remote, open) {
  await open([["openFile", remote(path.join(workspace, "empty.yaml"))]]);
  await page.locator('.statusbar-item[aria-label*="NetworkPolicy is running"]').first().waitFor();
  report.check("an empty YAML file starts the server", true);
  await page.locator(".monaco-editor .view-line").first().click();
  await page.keyboard.press("Control+Space");
  await page.locator(".suggest-widget.visible .monaco-list-row", { hasText: "deny-all" }).first().waitFor();
  report.check("policies are offered in it", true);
  await page.keyboard.press("Escape");
}

async function newPolicy(page) {
  await command(page, "NetworkPolicy: New NetworkPolicy");
  const choice = page.locator(".quick-input-list .monaco-list-row", { hasText: "allow-dns" });
  await choice.first().waitFor();
  await picture(page, "new");
  await choice.first().click();
  await page.locator(".monaco-editor .view-line", { hasText: "kind: NetworkPolicy" }).first().waitFor();
  report.check("the command writes the chosen policy", (await page.locator(".monaco-editor .view-line", { hasText: "port: 53" }).count()) > 0);
  await page.keyboard.press("Escape");
}

async function rulePage(page, workspace, remote, open) {
  await open([["openFile", remote(path.join(workspace, "policy.yaml"))]]);
  await page.locator(".monaco-editor .squiggly-error").first().waitFor();
  await page.keyboard.press("Control+Shift+M");
  const link = page.locator(".markers-panel .monaco-list-row a", { hasText: "NP105" }).first();
  await link.waitFor();
  await link.click({ modifiers: ["Control"] });
  const frame = await frameWith(page, "h1:has-text('NP105')", "the rendered page of the rule");
  report.check("the rule's link opens its page, rendered", (await frame.locator("code").count()) > 0);
  await picture(page, "rule");
}

/** A finding whose fix is safe: its hover, the menu of Ctrl+. and the values of a key that was accepted. */
async function finding(page, workspace, remote, open) {
  await open([["openFile", remote(path.join(workspace, "label.yaml"))]]);
  await page.locator(".monaco-editor .squiggly-error").first().waitFor();
  const word = page.locator(".monaco-editor .view-line span span", { hasText: /^true$/ }).first();
  await word.hover();
  const hover = page.locator(".monaco-hover:not(.hidden)", { hasText: "unquoted-label-value" });
  await hover.first().waitFor();
  const said = (await hover.first().innerText()).split("is a boolean, not").length - 1;
  report.check("the message is in the hover once", said === 1, await hover.first().innerText());
  await picture(page, "finding-hover");
  await page.mouse.move(800, 66);
  await hover.first().waitFor({ state: "hidden" });
  await page.locator(".monaco-editor .view-line", { hasText: "public" }).first().click();
  await page.keyboard.press("End");
  for (let moves = 0; moves < 3; moves++) await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Control+.");
  const row = page.locator(".action-widget .monaco-list-row", { hasText: "Fix all safe problems" });
  await row.first().waitFor();
  report.check("Ctrl+. offers to fix everything, once", (await row.count()) === 1);
  await picture(page, "fix-all");
  await page.keyboard.press("Escape");

  await page.locator(".monaco-editor .view-line", { hasText: "podSelector" }).first().click();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("policyT");
  const key = page.locator(".suggest-widget.visible .monaco-list-row", { hasText: "policyTypes" });
  await key.first().waitFor();
  await page.keyboard.press("Tab");
  await page.locator(".suggest-widget.visible .monaco-list-row", { hasText: "Egress" }).first().waitFor();
  report.check("accepting a key opens its values", true);
}

async function session({ page, workspace, remote, open }) {
  await open([]);
  await extensionPage(page);
  await emptyFile(page, workspace, remote, open);
  await newPolicy(page);
  await rulePage(page, workspace, remote, open);
  await finding(page, workspace, remote, open);
}

try {
  const settings = { "netpol.server.path": needed("SERVER") };
  await withWorkbench({ files: { "policy.yaml": policy, "label.yaml": label, "empty.yaml": "" }, settings, extension: needed("VSIX") }, session);
} catch (error) {
  report.check("the session", false, error.stack);
}
report.finish();
