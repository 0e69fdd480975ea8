// What a user sees and does in a real VS Code, from a clean profile: the .vsix with the wheel in it is all there is.
// Environment: CODE_SERVER (its folder), PLAYWRIGHT (folder with node_modules), VSIX, PICTURES (folder to write them to).
import fs from "node:fs";
import path from "node:path";
import { needed, Report, until, withWorkbench } from "./workbench.mjs";

const report = new Report("vscode ui");
const here = import.meta.dirname;
const pictures = needed("PICTURES");
const policy = fs.readFileSync(path.join(here, "policy.yaml"), "utf8");
fs.mkdirSync(pictures, { recursive: true });

async function session({ page, workspace, remote, open }) {
  const file = path.join(workspace, "policy.yaml");
  const picture = (name) => page.screenshot({ path: path.join(pictures, `${name}.png`), animations: "disabled" });
  const line = (text) => page.locator(".monaco-editor .view-line", { hasText: text });
  const squiggles = page.locator(".monaco-editor .squiggly-error");
  const statusItem = page.locator(".statusbar-item", { hasText: "netpol" });

  await open([["openFile", remote(file)]]);
  await page.waitForSelector('.tab[data-resource-name="policy.yaml"]');
  // The first start installs the server from the wheel: pip takes its time.
  await squiggles.first().waitFor({ timeout: 180_000 });
  report.check("the server that comes with the extension is installed and runs", await statusItem.first().isVisible());

  // Lenses and hints belong to the picture.
  await page.locator(".monaco-editor .codelens-decoration", { hasText: "explain" }).first().waitFor();
  report.check("a code lens stands over the policy", true);
  // The lens moves the text when it comes: boxes are compared until they agree.
  const agree = await until(async () => {
    const word = await page.locator(".monaco-editor .view-line span span", { hasText: /^Ingres$/ }).boundingBox();
    const wave = await squiggles.first().boundingBox();
    return word && wave && [["x", 3], ["width", 3], ["y", 5]].every(([side, most]) => Math.abs(wave[side] - word[side]) < most);
  }, "the squiggle under the word").catch(() => false);
  report.check("the squiggle is under the word", agree);
  await page.keyboard.press("Control+B");
  await picture("finding");

  await page.keyboard.press("Control+Shift+M");
  const row = page.locator(".markers-panel .monaco-list-row", { hasText: "is not supported" });
  await row.first().waitFor();
  report.check("the Problems panel lists it once, with its code", (await row.count()) === 1 && /NP105/.test(await row.innerText()), await row.allInnerTexts());
  await picture("problems");
  await page.keyboard.press("Control+Shift+M");
  await row.first().waitFor({ state: "hidden" });

  await page.locator(".monaco-editor .view-line span", { hasText: /^podSelector$/ }).first().hover();
  const hover = page.locator(".monaco-hover:not(.hidden)", { hasText: "podSelector" });
  await hover.first().waitFor();
  report.check("the hover explains the field", /pods/i.test(await hover.first().innerText()), await hover.first().innerText());
  await picture("hover");

  // The box lies over the next lines: away with it first.
  await page.mouse.move(800, 66);
  await hover.first().waitFor({ state: "hidden" });
  await line("- Ingres").click();
  await page.keyboard.press("End");
  await page.keyboard.press("ArrowLeft");
  await page.keyboard.press("Control+.");
  const action = page.locator(".action-widget .monaco-list-row", { hasText: /Write `?Ingress/i });
  await action.first().waitFor();
  report.check("the fix is offered", true);
  await picture("fix");
  await page.keyboard.press("Enter");
  await line("- Ingress").waitFor();
  await until(async () => (await squiggles.count()) === 0, "the squiggle to go");
  report.check("the squiggle goes with the fix", true);
  await page.keyboard.press("Control+S");
  const fixed = policy.replace("- Ingres\n", "- Ingress\n");
  const saved = await until(() => fs.readFileSync(file, "utf8") === fixed, "the file to be saved").catch(() => false);
  report.check("the file on disk differs in the fixed word only", saved, fs.readFileSync(file, "utf8"));

  // Completion: what may stand in policyTypes.
  await line("- Ingress").click();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.type("- ");
  await page.keyboard.press("Control+Space");
  const offered = page.locator(".suggest-widget.visible .monaco-list-row", { hasText: "Egress" });
  await offered.first().waitFor();
  report.check("completion offers Egress", true);
  await page.keyboard.type("Eg");
  await page.keyboard.press("Tab");
  await line("- Egress").waitFor();
  report.check("completion writes it", true);

  await page.keyboard.press("Control+Home");
  await page.locator(".monaco-editor .codelens-decoration a", { hasText: "explain" }).first().click();
  await page.locator(".tab", { hasText: /Explanation/ }).first().waitFor();
  report.check("the lens opens the explanation", true);
}

try {
  // No server anywhere but in the extension: only system folders on PATH.
  const environment = { PATH: [path.dirname(process.execPath), path.dirname(needed("PYTHON")), "/usr/bin", "/bin"].join(":") };
  await withWorkbench({ files: { "policy.yaml": policy }, extension: needed("VSIX"), environment }, session);
} catch (error) {
  report.check("the session", false, error.stack);
}
report.finish();
