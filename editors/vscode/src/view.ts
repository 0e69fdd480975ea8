// What the user sees of the extension: the status bar item, and the server's answers as pages.
import * as vscode from "vscode";
import { type Choice, findPlaces } from "./connections";
import { LANGUAGES } from "./language";

const SCHEME = "netpol";
/** The language of answers: their long lines are wrapped. */
const ANSWER = "netpol-answer";

export type State = "waiting" | "starting" | "running" | "failed";

/** What each state looks like, in a picture and in words. */
const LOOKS: Record<State, string> = {
  waiting: "$(circle-outline) netpol",
  starting: "$(loading~spin) netpol: starting",
  running: "$(shield) netpol",
  failed: "$(error) netpol: failed",
};

/** What the keys of the configuration are about. */
const WORDS: Record<string, string | undefined> = { cni: "Network plugin", platform: "Platform", "kubernetes-version": "Kubernetes" };

/** Something that the server knows of the cluster, and from where. */
export interface ClusterFact {
  key: string;
  value: string;
  origin: string;
}

/** An item of the status bar, shown beside manifests. */
export class Status {
  private readonly item = vscode.window.createStatusBarItem("netpol.status", vscode.StatusBarAlignment.Right, 90);
  private readonly watch: vscode.Disposable;
  private detail = "";
  private isRunning = false;
  private cluster: ClusterFact[] = [];

  constructor() {
    this.item.name = "NetworkPolicy";
    this.item.command = "netpol.showOutput";
    this.watch = vscode.window.onDidChangeActiveTextEditor(() => this.refresh());
    this.set("waiting", "No policy is open");
  }

  set(state: State, detail: string): void {
    this.item.text = LOOKS[state];
    this.detail = detail;
    this.isRunning = state === "running";
    this.describe();
    this.item.accessibilityInformation = { label: `NetworkPolicy is ${state}: ${detail}` };
    this.item.backgroundColor = state === "failed" ? new vscode.ThemeColor("statusBarItem.errorBackground") : undefined;
    void vscode.commands.executeCommand("setContext", "netpol.running", state === "running");
    this.refresh();
  }

  /** What is known of the cluster: what, and where it was found, in the tooltip. */
  setCluster(known: ClusterFact[]): void {
    this.cluster = known;
    this.describe();
  }

  private describe(): void {
    const text = new vscode.MarkdownString("**NetworkPolicy**: ").appendText(this.detail);
    for (const { key, value, origin } of this.cluster) {
      text.appendMarkdown(`\n\n${WORDS[key] ?? ""}`).appendText(WORDS[key] === undefined ? `${key}: ` : ": ");
      text.appendMarkdown("**").appendText(value).appendMarkdown("**, from ").appendText(origin);
    }
    if (this.isRunning && !this.cluster.some(({ key }) => key === "cni" || key === "platform")) {
      text.appendMarkdown("\n\nThe network plugin is not known: `cni:` in `.netpol-lint.yaml` names it.");
    }
    this.item.tooltip = text;
  }

  dispose(): void {
    this.watch.dispose();
    this.item.dispose();
  }

  private refresh(): void {
    const language = vscode.window.activeTextEditor?.document.languageId;
    if (language !== undefined && LANGUAGES.includes(language)) {
      this.item.show();
    } else {
      this.item.hide();
    }
  }
}

/** Let somebody choose, or type something else. Nothing when they give up. */
export function pickOrType(title: string, placeholder: string, choices: Choice[]): Promise<Choice | undefined> {
  const items: PickItem[] = choices.map((choice) => ({
    label: choice.label,
    description: choice.description,
    kind: choice.isHead ? vscode.QuickPickItemKind.Separator : vscode.QuickPickItemKind.Default,
    choice,
  }));
  const pick = vscode.window.createQuickPick<PickItem>();
  const offer = (text: string): void => {
    const typed = text.trim();
    const isKnown = typed === "" || items.some(({ label }) => label === typed);
    pick.items = isKnown ? items : [...items, { label: typed, description: "as typed", alwaysShow: true, choice: { label: typed } }];
  };
  return new Promise((resolve) => {
    Object.assign(pick, { title, placeholder, ignoreFocusOut: true });
    offer("");
    pick.onDidChangeValue(offer);
    pick.onDidAccept(() => {
      resolve(pick.selectedItems[0]?.choice);
      pick.hide();
    });
    pick.onDidHide(() => {
      resolve(undefined);
      pick.dispose();
    });
    pick.show();
  });
}

interface PickItem extends vscode.QuickPickItem {
  choice: Choice;
}

/** Pages that are not files. The places that they name are links. */
export class Pages implements vscode.TextDocumentContentProvider, vscode.DocumentLinkProvider {
  private readonly changed = new vscode.EventEmitter<vscode.Uri>();
  private readonly texts = new Map<string, string>();
  readonly onDidChange = this.changed.event;
  private readonly files = new Map<string, Record<string, string>>();
  private readonly registrations = [
    vscode.workspace.registerTextDocumentContentProvider(SCHEME, this),
    vscode.languages.registerDocumentLinkProvider({ scheme: SCHEME }, this),
  ];

  provideTextDocumentContent(uri: vscode.Uri): string {
    return this.texts.get(uri.path) ?? "";
  }

  provideDocumentLinks(document: vscode.TextDocument): vscode.DocumentLink[] {
    const files = this.files.get(document.uri.path) ?? {};
    return findPlaces(document.getText()).filter(({ path }) => path in files).map(({ start, end, path, line, column }) => {
      const range = new vscode.Range(document.positionAt(start), document.positionAt(end));
      return new vscode.DocumentLink(range, vscode.Uri.parse(files[path]).with({ fragment: `L${line},${column}` }));
    });
  }

  /** Show Markdown, rendered, beside the editor. */
  async showMarkdown(name: string, text: string): Promise<void> {
    await vscode.commands.executeCommand("markdown.showPreviewToSide", this.put(`${name}.md`, text));
  }

  /** Show data beside the editor. */
  async showJson(name: string, data: unknown): Promise<void> {
    const uri = this.put(`${name}.json`, `${JSON.stringify(data, undefined, 2)}\n`);
    await vscode.window.showTextDocument(uri, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
  }

  /** Show an answer beside the editor. `files`: the URIs of the paths in it. */
  async showAnswer(name: string, text: string, files: Record<string, string>): Promise<void> {
    const uri = this.put(`${name}.txt`, text);
    this.files.set(uri.path, files);
    const document = await vscode.languages.setTextDocumentLanguage(await vscode.workspace.openTextDocument(uri), ANSWER);
    await vscode.window.showTextDocument(document, { viewColumn: vscode.ViewColumn.Beside, preserveFocus: true });
  }

  dispose(): void {
    this.registrations.forEach((one) => { one.dispose(); });
    this.changed.dispose();
  }

  private put(name: string, text: string): vscode.Uri {
    const uri = vscode.Uri.from({ scheme: SCHEME, path: `/${name}` });
    this.texts.set(uri.path, text);
    this.changed.fire(uri);
    return uri;
  }
}
